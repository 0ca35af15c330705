import { assert, describe, it } from "@effect/vitest"
import { Kernel, Notices } from "@switchyard/core"
import { failover } from "@switchyard/failover"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { answer, failed, plug, provider, standing, times } from "./stubs.ts"

const two = { both: ["a/m", "b/m"] }
const ask = { model: "both", prompt: "hi" }

describe("patterns", () => {
  it.effect("all candidates of one call failed", () =>
    Effect.gen(function* () {
      const [a, b] = [provider("a"), provider("b")]
      const { call, use } = yield* standing([a.plugin, b.plugin, failover()], {}, two)
      a.state.error = failed("Overloaded")
      yield* call(ask)
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [])
      b.state.error = failed("Network")
      yield* call(ask).pipe(Effect.exit)
      const [incident, ...others] = yield* use((incidents) => incidents.list())
      assert.deepStrictEqual(others, [])
      assert.deepInclude(incident, {
        pattern: "all-candidates-failed",
        component: "call",
        model: "both",
        summary: "calls of both: all candidates of a call failed",
      })
      a.state.error = b.state.error = undefined
      yield* TestClock.adjust("3 seconds")
      yield* times(3, call(ask))
      assert.strictEqual((yield* use((incidents) => incidents.list()))[0]?.recoveryMs, 3000)
    }).pipe(Effect.scoped),
  )

  it.effect("not when each of them only says that the request is wrong", () =>
    Effect.gen(function* () {
      const [a, b] = [provider("a"), provider("b")]
      const onError = { ContentFiltered: "next" } as const
      const { call, use } = yield* standing([a.plugin, b.plugin, failover({ onError })], {}, two)
      a.state.error = b.state.error = failed("ContentFiltered")
      const exit = yield* call(ask).pipe(Effect.flip)
      assert.strictEqual(exit.reason._tag, "AllCandidatesFailed")
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [])
      const [counted] = yield* use((incidents) => incidents.aggregates({ component: "call" }))
      assert.deepInclude(counted, { kind: "AllCandidatesFailed", category: "caller", count: 1 })
    }).pipe(Effect.scoped),
  )

  it.effect("a breaker opened: of the model, once, and it recovers with the model", () =>
    Effect.gen(function* () {
      const [a, b] = [provider("a"), provider("b")]
      const breaker = {
        minimumCalls: 2,
        window: { type: "count", size: 4 },
        openMs: 10_000,
        jitter: 0,
        rampMs: 0,
      } as const
      const { call, use } = yield* standing([a.plugin, b.plugin, failover({ breaker })], {}, two)
      a.state.error = failed("ProviderInternal")
      yield* times(1, call(ask))
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [])
      yield* times(1, call(ask))
      assert.lengthOf(yield* use((incidents) => incidents.list()), 1, "no later call is needed to see it")
      yield* times(3, call(ask))
      const [incident, ...others] = yield* use((incidents) => incidents.list())
      assert.deepStrictEqual(others, [])
      assert.deepInclude(incident, { pattern: "breaker", component: "provider", provider: "a", model: "m" })
      assert.strictEqual(incident?.summary, "a/m: its circuit breaker opened")
      a.state.error = undefined
      yield* TestClock.adjust("15 seconds")
      yield* times(5, call(ask))
      assert.strictEqual((yield* use((incidents) => incidents.list()))[0]?.recoveryMs, 15_000)
    }).pipe(Effect.scoped),
  )

  it.effect("whoever tells of a breaker is heard, and one that a person forced open is no incident", () =>
    Effect.gen(function* () {
      const { use, context } = yield* standing([provider().plugin])
      const { tell } = yield* Effect.provide(Notices, context)
      const notice = { kind: "breaker", model: "p/a/b", from: "closed", why: "3 of 3 failed" } as const
      tell({ ...notice, to: "forced-open" })
      tell({ ...notice, to: "half-open" })
      assert.deepStrictEqual(yield* use((incidents) => incidents.list()), [])
      tell({ ...notice, to: "open" })
      const [incident, ...others] = yield* use((incidents) => incidents.list())
      assert.deepStrictEqual(others, [])
      assert.deepInclude(incident, { pattern: "breaker", provider: "p", model: "a/b" })
    }).pipe(Effect.scoped),
  )

  it.effect("the example of an incident is a failure that opens one, not the caller's mistake", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], { policy: { minimumVolume: 3, rate: 0.5 } })
      state.error = failed("Overloaded", { message: "no room" })
      yield* times(2, call())
      state.error = failed("InvalidRequest", { message: "the caller's mistake" })
      yield* times(1, call())
      state.error = failed("Overloaded", { message: "no room" })
      yield* times(1, call())
      const [incident] = yield* use((incidents) => incidents.list())
      assert.strictEqual(incident?.sample?.message, "no room")
    }).pipe(Effect.scoped),
  )

  it.effect("a call that nobody may answer since every breaker is open", () =>
    Effect.gen(function* () {
      const a = provider("a")
      const breaker = { minimumCalls: 1, window: { type: "count", size: 1 } } as const
      const { call, use } = yield* standing([a.plugin, failover({ breaker, whenAllOpen: "fail" })])
      a.state.error = failed("ProviderInternal")
      yield* times(2, call({ model: "a/m", prompt: "hi" }))
      const found = yield* use((incidents) => incidents.list())
      assert.deepStrictEqual(found.map(({ component, pattern }) => [component, pattern]).toSorted(), [
        ["call", "breaker"],
        ["provider", "breaker"],
      ])
    }).pipe(Effect.scoped),
  )

  it.effect("one outage is one incident: a call that failed as its attempt did opens none of its own", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin])
      state.error = failed("Overloaded")
      yield* times(20, call())
      assert.strictEqual((yield* use((incidents) => incidents.list())).length, 1)
      const [ofCalls] = yield* use((incidents) => incidents.aggregates({ component: "call" }))
      assert.strictEqual(ofCalls?.count, 20)
    }).pipe(Effect.scoped),
  )

  it.effect("answers that are rejected, streams that break off, calls that run out of time", () =>
    Effect.gen(function* () {
      const usage = { input: {}, output: {} }
      const parts = [
        { type: "stream-start", warnings: [] },
        { type: "text-start", id: "1" },
        { type: "text-delta", id: "1", text: "half" },
      ] as const
      const strange = plug("provider", {
        id: "s",
        models: ["cut", "slow", "bad"],
        describe: () => undefined,
        generate: ({ model }) => (model === "slow" ? Effect.never : Effect.succeed({ ...answer("bad"), usage })),
        stream: () => Stream.concat(Stream.fromIterable(parts), Stream.fail(failed("Network"))),
      })
      const judge = plug("validator", {
        names: ["v"],
        make: () =>
          Effect.succeed({
            validate: () =>
              Effect.succeed({ ok: false, score: 0, issues: [{ validator: "v", message: "the answer says bad" }] }),
          }),
      })
      const { call, use, context } = yield* standing([strange, judge])
      const streamed = Kernel.use((kernel) => Stream.runDrain(kernel.stream({ model: "s/cut", prompt: "hi" })))
      yield* Effect.exit(Effect.provide(streamed, context))
      yield* Effect.exit(call({ model: "s/bad", prompt: "hi", policy: { validators: [{ type: "v" }] } }))
      const slow = yield* Effect.forkChild(
        Effect.exit(call({ model: "s/slow", prompt: "hi", policy: { deadline: 50 } })),
        {
          startImmediately: true,
        },
      )
      yield* TestClock.adjust("50 millis")
      slow.pollUnsafe()
      const counted = yield* use((incidents) => incidents.aggregates())
      const rows = counted.map(({ component, operation, model, kind }) =>
        [component, operation, model ?? "", kind].join(" "),
      )
      assert.deepStrictEqual(rows.toSorted(), [
        "call generate s/bad OutputInvalid",
        "call generate s/slow Timeout",
        "call stream s/cut Truncated",
        "provider generate bad OutputInvalid",
        "provider stream cut Truncated",
      ])
      const rejected = counted.filter(({ kind }) => kind === "OutputInvalid").map(({ sample }) => sample?.message)
      assert.deepStrictEqual(rejected, Array.from({ length: 2 }).fill("the answer is not valid: 1 issue (v)"))
    }).pipe(Effect.scoped),
  )
})
