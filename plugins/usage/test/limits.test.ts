import { assert, describe, it } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { answer, failed, provider, standing, used } from "./stubs.ts"

const started = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("rate limits", () => {
  it.effect("rpm: calls wait for their turn in order", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call } = yield* standing([plugin], {
        rateLimits: { p: { rpm: 2, maxWaitMs: 120_000 } },
        // Loading takes real time, which the test clock does not wait for.
        tokens: { preload: ["o200k_base"] },
      })
      const done: Array<number> = []
      const fibers = yield* Effect.forEach([0, 1, 2, 3], (index) =>
        started(Effect.map(call(), () => void done.push(index))),
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(done, [0, 1])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(done, [0, 1, 2])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(done, [0, 1, 2, 3])
      yield* Effect.forEach(fibers, Fiber.join)
      assert.strictEqual(state.calls, 4)
    }).pipe(Effect.scoped),
  )

  it.effect("a call that gets no turn in time fails with what to do, and holds no budget", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], {
        rateLimits: { p: { rpm: 1, maxWaitMs: 5000 } },
        budgets: [{ limit: { tokens: 1e6 }, per: "day" }],
      })
      yield* call()
      const late = yield* started(Effect.flip(call()))
      yield* TestClock.adjust("5 seconds")
      const error = yield* Fiber.join(late)
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.include(error.message, "no turn within 5000 ms at the rate limits of p")
      assert.strictEqual(error.recovery, "failover")
      assert.strictEqual(state.calls, 1)
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], { used: 30, held: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect.each(["generate", "stream", "embed"] as const)(
    "the end of its wait is named after what ended it: the deadline of the call or maxWaitMs (%s)",
    (operation) =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const { call, stream, embed } = yield* standing([plugin], { rateLimits: { p: { rpm: 1, maxWaitMs: 5000 } } })
        yield* call()
        const asking = (deadline: number): Effect.Effect<unknown, LlmError> => {
          if (operation === "embed") return embed({ deadline })
          const request = { policy: { deadline } }
          return operation === "generate" ? call(request) : Stream.runDrain(stream(request))
        }
        const reasonAfter = Effect.fnUntraced(function* (deadline: number) {
          const ended = yield* started(Effect.flip(asking(deadline)))
          yield* TestClock.adjust(6000)
          return (yield* Fiber.join(ended)).reason
        })
        for (const deadline of [1, 900, 1000, 4999, 5000]) {
          assert.deepInclude(yield* reasonAfter(deadline), {
            _tag: "Timeout",
            phase: "call",
            ms: deadline,
            recovery: "none",
          })
        }
        for (const deadline of [5001, 60_000]) {
          const reason = yield* reasonAfter(deadline)
          assert.strictEqual(reason._tag, "RateLimited")
          assert.include(reason.message, "raise maxWaitMs")
        }
        assert.strictEqual(state.calls, 1)
      }).pipe(Effect.scoped),
  )

  it.effect("tpm: what is sent and may come counts", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call } = yield* standing([plugin], { rateLimits: { "p/m": { tpm: 1000, maxWaitMs: 90_000 } } })
      yield* call({ maxOutputTokens: 900 })
      const second = yield* started(call({ maxOutputTokens: 900 }))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(state.calls, 1)
      yield* call({ model: "p/cheap" })
      yield* TestClock.adjust("50 seconds")
      yield* Fiber.join(second)
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.scoped),
  )

  it.effect("concurrent: each tenant gets its turn, and who leaves frees the place", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = () => Effect.delay(Effect.succeed(answer("fine", used(1, 1))), "1 second")
      const { call } = yield* standing([plugin], { rateLimits: { p: { concurrent: 1, maxWaitMs: 60_000 } } })
      const order: Array<string> = []
      const one = (tenant: string) => started(Effect.map(call({ tenant }), () => void order.push(tenant)))
      const first = yield* one("a")
      const many = yield* Effect.forEach(["a", "a", "a"], one)
      const other = yield* one("b")
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(order.includes("b"), order.join())
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach([...many, other], Fiber.join)
      assert.strictEqual(order.length, 4)
    }).pipe(Effect.scoped),
  )

  it.effect("what a provider's refusal asks for holds for the calls that come", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = (calls) =>
        calls === 1 ? Effect.fail(failed("RateLimited", { retryAfterMs: 20_000 })) : Effect.succeed(answer("fine"))
      const { call } = yield* standing([plugin], { rateLimits: { p: {} } })
      assert.strictEqual((yield* Effect.flip(call())).reason._tag, "RateLimited")
      const next = yield* started(call())
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(state.calls, 1)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(next)
      assert.strictEqual(state.calls, 2)
    }).pipe(Effect.scoped),
  )
})
