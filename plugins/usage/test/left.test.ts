import { assert, describe, it } from "@effect/vitest"
import { type ProviderResponse, type StreamPart, unfold } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { answer, failed, plug, provider, standing, used } from "./stubs.ts"

const budgets = [{ name: "b", limit: { tokens: 100_000 }, per: "day" as const }]
/** So that nothing is loaded while the clock is moved. */
const loaded = { preload: ["o200k_base"] as const }
const words = "alpha beta gamma delta ".repeat(10)
const begun: ReadonlyArray<StreamPart> = [
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", text: words },
]
const unreported: ProviderResponse = { ...answer(words), usage: { input: {}, output: {} } }

/** How a call ends early, and what its request may then have cost. */
const ends = {
  left: Stream.concat(Stream.fromArray(begun), Stream.never),
  cut: Stream.fromArray(begun),
  failed: Stream.concat(Stream.fromArray(begun), Stream.fail(failed("Network", { code: "ECONNRESET" }))),
}

/** What is held while the request is under way, and what is used afterwards. */
const settled = Effect.fnUntraced(function* (stream: Stream.Stream<StreamPart, never> | (typeof ends)["failed"]) {
  const { plugin, state } = provider()
  state.stream = stream
  const { stream: read, use } = yield* standing([plugin], { budgets })
  const status = Effect.map(
    use((usage) => usage.budgets()),
    ([one]) => one,
  )
  let held = 0
  const seen = Stream.tap(read({ maxOutputTokens: 900 }), () =>
    Effect.map(status, (now) => void (held = Math.max(held, now?.held ?? 0))),
  )
  yield* Effect.exit(
    Stream.runDrain(Stream.takeUntil(seen, (part) => stream === ends.left && part.type === "text-delta")),
  )
  const [sum] = yield* use((usage) => usage.usageStats())
  return { held, after: yield* status, sum }
})

describe("a request that was sent and ends without reported usage", () => {
  it.effect.each(Object.entries(ends))("%s: is charged the most that it can have cost", ([, stream]) =>
    Effect.gen(function* () {
      const { held, after, sum } = yield* settled(stream)
      assert.isAbove(held, 900)
      assert.deepInclude(after, { used: held, held: 0 })
      assert.deepInclude(sum, { attempts: 1, estimated: 1, reserved: 1, atLeast: 0, outputTokens: 900 })
      assert.closeTo(sum?.usd ?? 0, 0.0018, 0.0001)
    }).pipe(Effect.scoped),
  )

  it.effect(
    "without content: so it is where time runs out or the connection breaks, and not where it was refused",
    () =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const { call, use } = yield* standing([plugin], { budgets })
        const costs = Effect.fnUntraced(function* (error: ReturnType<typeof failed>) {
          const [before] = yield* use((usage) => usage.budgets())
          state.generate = () => Effect.fail(error)
          yield* Effect.flip(call({ maxOutputTokens: 500 }))
          const [after] = yield* use((usage) => usage.budgets())
          assert.strictEqual(after?.held, 0)
          return (after?.used ?? 0) - (before?.used ?? 0)
        })
        for (const sent of [failed("Timeout", { phase: "total", ms: 1 }), failed("Network", { code: "ECONNRESET" })]) {
          assert.isAbove(yield* costs(sent), 500)
        }
        assert.isAbove(yield* costs(failed("InvalidResponse", { http: { status: 200 } })), 500)
        for (const refused of [
          failed("Network", { code: "ECONNREFUSED" }),
          failed("Timeout", { phase: "total", ms: 0, http: { status: 408 } }),
          failed("ContentFiltered", { http: { status: 400 } }),
          failed("ProviderInternal", { http: { status: 500 } }),
        ]) {
          assert.strictEqual(yield* costs(refused), 0)
        }
      }).pipe(Effect.scoped),
  )

  it.effect("what came is charged where that is more than was reserved", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.stream = ends.left
      const { stream, use } = yield* standing([plugin], { budgets })
      yield* Stream.runDrain(Stream.takeUntil(stream({ maxOutputTokens: 5 }), ({ type }) => type === "text-delta"))
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.isAtLeast(sum?.outputTokens ?? 0, 30)
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], {
        used: (sum?.inputTokens ?? 0) + (sum?.outputTokens ?? 0),
        held: 0,
      })
    }).pipe(Effect.scoped),
  )

  it.effect("without a budget what came is on the ledger, as a lower bound", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.stream = ends.left
      for (const options of [{}, { budgets: [{ limit: { calls: 5 }, per: "day" as const }] }]) {
        const { stream, use } = yield* standing([plugin], options)
        yield* Stream.runDrain(Stream.takeUntil(stream({ maxOutputTokens: 900 }), ({ type }) => type === "text-delta"))
        const [sum] = yield* use((usage) => usage.usageStats())
        assert.deepInclude(sum, { estimated: 1, reserved: 0, atLeast: 1 })
        assert.isBelow(sum?.outputTokens ?? 999, 60)
      }
    }).pipe(Effect.scoped),
  )

  it.effect("a whole answer is counted: nothing more can have been made", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = () => Effect.succeed(unreported)
      state.stream = Stream.fromArray(unfold(unreported))
      const { call, stream, use } = yield* standing([plugin], { budgets })
      yield* call({ maxOutputTokens: 900 })
      yield* Stream.runDrain(stream({ maxOutputTokens: 900 }))
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.deepInclude(sum, { attempts: 2, estimated: 2, reserved: 0, atLeast: 0 })
      assert.isBelow(sum?.outputTokens ?? 999, 120)
    }).pipe(Effect.scoped),
  )
})

describe("requests of one call at once", () => {
  const twice = plug("middleware", {
    name: "twice",
    stage: "tools",
    attempt: (request, _, next, context) => {
      if (context.tenant !== "two") return next(request)
      const both = Effect.all([Effect.result(next(request)), Effect.result(next(request))], { concurrency: 2 })
      return Effect.flatMap(both, ([first, second]) => {
        assert.strictEqual(second._tag === "Failure" ? second.failure.reason._tag : "none", "BudgetExceeded")
        return Effect.fromResult(first)
      })
    },
  })

  it.effect("count in the call's own budget from before they are sent", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call } = yield* standing([plugin, twice], { rateLimits: { p: { concurrent: 1 } }, tokens: loaded })
      state.generate = () => Effect.delay(Effect.succeed(answer("fine")), "1 second")
      const other = yield* Effect.forkChild(call(), { startImmediately: true })
      // Room for one of the two. Both wait for their turn when it is looked at.
      const two = call({ tenant: "two", maxOutputTokens: 100, policy: { budget: { tokens: 180 } } })
      const fiber = yield* Effect.forkChild(two, { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      yield* Effect.forEach([other, fiber], Fiber.join)
      assert.strictEqual(state.calls, 2)
    }).pipe(Effect.scoped),
  )

  it.effect("one that was refused before it was sent takes no room from the next", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const again = plug("middleware", {
        name: "again",
        stage: "tools",
        attempt: (request, _, next) => {
          const asking = (maxOutputTokens: number) => next({ ...request, maxOutputTokens })
          return Effect.catch(asking(150), () => asking(100))
        },
      })
      const { call, use } = yield* standing([plugin, again], {
        budgets: [{ name: "b", limit: { tokens: 130 }, per: "day" }],
      })
      yield* call({ policy: { budget: { tokens: 180 } } })
      assert.strictEqual(state.calls, 1)
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], { used: 30, held: 0 })
    }).pipe(Effect.scoped),
  )
})

describe("a window that ends while a stream runs", () => {
  it.effect("what is held stays held in the next, and is charged there", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const late: StreamPart = { type: "finish", reason: { unified: "stop" }, usage: used(5, 50) }
      state.stream = Stream.concat(
        Stream.fromArray(begun),
        Stream.fromEffect(Effect.delay(Effect.succeed(late), "90 seconds")),
      )
      const hourly = [{ name: "m", limit: { tokens: 1500 }, per: "minute" as const }]
      const { stream, call, use } = yield* standing([plugin], { budgets: hourly, tokens: loaded })
      const status = Effect.map(
        use((usage) => usage.budgets()),
        ([one]) => one,
      )
      const running = yield* Effect.forkChild(Stream.runDrain(stream({ maxOutputTokens: 900 })), {
        startImmediately: true,
      })
      yield* TestClock.adjust("70 seconds")
      assert.isAbove((yield* status)?.held ?? 0, 900)
      assert.strictEqual((yield* Effect.flip(call({ maxOutputTokens: 900 }))).reason._tag, "BudgetExceeded")
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(running)
      assert.deepInclude(yield* status, { used: 55, held: 0 })
      yield* TestClock.adjust("30 seconds")
      assert.deepInclude(yield* status, { used: 0, held: 0 })
    }).pipe(Effect.scoped),
  )
})
