import { assert, describe, it } from "@effect/vitest"
import { Kernel, LlmError, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { FailoverOptions } from "../src/index.ts"
import {
  collect,
  fails,
  generate,
  ill,
  info,
  plug,
  request,
  says,
  scripted,
  type Scripted,
  stack,
  tried,
} from "./stubs.ts"

const run = (providers: ReadonlyArray<Scripted>, options: FailoverOptions = {}, input = request) =>
  Effect.provide(
    Effect.result(generate(input)),
    stack(
      providers.map(({ plugin }) => plugin),
      options,
    ),
  )

const all = { ...request, model: "all" }
const failing = (tag: Parameters<typeof ill>[0]) => scripted("a", fails(ill(tag)))

describe("what a kind of error means", () => {
  const answered = [
    "Overloaded",
    "RateLimited",
    "Unauthorized",
    "QuotaExhausted",
    "Forbidden",
    "Network",
    "ProviderInternal",
  ] as const
  for (const tag of answered) {
    it.effect(`${tag}: the next candidate answers, and the trace says why`, () =>
      Effect.gen(function* () {
        const [a, b] = [failing(tag), scripted("b", says("from b"))]
        const result = yield* run([a, b])
        assert(result._tag === "Success")
        const { provider, content, route } = result.success
        assert.strictEqual(textOf(content), "from b")
        assert.strictEqual(provider, "b")
        assert.deepStrictEqual([a.calls, b.calls], [1, 1])
        assert.deepStrictEqual(tried(route.attempts), ["a failed", "b ok"])
        const [failure, asked] = route.decisions.filter(({ by }) => by === "failover").map(({ what }) => what)
        assert.include(failure, `a/m failed (${tag})`)
        assert.include(asked, "b/m is asked")
      }),
    )
  }

  for (const tag of ["InvalidRequest", "ContentFiltered"] as const) {
    it.effect(`${tag}: nobody else is asked`, () =>
      Effect.gen(function* () {
        const [a, b] = [failing(tag), scripted("b", says("from b"))]
        const result = yield* run([a, b])
        assert(result._tag === "Failure")
        assert.strictEqual(result.failure.reason._tag, tag)
        assert.strictEqual(b.calls, 0)
      }),
    )
  }

  it.effect("may be overridden, kind by kind", () =>
    Effect.gen(function* () {
      const filtered = yield* run([failing("ContentFiltered"), scripted("b", says("from b"))], {
        onError: { ContentFiltered: "next" },
      })
      assert.strictEqual(filtered._tag, "Success")
      const overloaded = yield* run([failing("Overloaded"), scripted("b", says("from b"))], {
        onError: { Overloaded: "stop" },
      })
      assert(overloaded._tag === "Failure")
      assert.strictEqual(overloaded.failure.reason._tag, "Overloaded")
    }),
  )

  it.effect("a context that is too long: only a candidate whose known window is larger", () =>
    Effect.gen(function* () {
      const windows = (a: number | undefined, b: number | undefined, c: number | undefined) =>
        (
          [
            ["a", a],
            ["b", b],
            ["c", c],
          ] as const
        ).map(([id, contextWindow]) =>
          scripted(id, id === "a" ? fails(ill("ContextTooLong")) : says(id), {
            describe: () => info(contextWindow === undefined ? {} : { contextWindow }),
          }),
        )
      const table = [
        [[8000, 8000, 16_000], "c"],
        [[8000, undefined, 16_000], "c"],
        [[8000, 8001, 16_000], "b"],
        [[8000, 4000, undefined], undefined],
        [[undefined, 16_000, 16_000], undefined],
      ] as const
      for (const [[a, b, c], expected] of table) {
        const result = yield* run(windows(a, b, c), {}, all)
        if (expected !== undefined) {
          assert(result._tag === "Success", `${a} ${b} ${c}`)
          assert.strictEqual(result.success.provider, expected)
        } else {
          assert(result._tag === "Failure", `${a} ${b} ${c}`)
          assert.strictEqual(result.failure.reason._tag, "ContextTooLong")
        }
      }
    }),
  )

  it.effect("a window that the provider names counts for more than the catalog's", () =>
    Effect.gen(function* () {
      const limit = LlmError.make({ _tag: "ContextTooLong", message: "too long", limit: 8000, requested: 12_000 })
      const a = scripted("a", fails(limit))
      const [b, c] = [
        ["b", 10_000],
        ["c", 12_000],
      ].map(([id, contextWindow]) =>
        scripted(String(id), says(String(id)), { describe: () => info({ contextWindow: Number(contextWindow) }) }),
      )
      assert(b !== undefined && c !== undefined)
      const result = yield* run([a, b, c], {}, all)
      assert(result._tag === "Success")
      assert.strictEqual(result.success.provider, "c")
    }),
  )

  it.effect("an answer that stays invalid goes to the next candidate", () =>
    Effect.gen(function* () {
      const validator = plug("validator", {
        names: ["yes"],
        make: () =>
          Effect.succeed({
            validate: (response) => {
              const ok = textOf(response.content) === "yes"
              const issues = ok ? [] : [{ validator: "yes", message: "not yes" }]
              return Effect.succeed({ ok, score: ok ? 1 : 0, issues })
            },
          }),
      })
      const [a, b] = [scripted("a", says("no")), scripted("b", says("yes"))]
      const judged = { ...request, policy: { validators: [{ type: "yes" }] } }
      const response = yield* Effect.provide(generate(judged), stack([a.plugin, b.plugin, validator]))
      assert.strictEqual(response.provider, "b")
      assert.deepStrictEqual(tried(response.route.attempts), ["a rejected", "b ok"])
    }),
  )
})

describe("keys and local models", () => {
  const keyed = (tag: Parameters<typeof ill>[0], options: FailoverOptions = {}) =>
    Effect.gen(function* () {
      const providers = [failing(tag), scripted("a2", says("other key")), scripted("b", says("from b"))]
      const result = yield* run(providers, { keys: { vendor: ["a", "a2"] }, ...options })
      assert(result._tag === "Success")
      return result.success
    })

  for (const tag of ["Unauthorized", "QuotaExhausted", "Forbidden", "RateLimited"] as const) {
    it.effect(`${tag}: the vendor's next key, with the same model`, () =>
      Effect.gen(function* () {
        const response = yield* keyed(tag)
        assert.deepStrictEqual(tried(response.route.attempts), ["a failed", "a2 ok"])
        assert.strictEqual(response.route.attempts[1]?.candidate.model, "m")
      }),
    )
  }

  it.effect("an ill vendor is ill under every key", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* keyed("Overloaded")).provider, "b")
    }),
  )

  it.effect("what is wrong with the account is wrong for every model under its key", () =>
    Effect.gen(function* () {
      const [a, b] = [failing("QuotaExhausted"), scripted("b", says("from b"))]
      const routes = { account: ["a/m", "a/other", "b/m"] }
      const response = yield* Effect.provide(
        generate({ ...request, model: "account" }),
        stack([a.plugin, b.plugin], {}, routes),
      )
      assert.deepStrictEqual(tried(response.route.attempts), ["a failed", "b ok"])
    }),
  )

  it.effect("rate limited: a local model first, where there is one", () =>
    Effect.gen(function* () {
      const response = yield* keyed("RateLimited", { local: ["b/m"] })
      assert.strictEqual(response.provider, "b")
    }),
  )

  it.effect("a provider that asked for time is left alone for it, if another can answer", () =>
    Effect.gen(function* () {
      const a = scripted("a", fails(ill("RateLimited", { retryAfterMs: 20_000 })))
      const b = scripted("b", says("from b"))
      const layer = stack([a.plugin, b.plugin])
      const responses = yield* Effect.provide(Effect.all([generate(), generate(), generate()]), layer)
      assert.deepStrictEqual(
        responses.map(({ provider }) => provider),
        ["b", "b", "b"],
      )
      assert.strictEqual(a.calls, 1)
      const alone = scripted("a", fails(ill("RateLimited", { retryAfterMs: 20_000 })))
      const one = { ...request, model: "one" }
      const errors = yield* Effect.provide(
        Effect.all([Effect.flip(generate(one)), Effect.flip(generate(one))]),
        stack([alone.plugin]),
      )
      assert.deepStrictEqual(
        errors.map(({ reason }) => reason._tag),
        ["RateLimited", "RateLimited"],
      )
      assert.strictEqual(alone.calls, 2)
    }),
  )
})

describe("fallbacks", () => {
  it.effect("by pattern of the model that was asked for; the most exact counts", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [FailoverOptions["fallbacks"], string]> = [
        [{ "*": ["c/m"] }, "c"],
        [{ "*": ["c/m"], "a/*": ["b/m"] }, "b"],
        [{ "a/*": ["b/m"], "a/m": ["c/m"] }, "c"],
        [{ "a/m": ["c/m", "b/m"] }, "c"],
      ]
      for (const [fallbacks, expected] of table) {
        const providers = [scripted("a", fails()), scripted("b", says("b")), scripted("c", says("c"))]
        const result = yield* run(providers, fallbacks === undefined ? {} : { fallbacks }, { ...request, model: "a/m" })
        assert(result._tag === "Success")
        assert.strictEqual(result.success.provider, expected)
      }
    }),
  )

  it.effect("are not for embeddings, whose vectors belong to one model", () =>
    Effect.gen(function* () {
      const embed = () => Effect.fail(ill())
      const vectors = () =>
        Effect.succeed({
          vectors: [new Float32Array([1])],
          dimensions: 1,
          model: "m",
          usage: { input: { total: 1 }, output: {} },
        })
      const [a, b] = [scripted("a", fails(), { embed }), scripted("b", fails(), { embed: vectors })]
      const asked = (model: string) => Kernel.use((kernel) => kernel.embed({ model, inputs: ["x"] }))
      const layer = stack([a.plugin, b.plugin], { fallbacks: { "*": ["b/m"] } })
      const error = yield* Effect.provide(Effect.flip(asked("a/m")), layer)
      assert.strictEqual(error.reason._tag, "Overloaded")
      const routed = yield* Effect.provide(asked("two"), layer)
      assert.strictEqual(routed.provider, "b")
    }),
  )
})

describe("when nobody answers", () => {
  it.effect("one candidate: its own error; several: all of them, with their attempts", () =>
    Effect.gen(function* () {
      const one = yield* run([scripted("a", fails())], {}, { ...request, model: "one" })
      assert(one._tag === "Failure")
      assert.strictEqual(one.failure.reason._tag, "Overloaded")
      const limited = fails(ill("RateLimited", { retryAfterMs: 1500 }))
      const two = yield* run([scripted("a", fails()), scripted("b", limited)])
      assert(two._tag === "Failure")
      const { reason } = two.failure
      assert(reason._tag === "AllCandidatesFailed")
      assert.deepStrictEqual(tried(reason.attempts), ["a failed", "b failed"])
      assert.include(reason.message, "a/m (Overloaded), b/m (RateLimited)")
      assert.strictEqual(reason.retryAfterMs, 1500)
    }),
  )

  it.effect("no more candidates are asked than are allowed", () =>
    Effect.gen(function* () {
      const providers = [scripted("a", fails()), scripted("b", fails()), scripted("c", says("c"))]
      const result = yield* run(providers, { maxCandidates: 2 }, all)
      assert.strictEqual(result._tag, "Failure")
      assert.strictEqual(providers[2]?.calls, 0)
    }),
  )

  const old = plug("cache", {
    lookup: () => Effect.undefined,
    lookupStale: () =>
      Effect.succeed({
        answer: {
          _tag: "Whole" as const,
          response: {
            content: [{ type: "text" as const, text: "old" }],
            finish: { unified: "stop" as const },
            usage: { input: {}, output: {} },
            warnings: [],
            model: "m",
          },
        },
        provider: "a",
        cached: { kind: "exact", ageMs: 1e9, stale: true },
      }),
    store: () => Effect.void,
    invalidate: () => Effect.succeed(0),
    stats: Effect.die("unused"),
  })

  it.effect("the cache's old answer, then the last model, each marked; only in an outage", () =>
    Effect.gen(function* () {
      const degrade = { cachedAnswer: true, degrade: "c/m" }
      const down = (tag: Parameters<typeof ill>[0] = "Overloaded") => [
        scripted("a", fails(ill(tag))),
        scripted("b", fails(ill(tag))),
      ]
      const c = scripted("c", says("extracted"))
      const plugins = (ps: ReadonlyArray<Scripted>) => ps.map(({ plugin }) => plugin)
      const cached = yield* Effect.provide(generate(), stack([...plugins([...down(), c]), old], degrade))
      assert.strictEqual(textOf(cached.content), "old")
      assert.include(cached.degraded, "cache")
      assert.deepInclude(cached.cached, { stale: true })
      const extracted = yield* Effect.provide(generate(), stack(plugins([...down(), c]), degrade))
      assert.strictEqual(textOf(extracted.content), "extracted")
      assert.include(extracted.degraded, "c/m")
      const wrong = yield* Effect.provide(
        Effect.flip(generate()),
        stack([...plugins([...down("InvalidRequest"), c]), old], degrade),
      )
      assert.strictEqual(wrong.reason._tag, "InvalidRequest")
      const off = yield* Effect.provide(Effect.flip(generate()), stack([...plugins([...down(), c]), old]))
      assert.strictEqual(off.reason._tag, "AllCandidatesFailed")
    }),
  )

  it.effect("a last resort that cannot either leaves the failure as it is", () =>
    Effect.gen(function* () {
      const providers = [scripted("a", fails()), scripted("b", fails()), scripted("c", fails(ill("InvalidRequest")))]
      const result = yield* run(providers, { cachedAnswer: true, degrade: "c/m" })
      assert(result._tag === "Failure")
      assert.strictEqual(result.failure.reason._tag, "AllCandidatesFailed")
      const said = result.failure.context.route?.decisions.map(({ what }) => what) ?? []
      assert.isTrue(said.some((what) => what.startsWith("the cache has no answer either")))
      assert.isTrue(said.some((what) => what.startsWith("c/m has no answer either")))
    }),
  )
})

describe("options are checked when the stack is composed", () => {
  const table: ReadonlyArray<readonly [options: object, field: string]> = [
    [{ hedge: { delayMs: -1 } }, "delayMs"],
    [{ hedge: {} }, "hedge"],
    [{ hedge: { delayMs: 1, maxExtra: 0 } }, "maxExtra"],
    [{ hedge: { percentile: 1 } }, "percentile"],
    [{ hedge: { delayMs: 1, minimumSamples: 3 } }, "hedge.minimumSamples"],
    [{ maxCandidates: 0 }, "maxCandidates"],
    [{ timeouts: { firstContent: 0 } }, "firstContent"],
    [{ timeouts: { first: 5 } }, "first"],
    [{ deadlineShare: 1 }, "deadlineShare"],
    [{ onError: { Overlaoded: "next" } }, "onError.Overlaoded"],
    [{ onError: { Overloaded: "later" } }, "Overloaded"],
    [{ breaker: { failureRate: 0 } }, "failureRate"],
    [{ breaker: { failureRate: 1.5 } }, "failureRate"],
    [{ breaker: { minimumCalls: 0 } }, "minimumCalls"],
    [{ breaker: { window: { type: "count", size: 0 } } }, "size"],
    [{ breaker: { openMs: Number.NaN } }, "openMs"],
    [{ breaker: { openMs: 100, openMaxMs: 50 } }, "breaker.openMaxMs"],
    [{ breaker: { ignore: ["Tired"] } }, "breaker.ignore.Tired"],
    [{ models: { "a/*": { breaker: { ignore: ["Tired"] } } } }, `models["a/*"].breaker.ignore.Tired`],
    [{ bulkhead: { maxConcurrent: 0 } }, "maxConcurrent"],
    [{ bulkhead: { maxQueue: -1 } }, "maxQueue"],
    [{ fallbacks: { "a/m": ["a/m"] } }, `fallbacks["a/m"][0]`],
    [{ fallbacks: { "a/m": [] } }, `fallbacks["a/m"]`],
    [{ fallbacks: { "*": ["b/m", "b/m"] } }, `fallbacks["*"][1]`],
    [{ fallbacks: { "*": ["gpt"] } }, `fallbacks["*"][0]`],
    [{ fallbacks: { "*": ["zz/m"] } }, `fallbacks["*"][0]`],
    [{ keys: { vendor: ["a"] } }, "keys.vendor"],
    [{ keys: { vendor: ["a", "a"] } }, "keys.vendor[1]"],
    [{ keys: { vendor: ["a", "zz"] } }, "keys.vendor[1]"],
    [{ local: ["zz/m"] }, "local[0]"],
    [{ degrade: "extractive/default" }, "degrade"],
    [{ control: {} }, "control"],
    [{ whenAllOpen: "pray" }, "whenAllOpen"],
    [{ retries: 3 }, "retries"],
  ]
  for (const [options, field] of table) {
    it.effect(`${JSON.stringify(options)} is refused, and ${field} named`, () =>
      Effect.gen(function* () {
        // What a config file holds has no types.
        const given: FailoverOptions = Object.assign({}, options)
        const plugins = [scripted("a", says("")).plugin, scripted("b", says("")).plugin]
        const error = yield* Effect.flip(Effect.provide(generate(), stack(plugins, given)))
        assert(error instanceof LlmError)
        const { reason } = error
        assert(reason._tag === "InvalidRequest")
        assert.include(reason.message, "@switchyard/failover")
        assert.isTrue(
          reason.field === field || reason.message.includes(`"${field}"`),
          `${reason.field}: ${reason.message}`,
        )
      }),
    )
  }
})

it.effect("a stream that fails before its first content fails over like a whole answer", () =>
  Effect.gen(function* () {
    const [a, b] = [scripted("a", fails()), scripted("b", says("from b"))]
    const got = yield* Effect.provide(collect(), stack([a.plugin, b.plugin]))
    assert.strictEqual(got.filter(({ type }) => type === "stream-start").length, 1)
    assert.strictEqual(got.map((part) => (part.type === "text-delta" ? part.text : "")).join(""), "from b")
  }),
)
