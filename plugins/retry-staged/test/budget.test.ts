import { assert, it } from "@effect/vitest"
import { compose, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { RetryBudget } from "../src/internal/RetryBudget.ts"
import { stagedRetry } from "../src/index.ts"
import { failed, request, scripted } from "./stubs.ts"

const calls = 1000

const failing = Effect.all(
  Array.from({ length: calls }, () => Effect.flip(Kernel.use((kernel) => kernel.generate(request)))),
  { concurrency: "unbounded" },
)

it.effect("a thousand calls that fail together are sent again only as often as the bucket holds", () =>
  Effect.gen(function* () {
    const { plugin, seen } = scripted([failed("Overloaded")])
    const budget = { capacity: 50, refillPerSecond: 10 }
    const stack = compose([plugin, stagedRetry({ jitter: "none", baseMs: 100, capMs: 100, budget })])
    yield* Effect.gen(function* () {
      const first = yield* Effect.forkChild(failing)
      yield* TestClock.adjust(99)
      assert.strictEqual(seen.length, calls)
      yield* TestClock.adjust(1)
      const errors = yield* Fiber.join(first)
      assert.strictEqual(seen.length, calls + 50)
      assert.strictEqual(errors.filter(({ reason }) => reason._tag === "Overloaded").length, calls)
      const told = errors.filter(({ context }) => context.route?.decisions.some(({ what }) => /budget/.test(what)))
      assert.strictEqual(told.length, calls - 50)
      // Two seconds later it has earned twenty more.
      yield* TestClock.adjust(1900)
      const second = yield* Effect.forkChild(failing)
      yield* TestClock.adjust(100)
      yield* Fiber.join(second)
      assert.strictEqual(seen.length, 2 * calls + 50 + 20)
      // After a quiet hour it is full, and not more than that.
      yield* TestClock.adjust(3_600_000)
      const third = yield* Effect.forkChild(failing)
      yield* TestClock.adjust(100)
      yield* Fiber.join(third)
      assert.strictEqual(seen.length, 3 * calls + 50 + 20 + 50)
    }).pipe(Effect.provide(stack))
  }),
)

it.effect("one provider's outage takes nothing from another; without a budget each call has its own bounds only", () =>
  Effect.gen(function* () {
    const [ill, other] = [scripted([failed("Overloaded")], "p"), scripted([failed("Overloaded")], "q")]
    const budget = { capacity: 5, refillPerSecond: 0.001 }
    yield* Effect.gen(function* () {
      yield* failing
      yield* Effect.flip(Kernel.use((kernel) => kernel.generate({ ...request, model: "q/m" })))
    }).pipe(Effect.provide(compose([ill.plugin, other.plugin, stagedRetry({ baseMs: 0, budget })])))
    assert.deepStrictEqual([ill.seen.length, other.seen.length], [calls + 5, 2])
    const free = scripted([failed("Overloaded")])
    yield* Effect.provide(failing, compose([free.plugin, stagedRetry({ baseMs: 0, budget: false })]))
    assert.strictEqual(free.seen.length, 2 * calls)
  }),
)

it.effect("answers earn retries back", () =>
  Effect.gen(function* () {
    const { plugin, seen } = scripted([failed("Overloaded"), failed("Overloaded"), failed("Overloaded"), "good"])
    const budget = { capacity: 1, refillPerSecond: 1e-9, perSuccess: 0.5 }
    const call = Effect.exit(Kernel.use((kernel) => kernel.generate(request)))
    yield* Effect.gen(function* () {
      // The only retry is spent here, and none is left for the next.
      yield* call
      yield* call
      assert.strictEqual(seen.length, 3)
      yield* call
      assert.strictEqual(seen.length, 4)
    }).pipe(Effect.provide(compose([plugin, stagedRetry({ baseMs: 0, maxAttempts: 2, budget })])))
  }),
)

it.effect("a bucket is never fuller than full", () =>
  Effect.sync(() => {
    const budget = new RetryBudget({ capacity: 2, refillPerSecond: 1e-9, perSuccess: 1 })
    const take = () => budget.take("p", 0)
    budget.give("p")
    assert.deepStrictEqual([take(), take(), take()], [true, true, false])
    budget.give("p")
    assert.deepStrictEqual([take(), take()], [true, false])
    for (let i = 0; i < 10; i++) budget.give("p")
    assert.deepStrictEqual([take(), take(), take()], [true, true, false])
  }),
)
