import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { failed, provider, standing, times } from "./stubs.ts"

const open = { state: "open" } as const

describe("an incident", () => {
  it.effect("opens at the rate with enough volume, recovers, and closes by itself after a quiet period", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin])
      yield* times(5, call())
      state.error = failed("Overloaded")
      yield* times(4, call())
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [], "4 of 9: too few")
      yield* TestClock.adjust("2 seconds")
      yield* times(3, call())
      const [incident, ...others] = yield* use((incidents) => incidents.list(open))
      assert.deepStrictEqual(others, [])
      assert.deepInclude(incident, {
        state: "open",
        pattern: "rate",
        component: "provider",
        provider: "p",
        model: "m",
        kind: "Overloaded",
        openedAt: 2000,
        rate: 0.5,
        volume: 10,
        summary: "p/m: 50 % of 10 failed within 60 s, last Overloaded",
      })
      assert.isUndefined(incident?.recoveryMs)
      yield* TestClock.adjust("30 seconds")
      state.error = undefined
      yield* times(2, call())
      const id = incident?.id ?? ""
      assert.isUndefined((yield* use((incidents) => incidents.get(id)))?.recoveryMs, "two are not sustained")
      yield* TestClock.adjust("1 second")
      yield* call()
      assert.strictEqual((yield* use((incidents) => incidents.get(id)))?.recoveryMs, 30_000)
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual((yield* use((incidents) => incidents.get(id)))?.state, "open")
      yield* TestClock.adjust("90 seconds")
      const closed = yield* use((incidents) => incidents.get(id))
      assert.deepInclude(closed, { state: "closed", closedBy: "quiet", recoveryMs: 30_000, failures: 7 })
      assert.deepStrictEqual(yield* use((incidents) => incidents.list(open)), [])
    }).pipe(Effect.scoped),
  )

  it.effect("a relapse takes the recovery back; background failures below closeRate do not keep it open", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin])
      const only = Effect.map(
        use((incidents) => incidents.list()),
        (list) => {
          assert.strictEqual(list.length, 1)
          return list[0]
        },
      )
      state.error = failed("Network")
      yield* times(10, call())
      state.error = undefined
      yield* TestClock.adjust("2 seconds")
      yield* times(3, call())
      assert.strictEqual((yield* only)?.recoveryMs, 2000)
      yield* TestClock.adjust("1 second")
      state.error = failed("Network")
      yield* call().pipe(Effect.exit)
      assert.isUndefined((yield* only)?.recoveryMs)
      state.error = undefined
      yield* TestClock.adjust("7 seconds")
      yield* times(3, call())
      assert.strictEqual((yield* only)?.recoveryMs, 10_000)
      // From here on 1 of 10 fails, which is under half of the rate.
      for (let minute = 0; minute < 7; minute++) {
        yield* TestClock.adjust("1 minute")
        yield* times(9, call())
        state.error = failed("Network")
        yield* call().pipe(Effect.exit)
        state.error = undefined
      }
      assert.deepInclude(yield* only, { state: "closed", recoveryMs: 10_000 })
    }).pipe(Effect.scoped),
  )

  it.effect("the caller's mistakes are counted and open nothing", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin])
      for (const reason of ["InvalidRequest", "ContentFiltered", "ContextTooLong"] as const) {
        state.error = failed(reason)
        yield* times(20, call())
      }
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [])
      const counted = yield* use((incidents) => incidents.aggregates({ component: "provider" }))
      assert.deepStrictEqual(counted.map(({ kind, category, count }) => [kind, category, count]).toSorted(), [
        ["ContentFiltered", "caller", 20],
        ["ContextTooLong", "caller", 20],
        ["InvalidRequest", "caller", 20],
      ])
    }).pipe(Effect.scoped),
  )

  it.effect("ignored kinds open nothing, and a component has a policy of its own", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], {
        ignore: ["RateLimited"],
        policies: { provider: { minimumVolume: 2 } },
      })
      state.error = failed("RateLimited")
      yield* times(20, call())
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [])
      state.error = failed("Network")
      yield* times(2, call())
      assert.strictEqual((yield* use((incidents) => incidents.list())).length, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("closes and opens by hand; what failed before does not open the next one", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin])
      state.error = failed("Network")
      yield* times(10, call())
      const [incident] = yield* use((incidents) => incidents.list(open))
      const closed = yield* use((incidents) => incidents.close(incident?.id ?? "", "ann"))
      assert.deepInclude(closed, { state: "closed", closedBy: "ann" })
      assert.deepInclude(yield* use((incidents) => incidents.close(incident?.id ?? "", "bob")), { closedBy: "ann" })
      assert.isUndefined(yield* use((incidents) => incidents.close("nobody", "bob")))
      yield* times(9, call())
      assert.deepStrictEqual(yield* use((incidents) => incidents.list(open)), [])
      yield* call().pipe(Effect.exit)
      assert.strictEqual((yield* use((incidents) => incidents.list(open))).length, 1)
      const declared = { component: "billing", operation: "charge", summary: "cards are refused" }
      const manual = yield* use((incidents) => incidents.open(declared))
      assert.strictEqual((yield* use((incidents) => incidents.open(declared))).id, manual.id)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(
        (yield* use((incidents) => incidents.list(open))).map(({ id }) => id),
        [manual.id],
      )
    }).pipe(Effect.scoped),
  )
})

describe("counts", () => {
  it.effect("by provider, model, kind, component and operation: count, rate, first and last seen, sample", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin])
      yield* TestClock.adjust("1 second")
      yield* times(3, call({ model: "p/m", prompt: "hi", tenant: "acme" }))
      state.error = failed("RateLimited", { message: "slow down", http: { status: 429 } })
      yield* call({ model: "p/m", prompt: "hi", tenant: "acme" }).pipe(Effect.exit)
      yield* TestClock.adjust("1 second")
      yield* times(1, call())
      const [first, second, ...others] = yield* use((incidents) => incidents.aggregates())
      assert.deepStrictEqual(others, [])
      const place = { operation: "generate", kind: "RateLimited", category: "capacity", count: 2, rate: 0.4 } as const
      assert.deepInclude(first, { component: "call", model: "p/m", ...place, firstSeen: 1000, lastSeen: 2000 })
      assert.deepInclude(second, { component: "provider", provider: "p", model: "m", ...place })
      assert.deepInclude(second?.sample, { at: 1000, message: "slow down", tenant: "acme", status: 429 })
      assert.isString(second?.sample?.call)
    }).pipe(Effect.scoped),
  )

  it.effect("embeddings are counted too, and what was cancelled is not", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { use, context } = yield* standing([plugin])
      const { Kernel } = yield* Effect.promise(() => import("@switchyard/core"))
      const embed = Effect.provide(
        Kernel.use((kernel) => kernel.embed({ model: "p/m", inputs: ["x"] })),
        context,
      )
      yield* embed
      state.error = failed("Network", { message: "socket closed while sending x" })
      yield* Effect.exit(embed)
      const [one] = yield* use((incidents) => incidents.aggregates({ component: "provider" }))
      assert.deepInclude(one, { operation: "embed", count: 1, rate: 0.5 })
      assert.notInclude(one?.sample?.message, "socket")
    }).pipe(Effect.scoped),
  )

  it.effect("callers may name as many models as they like: memory and rows stay bounded", () =>
    Effect.gen(function* () {
      const { use } = yield* standing([provider().plugin], { maxPlaces: 50 })
      yield* use((incidents) =>
        Effect.forEach(Array.from({ length: 5000 }), (_, index) =>
          incidents.record({
            component: `c${index % 7}`,
            operation: "o",
            model: `m${index}`,
            kind: `K${index}`,
            message: "x",
          }),
        ),
      )
      const counted = yield* use((incidents) => incidents.aggregates({ limit: 10_000 }))
      assert.isBelow(counted.length, 600)
      assert.strictEqual(
        counted.reduce((sum, { count }) => sum + count, 0),
        5000,
      )
    }).pipe(Effect.scoped),
  )
})
