import { afterAll, assert, describe, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import { OwnRedis } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
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

  it.live(
    "100 concurrent streams over two processes never overshoot, by the upstream's own count",
    () =>
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
        const args = [url, prefix, upstream.baseURL, "50"]
        const processes = [yield* spawned("spender.ts", ...args), yield* spawned("spender.ts", ...args)]
        yield* until(() => processes.every(({ lines }) => lines()[0] === "ready"))
        for (const { go } of processes) go()
        yield* Effect.promise(() => Promise.all(processes.map(({ ended }) => ended)))
        const outcomes = processes.flatMap(({ lines }): ReadonlyArray<string> => JSON.parse(lines().at(-1) ?? "[]"))
        assert.strictEqual(outcomes.length, 100)
        assert.deepStrictEqual(
          [...new Set(outcomes)].filter(
            (one) => !["answered", "BudgetExceeded", "Overloaded", "ProviderInternal"].includes(one),
          ),
          [],
        )
        assert.isAbove(outcomes.filter((one) => one === "BudgetExceeded").length, 0)
        const status = yield* statusOf(prefix)
        assert.isAtMost(counted, limit)
        assert.isAbove(counted, limit * 0.9)
        assert.deepInclude(status, { used: counted, held: 0 })
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

  it.live(
    "while Redis is away calls fail in time or go on, as the option says; what was used is told it afterwards",
    () =>
      Effect.gen(function* () {
        const own = yield* Effect.acquireRelease(
          Effect.promise(() => OwnRedis.start()),
          (started) => Effect.promise(async () => started?.stop()),
        )
        if (own === undefined) return
        const { plugin, state } = provider()
        state.generate = () => Effect.succeed(answer("fine", used(10, 20)))
        const prefix = newPrefix()
        const options = (whenAway: "refuse" | "allow") => ({
          budgets: sharedBudgets,
          redis: { url: own.url, prefix, timeoutMs: 200, whenAway },
        })
        const strict = yield* standing([plugin], options("refuse"))
        const lenient = yield* standing([plugin], options("allow"))
        yield* strict.call()
        assert.strictEqual((yield* lenient.use((usage) => usage.budgets()))[0]?.used, 30)
        yield* Effect.promise(() => own.stop())
        const began = performance.now()
        const error = yield* Effect.flip(strict.call())
        assert.isBelow(performance.now() - began, 2000)
        assert.strictEqual(error.reason._tag, "PluginFailure")
        assert.include(error.message, `redis.whenAway to "allow"`)
        assert.strictEqual(state.calls, 1)
        yield* lenient.call()
        yield* lenient.call()
        assert.isTrue(yield* Effect.promise(() => own.begin()))
        yield* Effect.retry(strict.call(), { times: 200, schedule: spaced })
        const told = Effect.flatMap(
          strict.use((usage) => usage.budgets()),
          ([status]) => (status?.used === 90 ? Effect.void : Effect.fail("not yet")),
        )
        // Its counters were lost with it: what two calls used meanwhile, and one since.
        yield* Effect.retry(told, { times: 200, schedule: spaced })
      }).pipe(Effect.scoped),
    60_000,
  )

  it.live("a Redis that hangs is not waited for, and what was held for nothing is given back", () =>
    Effect.gen(function* () {
      const own = yield* Effect.acquireRelease(
        Effect.promise(() => OwnRedis.start()),
        (started) => Effect.promise(async () => started?.stop()),
      )
      const pid = own?.pid
      if (own === undefined || pid === undefined) return
      const { plugin, state } = provider()
      const redisOptions = { url: own.url, prefix: newPrefix(), timeoutMs: 200 }
      const { call, use } = yield* standing([plugin], { budgets: sharedBudgets, redis: redisOptions })
      yield* call()
      process.kill(pid, "SIGSTOP")
      const began = performance.now()
      const error = yield* Effect.flip(call())
      assert.isBelow(performance.now() - began, 2000)
      assert.include(error.message, "did not answer within 200 ms")
      process.kill(pid, "SIGCONT")
      const free = Effect.filterOrFail(
        Effect.promise(() => use((usage) => usage.budgets()).pipe(Effect.runPromiseExit)),
        (exit) => exit._tag === "Success" && exit.value[0]?.held === 0 && exit.value[0].used === 30,
        () => "held",
      )
      yield* Effect.retry(free, { times: 400, schedule: spaced })
      assert.strictEqual(state.calls, 1)
    }).pipe(Effect.scoped),
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
