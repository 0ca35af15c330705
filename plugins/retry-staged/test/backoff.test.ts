import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { callOf, failed, failure, historyOf, type Options, policyOf } from "./stubs.ts"

const overloaded = failed("Overloaded")
const seeded = { arbitrary: { seed: "backoff", runs: 200 } }

/** The waits of one call that fails `times` times, as the policy decides them. */
const waits = Effect.fnUntraced(function* (options: Options, times: number) {
  const policy = yield* policyOf({ maxAttempts: 100, maxTotalAttempts: 100, perKind: { Overloaded: 100 }, ...options })
  const { context } = callOf(Infinity)
  const found: Array<number> = []
  for (let retry = 0; retry < times; retry++) {
    const history = historyOf(...Array.from({ length: retry + 1 }, () => overloaded))
    const decision = yield* policy.next(failure(overloaded), history, context, undefined)
    assert.strictEqual(decision._tag, "Retry")
    if (decision._tag === "Retry") found.push(decision.delayMs)
  }
  return found
})

const Case = Schema.Struct({
  baseMs: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 2000 })),
  factor: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 10 })),
  more: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 60_000 })),
  seed: Schema.String,
})

/** A hair for the last bit of a floating-point product. */
const hair = 1e-6

describe("every wait is within its formula's bounds", () => {
  const law = (
    jitter: NonNullable<Options["jitter"]>,
    bounds: (temp: number, baseMs: number, before: number) => readonly [low: number, high: number],
  ) =>
    it.effect.prop(
      jitter,
      [Case],
      ([{ baseMs, factor, more, seed }]) =>
        Effect.gen(function* () {
          const capMs = baseMs + more
          const found = yield* Random.withSeed(waits({ jitter, baseMs, factor, capMs }, 12), seed)
          let before = baseMs
          for (const [retry, delay] of found.entries()) {
            const [low, high] = bounds(Math.min(capMs, baseMs * factor ** retry), baseMs, before)
            assert.isAtLeast(delay, Math.min(low, capMs) - hair)
            assert.isAtMost(delay, Math.min(high, capMs) + hair)
            before = delay
          }
        }),
      seeded,
    )
  law("full", (temp) => [0, temp])
  law("equal", (temp) => [temp / 2, temp])
  law("decorrelated", (_, baseMs, before) => [baseMs, Math.max(baseMs, before * 3)])
  law("none", (temp) => [temp, temp])
})

describe("spread", () => {
  it.effect("jitter uses the whole of its range", () =>
    Effect.gen(function* () {
      for (const [jitter, low, high] of [
        ["full", 0, 1000],
        ["equal", 500, 1000],
        ["decorrelated", 1000, 3000],
      ] as const) {
        const policy = yield* policyOf({ jitter, baseMs: 1000, budget: false })
        const found: Array<number> = []
        for (let call = 0; call < 400; call++) {
          const decision = yield* policy.next(failure(overloaded), historyOf(overloaded), callOf().context, undefined)
          if (decision._tag === "Retry") found.push(decision.delayMs)
        }
        assert.strictEqual(found.length, 400)
        const reach = high - low
        assert.isBelow(Math.min(...found), low + reach * 0.05, jitter)
        assert.isAbove(Math.max(...found), high - reach * 0.05, jitter)
        const mean = found.reduce((a, b) => a + b, 0) / found.length
        assert.approximately(mean, low + reach / 2, reach * 0.08, jitter)
      }
    }).pipe(Random.withSeed("spread")),
  )

  it.effect("decorrelated waits grow from the wait before, and not from one that a provider asked for", () =>
    Effect.gen(function* () {
      let highest = 0
      for (let call = 0; call < 200; call++) {
        const [, second = 0] = yield* waits({ jitter: "decorrelated", baseMs: 100, capMs: 10_000 }, 2)
        highest = Math.max(highest, second)
      }
      assert.isAbove(highest, 3 * 100)
      assert.isAtMost(highest, 9 * 100)
      const policy = yield* policyOf({ jitter: "decorrelated", baseMs: 100 })
      const [asking, silent] = [failed("RateLimited", { retryAfterMs: 5000 }), failed("RateLimited")]
      for (let call = 0; call < 50; call++) {
        const { context } = callOf()
        yield* policy.next(failure(asking), historyOf(asking), context, undefined)
        const decision = yield* policy.next(failure(silent), historyOf(asking, silent), context, undefined)
        assert.isTrue(decision._tag === "Retry" && decision.delayMs <= 300)
      }
    }).pipe(Random.withSeed("decorrelated")),
  )

  it.effect("no wait is no wait, however large the factor", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* waits({ jitter: "none", baseMs: 0, factor: 1e300 }, 4), [0, 0, 0, 0])
    }),
  )

  it.effect("what a provider asks for is waited, and up to a tenth more; over the limit the candidate is left", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf({ baseMs: 1, capMs: 1, maxRetryAfterMs: 5000 })
      const asking = (retryAfterMs: number) => failed("RateLimited", { retryAfterMs })
      const decide = (error: ReturnType<typeof asking>) =>
        policy.next(failure(error), historyOf(error), callOf().context, undefined)
      for (const retryAfterMs of [1, 80, 4999, 5000]) {
        const decision = yield* decide(asking(retryAfterMs))
        assert.strictEqual(decision._tag, "Retry")
        if (decision._tag !== "Retry") return
        assert.isAtLeast(decision.delayMs, retryAfterMs)
        assert.isAtMost(decision.delayMs, retryAfterMs * 1.1)
      }
      assert.deepStrictEqual(yield* decide(asking(5001)), { _tag: "Stop" })
      const spread = new Set<unknown>()
      for (let call = 0; call < 20; call++) spread.add(JSON.stringify(yield* decide(asking(1000))))
      assert.isAbove(spread.size, 15)
      // "Now" is no reason to come back all at once.
      const now = yield* decide(asking(0))
      assert.isTrue(now._tag === "Retry" && now.delayMs <= 1)
    }),
  )
})
