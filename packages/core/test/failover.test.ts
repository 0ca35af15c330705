import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import {
  type AttemptTrace,
  type Cache,
  cachedAnswer,
  type Contributions,
  foldCall,
  type LlmRequestInput,
  textOf,
  wholeAnswer,
} from "../src/index.ts"
import {
  again,
  answer,
  bad,
  collect,
  delta,
  embed,
  finish,
  generate,
  good,
  ill,
  judged,
  listening,
  paced,
  plug,
  provider,
  request,
  retrying,
  saying,
  start,
  stuck,
  validator,
} from "./stubs.ts"

type Failover = Contributions["failover"]

const failover = (run: Failover["run"], settled?: Failover["settled"]) =>
  plug("failover", {
    run,
    rescue: () => Effect.succeed({ _tag: "Fail" }),
    ...(settled === undefined ? {} : { settled }),
  })

const down = provider({ generate: () => Effect.fail(ill()), stream: () => Stream.fail(ill()) })

describe("what failover says of a candidate", () => {
  it.effect("its timeouts bound the attempt where the request sets none", () =>
    Effect.gen(function* () {
      const silent = plug("provider", provider({ generate: () => stuck(), stream: () => Stream.never }))
      const plugins = [silent, failover(([first], dispatch) => dispatch(first, { timeouts: { firstContent: 50 } }))]
      for (const [policy, ms] of [
        [undefined, 50],
        [{ timeouts: { firstContent: 20 } }, 20],
        [{ timeouts: { idle: 20 } }, 50],
      ] as const) {
        for (const call of [
          Effect.asVoid(generate(plugins, { ...request, policy })),
          Effect.asVoid(collect(plugins, { ...request, policy })),
        ]) {
          const fiber = yield* Effect.forkChild(Effect.flip(call))
          yield* TestClock.adjust(ms - 1)
          assert.isUndefined(fiber.pollUnsafe())
          yield* TestClock.adjust(1)
          const { reason } = yield* Fiber.join(fiber)
          assert.deepInclude(reason, { _tag: "Timeout", phase: "first-content", ms })
        }
      }
    }),
  )

  it.effect("an answer that it calls degraded says so, and is not kept", () =>
    Effect.gen(function* () {
      let stored = 0
      const cache = plug("cache", {
        lookup: () => Effect.undefined,
        store: () => Effect.sync(() => void stored++),
        invalidate: () => Effect.succeed(0),
        stats: Effect.die("unused"),
      })
      const plugins = [
        plug("provider", saying("a sentence")),
        failover(([first], dispatch) => dispatch(first, { degraded: "extracted" })),
        cache,
      ]
      const whole = yield* generate(plugins)
      const flowed = foldCall(yield* collect(plugins))
      const held = foldCall(yield* collect(plugins, { ...request, policy: { stream: "hold" } }))
      assert.deepStrictEqual([whole.degraded, flowed.degraded, held.degraded], ["extracted", "extracted", "extracted"])
      assert.strictEqual(stored, 0)
    }),
  )
})

describe("the cache as a last candidate", () => {
  const cacheOf = (lookupStale?: Cache["lookup"]) =>
    plug("cache", {
      lookup: () => Effect.undefined,
      ...(lookupStale === undefined ? {} : { lookupStale }),
      store: () => Effect.void,
      invalidate: () => Effect.succeed(0),
      stats: Effect.die("unused"),
    })
  const old = () =>
    Effect.succeed({
      answer: wholeAnswer(answer("from yesterday")),
      provider: "p",
      cached: { kind: "exact", ageMs: 86_400_000, stale: true },
    })
  const lastResort = failover(([first], dispatch) =>
    Effect.catchTag(dispatch(first), "LlmError", (error) =>
      Effect.mapError(dispatch(cachedAnswer, { degraded: "every candidate failed" }), () => error),
    ),
  )

  it.effect("an old answer is given, marked, for generate and stream", () =>
    Effect.gen(function* () {
      const plugins = [plug("provider", down), lastResort, cacheOf(old)]
      for (const response of [yield* generate(plugins), foldCall(yield* collect(plugins))]) {
        assert.strictEqual(textOf(response.content), "from yesterday")
        assert.strictEqual(response.degraded, "every candidate failed")
        assert.deepInclude(response.cached, { stale: true })
        assert.deepStrictEqual(
          response.route.attempts.map(({ outcome }) => outcome),
          ["failed"],
        )
      }
    }),
  )

  it.effect("a call that only writes to the cache is not answered by it either", () =>
    Effect.gen(function* () {
      const plugins = [plug("provider", down), lastResort, cacheOf(old)]
      const writing: LlmRequestInput = { ...request, policy: { cache: { mode: "write-only" } } }
      assert.strictEqual((yield* Effect.flip(generate(plugins, writing))).reason._tag, "Overloaded")
    }),
  )

  it.effect("a cache that has none, cannot, or fails, leaves the failure", () =>
    Effect.gen(function* () {
      for (const cache of [
        cacheOf(() => Effect.undefined),
        cacheOf(),
        cacheOf(() => Effect.fail(ill("the cache is down"))),
      ]) {
        const error = yield* Effect.flip(generate([plug("provider", down), lastResort, cache]))
        assert.strictEqual(error.reason._tag, "Overloaded")
      }
      const error = yield* Effect.flip(
        embed([plug("provider", down), failover((_, dispatch) => dispatch(cachedAnswer))]),
      )
      assert.strictEqual(error.reason._tag, "NoRoute")
    }),
  )
})

describe("how attempts ended", () => {
  const hearing = () => {
    const heard: Array<AttemptTrace> = []
    return { heard, settled: (attempt: AttemptTrace) => Effect.sync(() => void heard.push(attempt)) }
  }
  const first: Failover["run"] = ([candidate], dispatch) => dispatch(candidate)

  it.effect("failover is told of each, retries and rejections included", () =>
    Effect.gen(function* () {
      const { heard, settled } = hearing()
      const plugins = [
        plug("provider", saying("no")),
        again(2),
        failover(first, settled),
        plug(
          "validator",
          validator(() => bad()),
        ),
      ]
      yield* Effect.flip(generate(plugins, judged))
      assert.deepStrictEqual(
        heard.map(({ outcome }) => outcome),
        ["rejected", "rejected"],
      )
    }),
  )

  it.effect("a stream is told of after its last part, with its pace", () =>
    Effect.gen(function* () {
      const { heard, settled } = hearing()
      const parts = paced(
        10,
        start,
        { type: "text-start", id: "0" },
        delta("a"),
        delta("b"),
        { type: "text-end", id: "0" },
        finish(),
      )
      const slow = plug("provider", provider({ stream: () => parts }))
      const fiber = yield* Effect.forkChild(collect([slow, failover(first, settled)]))
      yield* TestClock.adjust(30)
      assert.strictEqual(heard.length, 0)
      yield* TestClock.adjust(30)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        heard.map(({ outcome, ms, firstContentMs, slowestGapMs }) => ({ outcome, ms, firstContentMs, slowestGapMs })),
        [{ outcome: "ok", ms: 60, firstContentMs: 30, slowestGapMs: 10 }],
      )
    }),
  )

  it.effect("a listener that fails or dies costs the call nothing", () =>
    Effect.gen(function* () {
      for (const settled of [
        () => Effect.die("no"),
        () => {
          throw new Error("no")
        },
      ]) {
        const response = yield* generate([plug("provider", saying("hi")), failover(first, settled)])
        assert.strictEqual(textOf(response.content), "hi")
      }
    }),
  )
})

describe("a retry at a stronger model", () => {
  it.effect("goes on there, and the trace says so", () =>
    Effect.gen(function* () {
      const strong = listening(saying("yes", "strong"))
      const stronger = { provider: "strong", model: "large" }
      const plugins = [
        plug("provider", saying("no")),
        strong.plugin,
        retrying((failure) =>
          failure.candidate.provider === "p" ? { _tag: "Retry", delayMs: 0, candidate: stronger } : { _tag: "Stop" },
        ),
        plug(
          "validator",
          validator((text) => (text === "yes" ? good : bad())),
        ),
      ]
      const response = yield* generate(plugins, judged)
      assert.strictEqual(strong.seen[0]?.model, "large")
      assert.strictEqual(response.provider, "strong")
      assert.include(response.route.decisions[0]?.what, "strong/large instead")
    }),
  )

  it.effect("that is not installed is NoRoute", () =>
    Effect.gen(function* () {
      const plugins = [
        plug("provider", down),
        retrying(() => ({ _tag: "Retry", delayMs: 0, candidate: { provider: "gone", model: "x" } })),
      ]
      const input: LlmRequestInput = request
      assert.strictEqual((yield* Effect.flip(generate(plugins, input))).reason._tag, "NoRoute")
    }),
  )
})
