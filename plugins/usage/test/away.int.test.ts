import { once } from "node:events"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { freePort, OwnRedis } from "@switchyard/testkit/servers"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { makeUsage } from "../src/index.ts"
import { sharedBudgets } from "./shared.ts"
import { answer, folder, provider, standing, until, used } from "./stubs.ts"

const there = await OwnRedis.start()
await there?.stop()

const spaced = Schedule.spaced(25)

const ownRedis = Effect.acquireRelease(
  Effect.promise(async () => {
    const redis = await OwnRedis.start()
    if (redis?.pid === undefined) throw new Error("Redis did not start")
    return { redis, url: redis.url, pid: redis.pid }
  }),
  ({ redis, pid }) =>
    Effect.promise(async () => {
      if (redis.pid === pid) process.kill(pid, "SIGCONT")
      await redis.stop()
    }),
)

/** Takes connections and says nothing, ever. */
const mute = Effect.acquireRelease(
  Effect.promise(async () => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => void sockets.add(socket.on("error", () => undefined))).listen(
      0,
      "127.0.0.1",
    )
    await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("it has no port")
    return { url: `redis://127.0.0.1:${address.port}`, server, sockets }
  }),
  ({ server, sockets }) =>
    Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    }),
)

/** Killed and started again with nothing in it. */
const emptied = (redis: OwnRedis) =>
  Effect.promise(async () => {
    await redis.stop()
    assert.isTrue(await redis.begin())
  })

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(effect, (value) => ({ value, ms: performance.now() - began }))
  })

type Usage = Effect.Success<ReturnType<typeof makeUsage>>
const usedOf = ({ budgets }: Usage) => Effect.map(budgets(), ([status]) => status?.used)

/** The budget's use, when it can be read and is that. */
const comesTo = (usage: Usage, expected: number) =>
  Effect.retry(
    Effect.flatMap(usedOf(usage), (is) => (is === expected ? Effect.void : Effect.fail(`${is} and not ${expected}`))),
    { times: 200, schedule: spaced },
  )

const spent = { provider: "p", model: "m" }

describe.skipIf(there === undefined)("a Redis that is away", () => {
  it.live(
    "calls fail in time or go on, as the option says; what was used is told it afterwards",
    () =>
      Effect.gen(function* () {
        const { redis, url } = yield* ownRedis
        const { plugin, state } = provider()
        state.generate = () => Effect.succeed(answer("fine", used(10, 20)))
        const options = (whenAway: "refuse" | "allow") => ({
          budgets: sharedBudgets,
          redis: { url, timeoutMs: 200, whenAway },
        })
        const strict = yield* standing([plugin], options("refuse"))
        const lenient = yield* standing([plugin], options("allow"))
        yield* strict.call()
        assert.strictEqual((yield* lenient.use((usage) => usage.budgets()))[0]?.used, 30)
        yield* Effect.promise(() => redis.stop())
        const { value: error, ms } = yield* timed(Effect.flip(strict.call()))
        assert.isBelow(ms, 200)
        assert.strictEqual(error.reason._tag, "PluginFailure")
        assert.include(error.message, `redis.whenAway to "allow"`)
        assert.strictEqual(state.calls, 1)
        yield* lenient.call()
        yield* lenient.call()
        // Their rows are on the ledger by then, or told by the settlements that wait: once, either way.
        yield* Effect.sleep(100)
        assert.isTrue(yield* Effect.promise(() => redis.begin()))
        yield* Effect.retry(strict.call(), { times: 200, schedule: spaced })
        const told = Effect.flatMap(
          strict.use((usage) => usage.budgets()),
          ([status]) => (status?.used === 120 ? Effect.void : Effect.fail("not yet")),
        )
        yield* Effect.retry(told, { times: 200, schedule: spaced })
        // Nothing more comes: what is told again counts once.
        yield* Effect.sleep(1500)
        assert.strictEqual((yield* strict.use((usage) => usage.budgets()))[0]?.used, 120)
      }).pipe(Effect.scoped),
    60_000,
  )

  it.live("that hangs costs a call its timeout once, and the next ones nothing", () =>
    Effect.gen(function* () {
      const { pid, url } = yield* ownRedis
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], { budgets: sharedBudgets, redis: { url, timeoutMs: 400 } })
      yield* call()
      process.kill(pid, "SIGSTOP")
      const first = yield* timed(Effect.flip(call()))
      assert.isBelow(first.ms, 700)
      assert.include(first.value.message, "did not answer within 400 ms")
      for (let round = 0; round < 10; round++) {
        const { ms, value } = yield* timed(Effect.flip(call()))
        assert.isBelow(ms, 200)
        assert.include(value.message, "left alone until it answers")
      }
      process.kill(pid, "SIGCONT")
      const free = Effect.filterOrFail(
        Effect.promise(() => use((usage) => usage.budgets()).pipe(Effect.runPromiseExit)),
        (exit) => exit._tag === "Success" && exit.value[0]?.held === 0 && exit.value[0].used === 30,
        () => "held",
      )
      yield* Effect.retry(free, { times: 400, schedule: spaced })
      assert.strictEqual(state.calls, 1)
      yield* call()
    }).pipe(Effect.scoped),
  )

  it.live("that hangs costs those who go on without it one timeout in all, rate limits in it too", () =>
    Effect.gen(function* () {
      const { pid, url } = yield* ownRedis
      const { plugin, state } = provider()
      const { call } = yield* standing([plugin], {
        budgets: sharedBudgets,
        rateLimits: { p: { rpm: 1000 } },
        redis: { url, timeoutMs: 400, whenAway: "allow" },
      })
      yield* call()
      process.kill(pid, "SIGSTOP")
      assert.isBelow((yield* timed(call())).ms, 700)
      for (let round = 0; round < 10; round++) assert.isBelow((yield* timed(call())).ms, 200)
      assert.strictEqual(state.calls, 12)
    }).pipe(Effect.scoped),
  )

  it.live("that takes connections and never answers costs the stack a second once, and no call anything", () =>
    Effect.gen(function* () {
      const { url } = yield* mute
      const { plugin } = provider()
      const options = { budgets: sharedBudgets, rateLimits: { p: { rpm: 1000 } } }
      const redis = { url, timeoutMs: 300, whenAway: "allow" as const }
      const { value: stack, ms } = yield* timed(standing([plugin], { ...options, redis }))
      assert.isBelow(ms, 2000)
      yield* stack.call()
      for (let round = 0; round < 5; round++) assert.isBelow((yield* timed(stack.call())).ms, 200)
    }).pipe(Effect.scoped),
  )

  it.live("holds up no stack that is built", () =>
    Effect.gen(function* () {
      const redis = { url: `redis://127.0.0.1:${yield* Effect.promise(() => freePort())}` }
      const { ms } = yield* timed(makeUsage({ store: ":memory:", budgets: sharedBudgets, redis }))
      assert.isBelow(ms, 900)
    }).pipe(Effect.scoped),
  )
})

describe.skipIf(there === undefined)("a Redis that comes back empty", () => {
  it.live("is told what was used, by a process that ran on and by one that begins", () =>
    Effect.gen(function* () {
      const { redis, url } = yield* ownRedis
      const options = { store: join(yield* folder, "usage.sqlite"), budgets: sharedBudgets, redis: { url } }
      const usage = yield* makeUsage(options)
      yield* usage.trackUsage({ ...spent, usage: used(100, 368) })
      yield* emptied(redis)
      yield* comesTo(usage, 468)
      yield* usage.trackUsage({ ...spent, usage: used(1, 1) })
      assert.strictEqual(yield* usedOf(usage), 470)
      yield* Effect.promise(() => redis.stop())
      const begun = Effect.scoped(Effect.flatMap(makeUsage(options), usedOf))
      assert.isTrue(yield* Effect.promise(() => redis.begin()))
      assert.strictEqual(yield* begun, 470)
      assert.strictEqual(yield* begun, 470)
    }).pipe(Effect.scoped),
  )

  it.live("is told what is held for calls under way, which is given back as they end", () =>
    Effect.gen(function* () {
      const { redis, url } = yield* ownRedis
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], { budgets: sharedBudgets, redis: { url } })
      const gate = yield* Deferred.make<void>()
      state.generate = () => Effect.as(Deferred.await(gate), answer("fine", used(10, 20)))
      const large = { maxOutputTokens: 1900 }
      const running = yield* Effect.forkChild(Effect.all([call(large), call(large)], { concurrency: 2 }))
      yield* until(() => state.calls === 2)
      const readable = Effect.retry(
        Effect.flatMap(
          Effect.promise(() => use((usage) => usage.budgets()).pipe(Effect.runPromiseExit)),
          (exit) => (exit._tag === "Success" ? Effect.succeed(exit.value[0]) : Effect.fail("away")),
        ),
        { times: 400, schedule: spaced },
      )
      const before = yield* readable
      assert.isAbove(before?.held ?? 0, 3800)
      yield* emptied(redis)
      assert.deepStrictEqual(yield* readable, before)
      assert.strictEqual((yield* Effect.flip(call(large))).reason._tag, "BudgetExceeded")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(running)
      assert.deepInclude(yield* readable, { used: 60, held: 0 })
      yield* emptied(redis)
      assert.deepInclude(yield* readable, { used: 60, held: 0 })
    }).pipe(Effect.scoped),
  )

  it.live("counts a ledger that processes share once, and each of those that have their own", () =>
    Effect.gen(function* () {
      const { redis, url } = yield* ownRedis
      const path = yield* folder
      const on = (store: string) =>
        makeUsage({ store: join(path, store), budgets: sharedBudgets, redis: { url, timeoutMs: 2000 } })
      const all = [yield* on("shared.sqlite"), yield* on("shared.sqlite"), yield* on("own.sqlite")]
      for (const [index, usage] of all.entries()) {
        yield* usage.trackUsage({ ...spent, usage: used(100 * (index + 1), 0) })
      }
      for (const usage of all) assert.strictEqual(yield* usedOf(usage), 600)
      yield* emptied(redis)
      for (const usage of all) yield* comesTo(usage, 600)
      for (const usage of all) yield* usage.trackUsage({ ...spent, usage: used(1, 0) })
      for (const usage of all) assert.strictEqual(yield* usedOf(usage), 603)
    }).pipe(Effect.scoped),
  )

  it.live("a connection that breaks, and a Redis that lost nothing, change no count", () =>
    Effect.gen(function* () {
      const { url } = yield* ownRedis
      const store = join(yield* folder, "usage.sqlite")
      const options = { store, budgets: sharedBudgets, redis: { url } }
      const usage = yield* makeUsage(options)
      yield* usage.trackUsage({ ...spent, usage: used(100, 0) })
      const { createClient } = yield* Effect.promise(() => import("redis"))
      const other = yield* Effect.acquireRelease(
        Effect.promise(() => createClient({ url }).connect()),
        (connected) => Effect.promise(() => connected.close()),
      )
      yield* Effect.promise(() => other.sendCommand(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]))
      yield* comesTo(usage, 100)
      yield* Effect.scoped(Effect.flatMap(makeUsage(options), (again) => comesTo(again, 100)))
      yield* comesTo(usage, 100)
    }).pipe(Effect.scoped),
  )
})
