import { assert, describe } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { startNode } from "./processes.ts"
import { useRedis } from "./server.ts"
import { answer, eventually, provider, redisAt, standing } from "./stubs.ts"
import { upstream } from "./upstream.ts"

const redisIt = useRedis()
const modes = ["read-write", "refresh", "write-only"] as const

describe("an answer that was asked for before its like was dropped is not kept", () => {
  for (const mode of modes) {
    redisIt(`${mode}: dropped by the same cache, or by another one`, (options) =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const [one, two] = [yield* standing([plugin], options), yield* standing([plugin], options)]
        for (const dropping of [one, two]) {
          const gate = yield* Deferred.make<void>()
          const before = state.calls
          state.say.each = (call) =>
            call === before + 1 ? Effect.as(Deferred.await(gate), answer("late")) : Effect.succeed(answer(`${call}`))
          const asked = { prompt: `${before}`, tags: { doc: "7" } }
          const late = yield* Effect.forkChild(one.ask({ ...asked, policy: { cache: { mode } } }))
          yield* eventually(
            "it is asked",
            Effect.sync(() => state.calls === before + 1),
          )
          yield* dropping.control.invalidate({ tag: { name: "doc", value: "7" } })
          yield* Deferred.succeed(gate, undefined)
          assert.strictEqual(yield* Fiber.join(late), "late")
          assert.strictEqual(yield* one.ask(asked), `${before + 2}`)
          assert.strictEqual(yield* two.ask(asked), `${before + 2}`)
        }
        assert.strictEqual((yield* one.control.counts).fenced, 2)
      }),
    )

    redisIt(
      `${mode}: between two processes`,
      ({ url, prefix = "" }) =>
        Effect.gen(function* () {
          const { baseURL, always, requests } = yield* upstream
          always({ text: "late", fault: { delayMs: 700 } })
          const node = yield* startNode({
            url,
            prefix,
            leaseMs: 2000,
            upstream: baseURL,
            calls: 1,
            streamed: false,
            mode,
          })
          const { plugin, state } = provider()
          const { ask, control } = yield* standing([plugin], { url, prefix, patienceMs: 1000 })
          yield* eventually(
            "it is asked",
            Effect.sync(() => requests.length === 1),
          )
          yield* control.invalidate({})
          const told = yield* node.told
          assert.deepStrictEqual(told, [{ text: "late", cached: "none" }])
          assert.deepStrictEqual([yield* ask(), state.calls], ["answer 1", 1])
        }),
      30_000,
    )

    redisIt(`${mode}: and what nobody dropped is kept`, (options) =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const { ask, control } = yield* standing([plugin], options)
        yield* control.invalidate({})
        yield* ask({ policy: { cache: { mode } } })
        assert.deepStrictEqual([yield* ask(), state.calls], ["answer 1", 1])
      }),
    )
  }

  redisIt("nor is it followed in another process", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const gate = yield* Deferred.make<void>()
      state.say.each = (call) =>
        call === 1 ? Effect.as(Deferred.await(gate), answer("late")) : Effect.succeed(answer(`${call}`))
      const [one, two] = [yield* standing([plugin], options), yield* standing([plugin], options)]
      const late = yield* Effect.forkChild(one.ask())
      yield* eventually(
        "it leads",
        Effect.sync(() => state.calls === 1),
      )
      yield* two.control.invalidate({})
      const asking: Array<Fiber.Fiber<string, unknown>> = []
      yield* eventually(
        "who asks from then on waits for its turn",
        Effect.gen(function* () {
          asking.push(yield* Effect.forkChild(one.ask()))
          yield* Effect.sleep(10)
          return (yield* one.control.counts).joinedElsewhere > 0
        }),
      )
      yield* Deferred.succeed(gate, undefined)
      const last = asking.at(-1)
      assert(last)
      assert.deepStrictEqual([yield* Fiber.join(late), yield* Fiber.join(last)], ["late", "2"])
    }),
  )

  redisIt("nor where Redis has lost its memory meanwhile", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask, control } = yield* standing([plugin], { ...options, near: false })
      const redis = yield* redisAt(options.url)
      yield* ask()
      const gate = yield* Deferred.make<void>()
      state.say.each = (call) =>
        call === 2 ? Effect.as(Deferred.await(gate), answer("late")) : Effect.succeed(answer(`${call}`))
      const late = yield* Effect.forkChild(ask({ policy: { cache: { mode: "refresh" } } }))
      yield* eventually(
        "it is asked",
        Effect.sync(() => state.calls === 2),
      )
      const keys = yield* Effect.promise(() => redis.keys(`${options.prefix}*`))
      yield* Effect.promise(() => redis.del(keys))
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(late), "late")
      assert.strictEqual((yield* control.counts).fenced, 1)
      assert.strictEqual(yield* ask(), "3")
    }),
  )
})

redisIt("an answer is not kept where Redis could not be asked what was dropped before it", (options, redis) =>
  Effect.gen(function* () {
    const { plugin, state } = provider()
    const { ask, control } = yield* standing([plugin], { ...options, patienceMs: 50, near: false })
    for (const mode of modes) {
      const { pid } = redis
      assert(pid)
      const gate = yield* Deferred.make<void>()
      const before = state.calls
      state.say.each = (call) => Effect.as(Deferred.await(gate), answer(`${call}`))
      process.kill(pid, "SIGSTOP")
      yield* Effect.addFinalizer(() => Effect.sync(() => process.kill(pid, "SIGCONT")))
      const asked = yield* Effect.forkChild(ask({ prompt: mode, policy: { cache: { mode } } }))
      yield* eventually(
        "it is asked",
        Effect.sync(() => state.calls === before + 1),
      )
      process.kill(pid, "SIGCONT")
      const known = (yield* control.counts).fenced
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(asked)
      assert.strictEqual((yield* control.counts).fenced, known + 1, mode)
    }
    assert.strictEqual((yield* control.stats).entries, 0)
  }),
)
