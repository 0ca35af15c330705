import { assert, describe, it } from "@effect/vitest"
import { foldCall, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { BudgetAlert, BudgetSubject } from "../src/index.ts"
import { answer, failed, info, plug, provider, standing, used } from "./stubs.ts"

const daily = (usd: number) => ({ limit: { usd }, per: "day" as const })
const month = 31 * 86_400_000

describe("a budget", () => {
  it.effect("is held before a call and settled after it by what was really used", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], { budgets: [daily(0.0101)] })
      const held: Array<number> = []
      state.generate = () =>
        Effect.as(
          Effect.map(
            use((usage) => usage.budgets()),
            ([status]) => void held.push(status?.held ?? 0),
          ),
          answer("fine", used(100, 1000)),
        )
      yield* call({ maxOutputTokens: 1000 })
      const [status] = yield* use((usage) => usage.budgets())
      assert.deepInclude(status, { unit: "usd", per: "day", limit: 0.0101, used: 0.0021, held: 0 })
      assert.isAtLeast(held[0] ?? 0, 0.002)
      assert.isBelow(held[0] ?? 1, 0.0021)
    }).pipe(Effect.scoped),
  )

  it.effect("that has no room refuses without asking the provider, and says when it begins again", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = () => Effect.succeed(answer("fine", used(10, 900)))
      const { call, use } = yield* standing([plugin], {
        budgets: [{ limit: { tokens: 1500 }, per: "hour", name: "team" }],
      })
      yield* call({ maxOutputTokens: 1000 })
      const error = yield* Effect.flip(call({ maxOutputTokens: 1000 }))
      assert.deepInclude(error.reason, { _tag: "BudgetExceeded", limit: "team", retryAfterMs: 3_600_000 })
      assert.include(
        error.message,
        `the budget "team" has no room: 910 tokens used and 0 tokens reserved of 1500 tokens`,
      )
      assert.include(error.message, "1970-01-01T01:00:00.000Z")
      assert.strictEqual(state.calls, 1)
      yield* call({ maxOutputTokens: 400 })
      yield* TestClock.adjust("1 hour")
      yield* call({ maxOutputTokens: 1000 })
      assert.strictEqual((yield* use((usage) => usage.budgets()))[0]?.used, 910)
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.scoped),
  )

  it.effect("no hundred concurrent calls overshoot it", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = () => Effect.delay(Effect.succeed(answer("fine", used(1, 90))), "1 second")
      const { call, use } = yield* standing([plugin], { budgets: [{ limit: { tokens: 1000 }, per: "lifetime" }] })
      const all = Array.from({ length: 100 }, () => Effect.exit(call({ maxOutputTokens: 90 })))
      const fiber = yield* Effect.forkChild(Effect.all(all, { concurrency: "unbounded" }), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      const [status] = yield* use((usage) => usage.budgets())
      assert.isAtMost(status?.used ?? 9999, 1000)
      assert.isAbove(state.calls, 5)
      assert.strictEqual(status?.used, state.calls * 91)
      assert.strictEqual(status?.held, 0)
    }).pipe(Effect.scoped),
  )

  it.effect("divides by tenant, tag or model, and matches", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { call, use } = yield* standing([plugin], {
        budgets: [
          { name: "each tenant", limit: { calls: 1 }, per: "day", by: "tenant" },
          { name: "each team", limit: { calls: 2 }, per: "day", by: { tag: "team" } },
          { name: "the cheap one", limit: { calls: 0 }, per: "day", match: { model: "p/ch*" } },
        ],
      })
      yield* call({ tenant: "a", tags: { team: "x" } })
      assert.include((yield* Effect.flip(call({ tenant: "a" }))).message, `"each tenant" of tenant "a"`)
      yield* call({ tenant: "b", tags: { team: "x" } })
      assert.include((yield* Effect.flip(call({ tenant: "c", tags: { team: "x" } }))).message, `of team "x"`)
      assert.include((yield* Effect.flip(call({ tenant: "d", model: "p/cheap" }))).message, "the cheap one")
      const statuses = yield* use((usage) => usage.budgets({ tenant: "b", tags: { team: "x" } }))
      assert.deepStrictEqual(
        statuses.map(({ used: count }) => count),
        [1, 2, 0],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("shows all that have used or hold some of it, where none is named", () =>
    Effect.gen(function* () {
      const [p, q] = [provider("p"), provider("q")]
      const { call, use } = yield* standing([p.plugin, q.plugin], {
        budgets: [
          { name: "provider*", limit: { calls: 9 }, per: "day", by: "provider" },
          { name: "model", limit: { calls: 9 }, per: "day", by: "model" },
          { name: "tenant", limit: { calls: 9 }, per: "hour", by: "tenant" },
          { name: "team", limit: { calls: 9 }, per: "day", by: { tag: "team" } },
          { name: "all", limit: { calls: 9 }, per: "day" },
        ],
      })
      const shown = (subject?: BudgetSubject) =>
        Effect.map(
          use((usage) => usage.budgets(subject)),
          (statuses) => statuses.map(({ name, subject: of, used: count, held }) => [name, of, count, held]),
        )
      assert.deepStrictEqual(yield* shown(), [["all", "", 0, 0]])
      yield* call({ tenant: "a:b/ü", model: "q/m" })
      yield* call({ tenant: "", tags: { team: "x" } })
      const during: Array<unknown> = []
      p.state.generate = () =>
        Effect.as(
          Effect.tap(shown(), (all) => Effect.sync(() => during.push(...all))),
          answer("fine"),
        )
      yield* call({ model: "p/cheap" })
      assert.deepStrictEqual(during, [
        ["provider*", "p", 1, 1],
        ["provider*", "q", 1, 0],
        ["model", "p/cheap", 0, 1],
        ["model", "p/m", 1, 0],
        ["model", "q/m", 1, 0],
        ["tenant", "", 1, 1],
        ["tenant", "a:b/ü", 1, 0],
        ["team", "x", 1, 0],
        ["all", "", 2, 1],
      ])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* shown({ tenant: "a:b/ü", model: "p/m" }), [
        ["provider*", "p", 2, 0],
        ["model", "p/m", 1, 0],
        ["tenant", "a:b/ü", 0, 0],
        ["team", "x", 1, 0],
        ["all", "", 3, 0],
      ])
      assert.deepStrictEqual(
        (yield* shown()).filter(([name]) => name === "tenant"),
        [],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("counts a tenant whose name is broken Unicode as its name is written down", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { call, use } = yield* standing([plugin], { budgets: [{ limit: { calls: 1 }, per: "day", by: "tenant" }] })
      yield* call({ tenant: "a\ud800" })
      assert.strictEqual((yield* Effect.flip(call({ tenant: "a\ud800" }))).reason._tag, "BudgetExceeded")
      const [status] = yield* use((usage) => usage.budgets())
      const [sum] = yield* use((usage) => usage.usageStats({ by: "tenant" }))
      assert.deepStrictEqual([status?.subject, sum?.group], ["a\ufffd", { tenant: "a\ufffd" }])
    }).pipe(Effect.scoped),
  )

  it.effect("counts failed, retried and rejected attempts; what a provider refused costs calls only", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = (calls) =>
        calls === 1
          ? Effect.fail(failed("Overloaded"))
          : calls === 2
            ? Effect.fail(failed("Timeout", { phase: "total", ms: 1 }))
            : Effect.succeed(answer("fine", used(10, 20)))
      const again = plug("retry", {
        next: () => Effect.succeed({ _tag: "Retry", delayMs: 0, reason: "again" }),
      })
      const budgets = [
        { limit: { tokens: 100_000 }, per: "day" as const },
        { limit: { calls: 10 }, per: "day" as const },
      ]
      const { call, use } = yield* standing([plugin, again], { budgets })
      yield* call({ prompt: "hello there" })
      const [tokens, calls] = yield* use((usage) => usage.budgets())
      assert.strictEqual(calls?.used, 3)
      // The one that ran out of time was sent, and may have cost all of its 1000 tokens out.
      assert.isAbove(tokens?.used ?? 0, 1030)
      assert.isBelow(tokens?.used ?? 0, 1060)
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.deepInclude(sum, { calls: 1, attempts: 3, failed: 2, estimated: 1, reserved: 1, outputTokens: 1020 })
    }).pipe(Effect.scoped),
  )

  it.effect("goes on to a cheaper route where it says so", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = () => Effect.succeed(answer("fine", used(10, 100)))
      const budgets = [
        { name: "good ones", limit: { tokens: 300 }, per: "day" as const, onExceeded: { downgrade: "p/cheap" } },
      ]
      const { call, use } = yield* standing([plugin], { budgets })
      yield* call({ maxOutputTokens: 200 })
      const second = yield* call({ maxOutputTokens: 200 })
      assert.deepStrictEqual(state.models, ["m", "cheap"])
      assert.include(second.warnings[0]?.message, `p/cheap was asked: the budget "good ones" has no room`)
      assert.isTrue(second.route.decisions.some(({ by, what }) => by === "usage" && what.includes("p/cheap instead")))
      yield* call({ maxOutputTokens: 200 })
      const [status] = yield* use((usage) => usage.budgets())
      assert.deepInclude(status, { used: 330, held: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect("in USD refuses a model without a price, unless it says what to count", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider("p", () => info({ price: {} }))
      const refusing = yield* standing([plugin], { budgets: [daily(1)] })
      const error = yield* Effect.flip(refusing.call())
      assert.strictEqual(error.reason._tag, "BudgetExceeded")
      assert.include(error.message, "no price is known of p/m")
      assert.strictEqual(state.calls, 0)
      const free = yield* standing([plugin], { budgets: [{ ...daily(0), unknownPrice: "free" }] })
      yield* free.call()
      const counted = yield* standing([plugin], { budgets: [{ ...daily(1), unknownPrice: { input: 10, output: 10 } }] })
      yield* counted.call()
      assert.strictEqual((yield* counted.use((usage) => usage.budgets()))[0]?.used, 0.0003)
      const [sum] = yield* counted.use((usage) => usage.usageStats())
      assert.deepInclude(sum, { usd: 0, unpriced: 1 })
    }).pipe(Effect.scoped),
  )

  it.effect("a clock that goes back opens no window again", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { call } = yield* standing([plugin], { budgets: [{ limit: { calls: 1 }, per: "month" }] })
      yield* TestClock.setTime(2 * month)
      yield* call()
      yield* TestClock.setTime(1000)
      assert.strictEqual((yield* Effect.flip(call())).reason._tag, "BudgetExceeded")
      yield* TestClock.setTime(4 * month)
      yield* call()
    }).pipe(Effect.scoped),
  )

  it.effect("tells each share once per window, and a listener that throws costs nothing", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const alerts: Array<BudgetAlert> = []
      const onAlert = (alert: BudgetAlert) => {
        alerts.push(alert)
        throw new TypeError("broken")
      }
      const budgets = [{ name: "b", limit: { calls: 4 }, per: "hour" as const, alertAt: [0.5, 1] }]
      const { call } = yield* standing([plugin], { budgets, onAlert })
      yield* Effect.replicateEffect(call(), 4)
      assert.deepStrictEqual(
        alerts.map(({ share, used: count }) => [share, count]),
        [
          [0.5, 2],
          [1, 4],
        ],
      )
      yield* TestClock.adjust("1 hour")
      yield* Effect.replicateEffect(call(), 3)
      assert.strictEqual(alerts.length, 3)
    }).pipe(Effect.scoped),
  )

  it.effect("of the call itself is honoured by all its attempts, and refused when it is none", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.generate = () => Effect.fail(failed("Timeout", { phase: "total", ms: 1 }))
      const again = plug("retry", {
        next: (failure) =>
          failure._tag === "Failed" && failure.error.reason._tag === "Timeout"
            ? Effect.succeed({ _tag: "Retry", delayMs: 0, reason: "again" })
            : Effect.succeed({ _tag: "Stop", reason: "no use" }),
      })
      const { call } = yield* standing([plugin, again])
      const policy = { budget: { tokens: 300 } }
      const error = yield* Effect.flip(call({ policy, maxOutputTokens: 60, prompt: "one two three four five six" }))
      assert.deepInclude(error.reason, { _tag: "BudgetExceeded", limit: "policy.budget.tokens" })
      // Each may have cost its 60 tokens out and what was sent, since it was sent.
      assert.strictEqual(state.calls, 3)
      const negative = yield* Effect.flip(call({ policy: { budget: { usd: -1 } } }))
      assert.deepInclude(negative.reason, { _tag: "InvalidRequest", field: "policy.budget.usd" })
    }).pipe(Effect.scoped),
  )

  it.effect("bounds an answer that has no bound, and says so", () =>
    Effect.gen(function* () {
      const { plugin } = provider(
        "p",
        () => ({ ...info(), maxOutput: undefined }) as unknown as ReturnType<typeof info>,
      )
      const { call } = yield* standing([plugin], { budgets: [daily(1)], reservation: { maxOutputTokens: 77 } })
      const { warnings } = yield* call()
      assert.deepStrictEqual(
        warnings.map(({ setting, message }) => [setting, message.includes("77")]),
        [["maxOutputTokens", true]],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("a stream that is read to its end is charged what its provider reported", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.stream = Stream.make(
        { type: "text-start", id: "0" } as const,
        { type: "text-delta", id: "0", text: "fine" } as const,
        { type: "text-end", id: "0" } as const,
        { type: "finish", reason: { unified: "stop" }, usage: used(5, 50) } as const,
      )
      const { stream, use } = yield* standing([plugin], { budgets: [{ limit: { tokens: 5000 }, per: "day" }] })
      const whole = foldCall(yield* Stream.runCollect(stream()))
      assert.strictEqual(textOf(whole.content), "fine")
      assert.deepStrictEqual(whole.usage.cost, { amount: 0.000105, currency: "USD" })
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], { used: 55, held: 0 })
    }).pipe(Effect.scoped),
  )
})
