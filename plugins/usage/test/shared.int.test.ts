import { afterAll, assert, describe, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import { OwnRedis } from "@switchyard/testkit/servers"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { countTokens } from "gpt-tokenizer/encoding/cl100k_base"
import { createClient } from "redis"
import { makeUsage } from "../src/index.ts"
import { limit, sharedBudgets, start } from "./shared.ts"
import { answer, provider, standing, until, used } from "./stubs.ts"

const redis = await OwnRedis.start()
const url = redis?.url ?? ""
const spaced = Schedule.spaced(25)
let prefixes = 0
const newPrefix = (): string => `test:${process.pid}:${++prefixes}:`

const upstreamScoped = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (upstream) => Effect.promise(() => upstream.close()),
)

/** Looks at the budget as any process does. */
const statusOf = (prefix: string) =>
  Effect.scoped(
    Effect.flatMap(makeUsage({ store: ":memory:", redis: { url, prefix }, budgets: sharedBudgets }), (usage) =>
      Effect.map(usage.budgets(), ([status]) => status),
    ),
  )

const spawned = (program: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => start(program, ...args)),
    ({ kill }) => Effect.promise(kill),
  )

describe.skipIf(redis === undefined)("budgets that processes share through Redis", () => {
  afterAll(() => redis?.stop())

  it.live.each(["0", "0.4"])(
    "100 concurrent streams over two processes never overshoot, by the upstream's own count (share of readers that leave: %s)",
    (leaving) =>
      Effect.gen(function* () {
        const upstream = yield* upstreamScoped
        const prefix = newPrefix()
        let counted = 0
        let asked = 0
        upstream.always(() => {
          asked++
          if (asked % 7 === 0) return { fault: { status: 503 } }
          const output = 30 + ((asked * 37) % 61)
          counted += 5 + output
          return { usage: { input: 5, output }, fault: { chunkDelayMs: 3 } }
        })
        const args = [url, prefix, upstream.baseURL, "50", "60000", leaving]
        const processes = [yield* spawned("spender.ts", ...args), yield* spawned("spender.ts", ...args)]
        yield* until(() => processes.every(({ lines }) => lines()[0] === "ready"))
        for (const { go } of processes) go()
        yield* Effect.promise(() => Promise.all(processes.map(({ ended }) => ended)))
        const outcomes = processes.flatMap(({ lines }): ReadonlyArray<string> => JSON.parse(lines().at(-1) ?? "[]"))
        assert.strictEqual(outcomes.length, 100)
        assert.deepStrictEqual(
          [...new Set(outcomes)].filter(
            (one) => !["answered", "left", "BudgetExceeded", "Overloaded", "ProviderInternal"].includes(one),
          ),
          [],
        )
        assert.isAtMost(counted, limit)
        assert.isAbove(outcomes.filter((one) => one === "BudgetExceeded").length, 0)
        const status = yield* statusOf(prefix)
        const spent = status?.used ?? 0
        assert.strictEqual(status?.held, 0)
        assert.isAtMost(spent, limit)
        assert.isAbove(spent, limit * 0.9)
        // Who is left makes his answer all the same, and is charged no less than that.
        if (leaving === "0") assert.strictEqual(spent, counted)
        else assert.isAtLeast(spent, counted)
        const left = outcomes.filter((one) => one === "left").length
        assert.strictEqual(left > 0, leaving !== "0")
      }).pipe(Effect.scoped),
    60_000,
  )

  it.live(
    "100 concurrent embeddings over two processes never overshoot, by the upstream's own count",
    () =>
      Effect.gen(function* () {
        const upstream = yield* upstreamScoped
        const prefix = newPrefix()
        let counted = 0
        upstream.always(({ body, index }) => {
          if (index % 7 === 3) return { fault: { status: 503 } }
          const input = [body["input"]].flat().reduce<number>((sum, text) => sum + countTokens(String(text)), 0)
          counted += input
          return { usage: { input, output: 0 }, fault: { delayMs: 5 } }
        })
        const args = [url, prefix, upstream.baseURL, "50", "60000", "0", ":memory:", "embed"]
        const processes = [yield* spawned("spender.ts", ...args), yield* spawned("spender.ts", ...args)]
        yield* until(() => processes.every(({ lines }) => lines()[0] === "ready"))
        for (const { go } of processes) go()
        yield* Effect.promise(() => Promise.all(processes.map(({ ended }) => ended)))
        const outcomes = processes.flatMap(({ lines }): ReadonlyArray<string> => JSON.parse(lines().at(-1) ?? "[]"))
        assert.deepStrictEqual([...new Set(outcomes)].toSorted(), ["BudgetExceeded", "Overloaded", "answered"])
        assert.strictEqual(outcomes.length, 100)
        const status = yield* statusOf(prefix)
        assert.deepInclude(status, { used: counted, held: 0 })
        assert.isAtMost(counted, limit)
        assert.isAbove(counted, limit * 0.9)
      }).pipe(Effect.scoped),
    60_000,
  )

  it.live(
    "a process that is killed gives back what it held when its calls would have ended",
    () =>
      Effect.gen(function* () {
        const upstream = yield* upstreamScoped
        upstream.always({ fault: { stallAfterChunks: 1 } })
        const prefix = newPrefix()
        const child = yield* spawned("spender.ts", url, prefix, upstream.baseURL, "10", "2500")
        yield* until(() => child.lines()[0] === "ready")
        child.go()
        yield* until(() => upstream.requests.length === 10)
        yield* Effect.promise(child.kill)
        assert.isAbove((yield* statusOf(prefix))?.held ?? 0, 900)
        const free = Effect.filterOrFail(
          statusOf(prefix),
          (status) => status?.held === 0,
          () => "held",
        )
        const status = yield* Effect.retry(free, { times: 400, schedule: spaced })
        assert.deepInclude(status, { used: 0, held: 0 })
      }).pipe(Effect.scoped),
    60_000,
  )

  it.live("windows, divisions and alerts are the same as in one process", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const alerts: Array<number> = []
      const options = {
        redis: { url, prefix: newPrefix() },
        budgets: [
          { name: "t", limit: { calls: 2 }, per: "month" as const, by: "tenant" as const, alertAt: [0.5] },
          { name: "d", limit: { usd: 1 }, per: "day" as const },
        ],
        onAlert: ({ share }: { readonly share: number }) => void alerts.push(share),
      }
      const [a, b] = [yield* standing([plugin], options), yield* standing([plugin], options)]
      yield* a.call({ tenant: "x" })
      yield* b.call({ tenant: "x" })
      assert.strictEqual((yield* Effect.flip(a.call({ tenant: "x" }))).reason._tag, "BudgetExceeded")
      yield* a.call({ tenant: "y" })
      assert.deepStrictEqual(alerts, [0.5, 0.5])
      const [month, day] = yield* b.use((usage) => usage.budgets({ tenant: "x" }))
      assert.deepInclude(month, { used: 2, held: 0 })
      assert.deepInclude(day, { used: 0.00015, held: 0 })
      const now = new Date()
      assert.strictEqual(month?.resetsAt, Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1))
    }).pipe(Effect.scoped),
  )

  it.live("where none is named, all are shown that have used or hold something, of all processes", () =>
    Effect.gen(function* () {
      const [p, q] = [provider("p"), provider("q")]
      const options = {
        // As a pattern it would match the keys of others, and not its own.
        redis: { url, prefix: `${newPrefix()}[*]\\?:` },
        budgets: [
          { name: "each*", limit: { calls: 9 }, per: "lifetime" as const, by: "provider" as const },
          { name: "each", limit: { calls: 9 }, per: "lifetime" as const, by: "tenant" as const },
        ],
      }
      const [a, b] = [yield* standing([p.plugin, q.plugin], options), yield* standing([p.plugin], options)]
      const shown = Effect.map(
        b.use((usage) => usage.budgets()),
        (statuses) => statuses.map(({ name, subject, used: count, held }) => [name, subject, count, held]),
      )
      assert.deepStrictEqual(yield* shown, [])
      yield* a.call({ tenant: "holds" })
      yield* a.call({ tenant: "a:b", model: "q/m" })
      const gate = yield* Deferred.make<void>()
      p.state.generate = () => Effect.as(Deferred.await(gate), answer("fine", used(1, 1)))
      const running = yield* Effect.forkChild(b.call({ tenant: "held" }), { startImmediately: true })
      yield* until(() => p.state.calls === 2)
      const all = [
        ["each*", "p", 1, 1],
        ["each*", "q", 1, 0],
        ["each", "a:b", 1, 0],
        ["each", "held", 0, 1],
        ["each", "holds", 1, 0],
      ]
      assert.deepStrictEqual(yield* shown, all)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(running)
    }).pipe(Effect.scoped),
  )

  it.live("what is held when a window ends stays held, and is charged to the next one", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const prefix = newPrefix()
      const { call, use } = yield* standing([plugin], {
        redis: { url, prefix },
        budgets: [{ name: "d", limit: { tokens: 1500 }, per: "day" }],
      })
      const status = Effect.map(
        use((usage) => usage.budgets()),
        ([one]) => one,
      )
      yield* call({ policy: { deadline: 1e300 } })
      assert.deepInclude(yield* status, { used: 30, held: 0 })
      const gate = yield* Deferred.make<void>()
      state.generate = () => Effect.as(Deferred.await(gate), answer("fine", used(5, 50)))
      const running = yield* Effect.forkChild(call({ maxOutputTokens: 900 }), { startImmediately: true })
      yield* until(() => state.calls === 2)
      // As if the counter had been written yesterday: Redis's clock cannot be moved.
      const client = yield* Effect.acquireRelease(
        Effect.promise(() => createClient({ url }).connect()),
        (connected) => Effect.promise(() => connected.close()),
      )
      yield* Effect.promise(() => client.hIncrBy(`{${prefix}budgets}:d:tokens:day:`, "w", -1))
      const turned = yield* status
      assert.strictEqual(turned?.used, 0)
      assert.isAbove(turned?.held ?? 0, 900)
      assert.strictEqual((yield* Effect.flip(call({ maxOutputTokens: 900 }))).reason._tag, "BudgetExceeded")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(running)
      assert.deepInclude(yield* status, { used: 55, held: 0 })
    }).pipe(Effect.scoped),
  )

  it.live("rate limits are those of all processes", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const options = { redis: { url, prefix: newPrefix() }, rateLimits: { p: { rpm: 3, maxWaitMs: 300 } } }
      const [a, b] = [yield* standing([plugin], options), yield* standing([plugin], options)]
      const all = [a.call(), b.call(), a.call(), b.call(), a.call()].map((call) => Effect.result(call))
      const results = yield* Effect.all(all, { concurrency: "unbounded" })
      assert.strictEqual(results.filter(({ _tag }) => _tag === "Success").length, 3)
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.scoped),
  )
})
