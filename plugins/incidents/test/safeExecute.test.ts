import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { Incidents, makeIncidents, makeIncidentsHandle } from "../src/index.ts"
import { failed, provider, standing } from "./stubs.ts"

class Declined extends Data.TaggedError("Declined")<{ readonly card: string }> {}

const service = makeIncidents({ store: ":memory:" })
const kinds = (incidents: Incidents) =>
  Effect.map(incidents.aggregates({ component: "billing" }), (list) =>
    list.map(({ operation, kind, category, count, rate }) => [operation, kind, category, count, rate]).toSorted(),
  )

describe("safeExecute", () => {
  it.effect("a success is its value; errors stay what they are, and are counted by kind", () =>
    Effect.gen(function* () {
      const incidents = yield* service
      const run = <A, E>(effect: Effect.Effect<A, E>) => incidents.safeExecute(effect, "billing", "charge", "1 second")
      assert.strictEqual(yield* run(Effect.succeed(7)), 7)
      const declined = new Declined({ card: "4242" })
      assert.strictEqual(yield* Effect.flip(run(Effect.fail(declined))), declined)
      const limited = failed("RateLimited")
      assert.strictEqual(yield* Effect.flip(run(Effect.fail(limited))), limited)
      const died = yield* Effect.flip(run(Effect.die(new TypeError("x is undefined, key sk-abcdefghijkl"))))
      assert.instanceOf(died, LlmError)
      assert.strictEqual(died.reason.message, "billing.charge died: x is undefined, key [redacted]")
      assert.deepStrictEqual(yield* kinds(incidents), [
        ["charge", "Declined", "code", 1, 0.25],
        ["charge", "RateLimited", "capacity", 1, 0.25],
        ["charge", "ToolFailed", "code", 1, 0.25],
      ])
    }).pipe(Effect.scoped),
  )

  it.effect("the timeout interrupts it and is counted; an interruption from outside is not", () =>
    Effect.gen(function* () {
      const incidents = yield* service
      let interrupted = 0
      const slow = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      const run = incidents.safeExecute(slow, "billing", "report", "2 seconds")
      const first = yield* Effect.forkChild(Effect.flip(run), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      const error = yield* Fiber.join(first)
      assert.deepInclude(error.reason, { _tag: "Timeout", phase: "total", ms: 2000 })
      const said = "billing.report did not end within 2000 ms: allow it more time where safeExecute is called."
      assert.strictEqual(error.message, said)
      const second = yield* Effect.forkChild(run, { startImmediately: true })
      yield* Fiber.interrupt(second)
      assert.strictEqual(interrupted, 2)
      assert.deepStrictEqual(yield* kinds(incidents), [["report", "Timeout", "timeout", 1, 1]])
    }).pipe(Effect.scoped),
  )

  it.effect("a timeout that bounds nothing is refused, and nothing runs", () =>
    Effect.gen(function* () {
      const incidents = yield* service
      let ran = false
      for (const timeout of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
        const run = incidents.safeExecute(
          Effect.sync(() => (ran = true)),
          "billing",
          "charge",
          timeout,
        )
        assert.deepInclude((yield* Effect.flip(run)).reason, { _tag: "InvalidRequest", field: "timeout" })
      }
      assert.isFalse(ran)
    }).pipe(Effect.scoped),
  )

  it.effect("opens an incident of its own component and operation", () =>
    Effect.gen(function* () {
      const incidents = yield* service
      const run = incidents.safeExecute(Effect.fail(new Declined({ card: "1" })), "billing", "charge", 1000)
      yield* Effect.forEach(Array.from({ length: 10 }), () => Effect.exit(run))
      const [incident] = yield* incidents.list()
      assert.deepInclude(incident, { component: "billing", operation: "charge", kind: "Declined" })
      assert.match(incident?.summary ?? "", /^billing\.charge: 100 % of 10 failed/)
    }).pipe(Effect.scoped),
  )

  it.live("async code gets a signal, and rejects with what it rejected with; a bare handle runs it too", () =>
    Effect.gen(function* () {
      const { handle } = yield* standing([provider().plugin])
      const given = new RangeError("too far")
      for (const one of [handle, makeIncidentsHandle()]) {
        const value = one.safeExecute(async () => 3, "map", "zoom", "1 second")
        assert.strictEqual(yield* Effect.promise(() => value), 3)
        const rejected = one.safeExecute(() => Promise.reject(given), "map", "zoom", "1 second")
        assert.strictEqual(yield* Effect.promise(() => rejected.catch((error: unknown) => error)), given)
      }
      let aborted = false
      const slow = (signal: AbortSignal) =>
        new Promise<never>(() => signal.addEventListener("abort", () => (aborted = true)))
      const late = handle.safeExecute(slow, "map", "zoom", 20).catch((error: unknown) => error)
      assert.instanceOf(yield* Effect.promise(() => late), LlmError)
      assert.isTrue(aborted)
      const counted = yield* Effect.promise(() => handle.use((incidents) => incidents.aggregates()))
      assert.deepStrictEqual(counted.map(({ kind }) => kind).toSorted(), ["RangeError", "Timeout"])
    }).pipe(Effect.scoped),
  )

  it.effect("without a plugin it still runs, bounded", () =>
    Effect.gen(function* () {
      const incidents = yield* Incidents
      assert.strictEqual(yield* incidents.safeExecute(Effect.succeed(1), "a", "b", "1 second"), 1)
      const late = yield* Effect.forkChild(Effect.flip(incidents.safeExecute(Effect.never, "a", "b", "1 second")), {
        startImmediately: true,
      })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(late)).reason._tag, "Timeout")
      assert.deepStrictEqual(yield* incidents.list(), [])
    }),
  )
})
