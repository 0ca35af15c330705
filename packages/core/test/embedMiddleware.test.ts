import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import {
  type EmbedAttempt,
  type EmbedRequest,
  type Middleware,
  type ProviderEmbedResponse,
  type SettledDetail,
  stages,
  tellHeaders,
} from "../src/index.ts"
import {
  again,
  embed,
  endingAt,
  generate,
  ill,
  inTurn,
  middleware,
  plug,
  provider,
  reasonOf,
  recorder,
  saying,
  stuck,
} from "./stubs.ts"

type Embed = NonNullable<Middleware["embed"]>

/** Each text's length as its vector. */
const vectorsOf = ({ inputs, model }: EmbedRequest): ProviderEmbedResponse => ({
  vectors: inputs.map((text) => new Float32Array([text.length])),
  dimensions: 1,
  model,
  usage: { input: { total: inputs.length }, output: {} },
})

/** A provider that embeds, and what it was asked. */
const embedding = (id = "p", answer: EmbedAttempt = (request) => Effect.succeed(vectorsOf(request))) => {
  const asked: Array<EmbedRequest> = []
  const plugin = plug(
    "provider",
    provider({ id, embed: (request) => Effect.suspend(() => (asked.push(request), answer(request))) }),
    `provider-${id}`,
  )
  return { plugin, asked }
}

/** Notes each attempt of an embedding on its way in and out. */
const noting = (log: Array<string>, name: string, stage: Middleware["stage"]) => {
  const note = (what: string) => Effect.sync(() => void log.push(what))
  const around: Embed = (request, { provider: whom }, next) =>
    Effect.ensuring(Effect.andThen(note(`in ${name} ${whom}`), next(request)), note(`out ${name} ${whom}`))
  return middleware({ name, stage, embed: around })
}

describe("middleware around an embedding", () => {
  it.effect("passes by stage and then by name, whatever the order of the list; answers pass none of it", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const both = plug("provider", { ...saying("x"), embed: (request) => Effect.succeed(vectorsOf(request)) })
      const names = stages.flatMap((stage) => [`a ${stage}`, `b ${stage}`])
      const plugins = stages.flatMap((stage) => [noting(log, `b ${stage}`, stage), noting(log, `a ${stage}`, stage)])
      for (const list of [plugins, plugins.toReversed()]) {
        log.length = 0
        yield* embed([both, ...list])
        assert.deepStrictEqual(log, [
          ...names.map((name) => `in ${name} p`),
          ...names.toReversed().map((name) => `out ${name} p`),
        ])
        log.length = 0
        yield* generate([both, ...list])
        assert.deepStrictEqual(log, [])
      }
    }),
  )

  it.effect("the join points of answers do not see it", () =>
    Effect.gen(function* () {
      const wrong = () => Effect.die("an embedding is no answer")
      const response = yield* embed([
        embedding().plugin,
        middleware({ request: wrong, attempt: wrong, response: wrong }),
      ])
      assert.strictEqual(response.vectors.length, 1)
    }),
  )

  it.effect("may amend the request and the answer, ask twice, or not at all; sees the candidate's model", () =>
    Effect.gen(function* () {
      const { plugin, asked } = embedding()
      const seen: Array<string> = []
      const halves = middleware({
        embed: Effect.fnUntraced(function* (request, { provider: whom, model }, next, context) {
          seen.push(`${whom}/${model} ${request.model} ${context.operation} ${context.tenant}`)
          const [one, two] = [yield* next({ ...request, inputs: ["a"] }), yield* next({ ...request, inputs: ["bb"] })]
          return { ...one, vectors: [...one.vectors, ...two.vectors], dimensions: 7 }
        }),
      })
      const input = { model: "p/m", inputs: ["a", "bb"], tenant: "t" }
      const { vectors, dimensions } = yield* embed([plugin, halves], input)
      assert.deepStrictEqual(
        vectors.map(([length]) => length),
        [1, 2],
      )
      assert.strictEqual(dimensions, 7)
      assert.deepStrictEqual(
        asked.map(({ inputs }) => inputs),
        [["a"], ["bb"]],
      )
      assert.deepStrictEqual(seen, ["p/m m embed t"])
      const own = middleware({ embed: (request) => Effect.succeed({ ...vectorsOf(request), model: "own" }) })
      assert.strictEqual((yield* embed([plugin, own], input)).model, "own")
      assert.strictEqual(asked.length, 2)
    }),
  )

  it.effect("sees the provider's failure and may answer it; its own failure is the attempt's", () =>
    Effect.gen(function* () {
      const { plugin, asked } = embedding("p", () => Effect.fail(ill()))
      const tags: Array<string> = []
      const mending = middleware({
        embed: (request, _, next) =>
          Effect.catchTag(next(request), "LlmError", ({ reason }) => {
            tags.push(reason._tag)
            return Effect.succeed(vectorsOf(request))
          }),
      })
      assert.strictEqual((yield* embed([plugin, mending])).vectors.length, 1)
      assert.deepStrictEqual(tags, ["Overloaded"])
      const refusing = middleware({ embed: () => Effect.fail(ill("not now", "RateLimited")) })
      const error = yield* Effect.flip(embed([plugin, refusing]))
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.deepInclude(error.context, { provider: "p", model: "m", operation: "embed", attempt: 1 })
      assert.deepStrictEqual(
        error.context.route?.attempts.map(({ outcome }) => outcome),
        ["failed"],
      )
      assert.strictEqual(asked.length, 1)
    }),
  )

  it.effect("retry and failover pass it each time", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const down = embedding("down", () => Effect.fail(ill()))
      const up = embedding("up")
      const plugins = [down.plugin, up.plugin, again(2), inTurn(), noting(log, "a", "budget")]
      const route = plug("router", {
        route: () =>
          Effect.succeed({
            candidates: [
              { provider: "down", model: "m" },
              { provider: "up", model: "n" },
            ],
            strategy: "own",
            reasons: [],
          }),
      })
      const response = yield* embed([...plugins, route])
      assert.deepStrictEqual(log, ["in a down", "out a down", "in a down", "out a down", "in a up", "out a up"])
      assert.strictEqual(response.model, "n")
      assert.deepStrictEqual([down.asked.length, up.asked.length], [2, 1])
    }),
  )

  it.effect("is not asked about a candidate that cannot be asked", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const note = noting(log, "a", "usage")
      assert.strictEqual((yield* reasonOf(embed([plug("provider", saying("x")), note])))._tag, "Unsupported")
      assert.deepStrictEqual(log, [])
    }),
  )

  it.effect("an attempt's bound is the provider's: what middleware waits for does not count", () =>
    Effect.gen(function* () {
      const bounded = plug("failover", {
        run: ([first], dispatch) => dispatch(first, { timeouts: { total: 100 } }),
        rescue: () => Effect.succeed({ _tag: "Fail" }),
      })
      const waiting = middleware({ embed: (request, _, next) => Effect.delay(next(request), 5000) })
      const fine = yield* Effect.forkChild(embed([embedding().plugin, bounded, waiting]))
      yield* TestClock.adjust(5000)
      assert.strictEqual((yield* Fiber.join(fine)).vectors.length, 1)
      const silent = embedding("p", () => Effect.never)
      const exit = yield* endingAt(5100, reasonOf(embed([silent.plugin, bounded, waiting])))
      assert.isTrue(Exit.isSuccess(exit) && exit.value._tag === "Timeout" && exit.value.phase === "total")
    }),
  )

  it.effect("interrupting the caller interrupts all of it, from the inside out", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const log: Array<string> = []
      const { plugin } = embedding("p", () => Effect.andThen(Deferred.succeed(begun, undefined), stuck(log)))
      const { plugin: tracer, attempts } = recorder()
      const fiber = yield* Effect.forkChild(embed([plugin, tracer, noting(log, "a", "usage")]))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(log, ["in a p", "stuck", "out a p"])
      assert.deepStrictEqual(
        attempts().map(({ outcome }) => outcome.interrupted),
        [true],
      )
    }),
  )

  it.effect("who is told how the attempt ended is told the headers of its answer", () =>
    Effect.gen(function* () {
      const headers = { "x-ratelimit-remaining-requests": "4" }
      const { plugin } = embedding("p", (request) =>
        Effect.map(tellHeaders, (tell) => (tell(Object.entries(headers)), vectorsOf(request))),
      )
      const told: Array<SettledDetail> = []
      const listener = middleware({ settled: (_, __, detail) => Effect.sync(() => void told.push(detail)) })
      yield* embed([plugin, listener])
      assert.deepStrictEqual(told, [{ headers }])
    }),
  )
})

describe("middleware that breaks around an embedding is named", () => {
  const untyped = (value: unknown): Embed => value as Embed // stands for a plugin written in JavaScript
  const broken: Readonly<Record<string, Embed>> = {
    throws: () => {
      throw new TypeError("boom")
    },
    dies: () => Effect.die(new TypeError("boom")),
    "throws after the answer": (request, _, next) =>
      Effect.map(next(request), () => {
        throw new TypeError("boom")
      }),
    "gives no effect": untyped(() => Promise.resolve(1)),
    "gives nothing": untyped(() => Effect.undefined),
    "gives no usage": untyped(() => Effect.succeed({ vectors: [new Float32Array(1)] })),
  }
  it.effect.each(Object.entries(broken))("%s", ([, around]) =>
    Effect.gen(function* () {
      const culprit = plug("middleware", { name: "x", stage: "guard", embed: around }, "culprit")
      const reason = yield* reasonOf(embed([embedding().plugin, culprit]))
      assert.deepInclude(reason, { _tag: "PluginFailure", plugin: "culprit" })
    }),
  )

  it.effect("too few vectors are no answer", () =>
    Effect.gen(function* () {
      const few = middleware({ embed: (request, _, next) => next({ ...request, inputs: ["a"] }) })
      const reason = yield* reasonOf(embed([embedding().plugin, few], { model: "p/m", inputs: ["a", "b"] }))
      assert.strictEqual(reason._tag, "InvalidResponse")
      assert.include(reason.message, "2 texts were sent and 1 vectors came back")
    }),
  )
})
