import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import {
  type Cache,
  type CachePolicy,
  foldCall,
  type LlmRequestInput,
  type LlmResponse,
  wholeAnswer,
} from "../src/index.ts"
import {
  answer,
  bad,
  collect,
  delta,
  endingAt,
  generate,
  ill,
  judged,
  listening,
  middleware,
  plug,
  provider,
  request,
  saying,
  start,
  stream,
  validator,
} from "./stubs.ts"

/** A cache in a map that notes what it is asked. */
const memory = () => {
  const kept = new Map<string, LlmResponse>()
  const log: Array<string> = []
  const cache: Cache = {
    lookup: (key) =>
      Effect.sync(() => {
        log.push("lookup")
        const found = kept.get(key)
        return found && { answer: wholeAnswer(found), provider: found.provider, cached: { kind: "exact", ageMs: 5 } }
      }),
    store: (key, response) => Effect.sync(() => (log.push("store"), void kept.set(key, response))),
    invalidate: () => Effect.succeed(0),
    stats: Effect.die("unused"),
  }
  return { plugin: plug("cache", cache), log, kept }
}
const asking = (mode: CachePolicy["mode"] & string): LlmRequestInput => ({ ...request, policy: { cache: { mode } } })

describe("modes", () => {
  const modes = {
    "read-write": [["lookup", "store"], ["lookup"], 1],
    "read-only": [["lookup"], ["lookup"], 2],
    "write-only": [["store"], ["store"], 2],
    refresh: [["store"], ["store"], 2],
    off: [[], [], 2],
  } as const
  for (const mode of ["read-write", "read-only", "write-only", "refresh", "off"] as const) {
    for (const way of ["generate", "stream"] as const) {
      it.effect(`${mode}, ${way}`, () =>
        Effect.gen(function* () {
          const { plugin, log } = memory()
          const spied = listening(saying("x"))
          const call: Effect.Effect<unknown, unknown> =
            way === "generate"
              ? generate([spied.plugin, plugin], asking(mode))
              : collect([spied.plugin, plugin], asking(mode))
          yield* call
          const first = log.splice(0)
          yield* call
          assert.deepStrictEqual(
            [first, log, spied.seen.length],
            [[...modes[mode][0]], [...modes[mode][1]], modes[mode][2]],
          )
        }),
      )
    }
  }
})

describe("hits", () => {
  it.effect("generate and stream share their answers, and a hit says that it is one", () =>
    Effect.gen(function* () {
      for (const streamFirst of [true, false]) {
        const { plugin } = memory()
        const spied = listening(saying("hello"))
        const plugins = [spied.plugin, plugin]
        const flow = Effect.map(collect(plugins), foldCall)
        const first = yield* streamFirst ? flow : generate(plugins)
        const second = yield* streamFirst ? generate(plugins) : flow
        assert.strictEqual(spied.seen.length, 1)
        assert.strictEqual(first.cached, undefined)
        assert.deepStrictEqual(second.cached, { kind: "exact", ageMs: 5 })
        assert.deepStrictEqual(
          [second.content, second.usage, second.model, second.provider],
          [first.content, first.usage, first.model, first.provider],
        )
        assert.deepStrictEqual(second.route.attempts, [])
        assert.deepStrictEqual(
          second.route.decisions.map(({ what }) => what),
          ["hit (exact)"],
        )
      }
    }),
  )

  it.effect("a hit was judged when it was stored: validators do not run again, for either way", () =>
    Effect.gen(function* () {
      let judgements = 0
      const judge = plug(
        "validator",
        validator(() => (judgements++, { ok: true, score: 1, issues: [] })),
      )
      const plugins = [plug("provider", saying("x")), memory().plugin, judge]
      yield* generate(plugins, judged)
      yield* generate(plugins, judged)
      yield* collect(plugins, judged)
      assert.strictEqual(judgements, 1)
    }),
  )
})

describe("what is never stored", () => {
  const cut = Stream.fromArray([start, delta("half")])
  const cases = {
    "a cut stream": [[plug("provider", provider({ stream: () => cut }))], request],
    "a failed stream": [
      [plug("provider", provider({ stream: () => Stream.concat(cut, Stream.fail(ill())) }))],
      request,
    ],
    "an invalid answer": [
      [
        plug("provider", saying("x")),
        plug(
          "validator",
          validator(() => bad()),
        ),
      ],
      judged,
    ],
  } as const
  for (const [what, [plugins, input]] of Object.entries(cases)) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { plugin, kept } = memory()
        yield* Effect.flip(generate([...plugins, plugin], input))
        yield* Effect.flip(collect([...plugins, plugin], input))
        yield* Effect.flip(collect([...plugins, plugin], { ...input, policy: { ...input.policy, stream: "hold" } }))
        assert.strictEqual(kept.size, 0)
      }),
    )
  }
  it.effect("a stream whose reader left", () =>
    Effect.gen(function* () {
      const { plugin, kept } = memory()
      const plugins = [plug("provider", saying("x")), plugin]
      yield* Stream.runDrain(Stream.take(stream(plugins), 1))
      assert.strictEqual(kept.size, 0)
    }),
  )
})

it.effect("without a cache nothing is hashed, nor is it with mode off", () =>
  Effect.gen(function* () {
    let reads = 0
    const counting = {
      get value(): string {
        reads++
        return "x"
      },
    }
    const attached = middleware({ request: (current) => Effect.succeed({ ...current, providerData: { p: counting } }) })
    const plugins = [plug("provider", saying("x")), attached]
    yield* generate(plugins)
    yield* generate([...plugins, memory().plugin], asking("off"))
    assert.strictEqual(reads, 0)
    yield* generate([...plugins, memory().plugin])
    assert.strictEqual(reads, 1)
  }),
)

describe("a slow cache is left out", () => {
  for (const slot of ["lookup", "store"] as const) {
    it.effect(`${slot}: the answer comes, with one warning, within the deadline`, () =>
      Effect.gen(function* () {
        const asked = yield* Deferred.make<void>()
        const slow = () => Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
        const cache: Cache = {
          lookup: () => Effect.undefined,
          store: () => Effect.void,
          invalidate: () => Effect.succeed(0),
          stats: Effect.die("unused"),
          [slot]: slow,
        }
        const plugins = [plug("provider", saying("fine")), plug("cache", cache)]
        const exit = yield* endingAt(
          900,
          generate(plugins, { ...request, policy: { deadline: 1000 } }),
          Deferred.await(asked),
        )
        assert.isTrue(Exit.isSuccess(exit))
        if (Exit.isSuccess(exit))
          assert.deepStrictEqual([exit.value.content, exit.value.warnings.length], [answer("fine").content, 1])
      }),
    )
  }
})
