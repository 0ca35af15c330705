import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { useRedis } from "./server.ts"
import { eventually, provider, redisAt, standing } from "./stubs.ts"

const redisIt = useRedis()

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(effect, (value) => ({ value, ms: performance.now() - began }))
  })

describe("entries that are not to be trusted", () => {
  redisIt("damaged, older, of another name, poisoned: dropped, counted, never given; newer: left alone", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const stack = yield* standing([plugin], { ...options, near: false })
      const redis = yield* redisAt(options.url)
      const bytes = redis.withTypeMapping({ 36: Buffer })
      yield* stack.ask()
      const [key] = yield* Effect.promise(() => redis.keys(`${options.prefix}entry:*`))
      assert(key)
      const good = yield* Effect.promise(() => bytes.get(key))
      assert(good)
      const changed = (at: number, to: number) => {
        const copy = Buffer.from(good)
        copy[at] = to
        return copy
      }
      const spoilt = [
        [changed(20, (good[20] ?? 0) ^ 1), "corrupt"],
        [good.subarray(0, good.length - 3), "corrupt"],
        [Buffer.alloc(0), "corrupt"],
        [Buffer.from('{"response":{"content":"poison"}}'), "corrupt"],
        [changed(3, 1), "corrupt"],
        [changed(2, 0), "outdated"],
        [changed(2, 9), "newer"],
      ] as const
      for (const [value, count] of spoilt) {
        yield* Effect.promise(() => redis.set(key, value))
        const [before, asked] = [(yield* stack.control.counts)[count], state.calls]
        const { cached, warnings } = yield* stack.call()
        assert.deepStrictEqual([cached, warnings, state.calls], [undefined, [], asked + 1])
        assert.strictEqual((yield* stack.control.counts)[count], before + 1)
        assert.strictEqual((yield* stack.call()).cached?.kind, "exact")
      }
      // Another tenant's entry under this one's name.
      yield* stack.ask({ tenant: "b" })
      yield* Effect.promise(() => redis.copy(key, key.replace("entry:-", "entry:tb"), { REPLACE: true }))
      assert.isUndefined((yield* stack.call({ tenant: "b" })).cached)
    }),
  )
})

describe("a Redis that is slow", () => {
  redisIt(
    "costs 50 ms, then nothing, and is used again when it is back",
    (options, redis) =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const stack = yield* standing([plugin], { ...options, patienceMs: 50, near: false })
        yield* stack.ask()
        const { pid } = redis
        assert(pid)
        process.kill(pid, "SIGSTOP")
        yield* Effect.addFinalizer(() => Effect.sync(() => process.kill(pid, "SIGCONT")))
        const first = yield* timed(stack.call())
        // Deadlines end up to a fifth early, and a timer up to a millisecond.
        assert.isAtLeast(first.ms, 39)
        assert.match(first.value.warnings[0]?.message ?? "", /did not answer within 50 ms/)
        yield* Effect.forEach([1, 2, 3, 4], () => stack.call())
        const later = yield* timed(stack.call())
        assert.isBelow(later.ms, 45)
        assert.deepStrictEqual(later.value.warnings, [])
        assert.deepStrictEqual([later.value.cached, (yield* stack.control.counts).breaker], [undefined, "open"])
        process.kill(pid, "SIGCONT")
        yield* eventually(
          "it hits again",
          Effect.map(stack.call(), ({ cached }) => cached?.kind === "exact"),
        )
        assert.strictEqual((yield* stack.control.counts).breaker, "closed")
        assert.isAbove(state.calls, 5)
      }),
    20_000,
  )

  redisIt("and those who ask the same meanwhile still ask once in a process", (options, redis) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.takesMs = 200
      const stack = yield* standing([plugin], { ...options, patienceMs: 20 })
      const { pid } = redis
      assert(pid)
      process.kill(pid, "SIGSTOP")
      yield* Effect.addFinalizer(() => Effect.sync(() => process.kill(pid, "SIGCONT")))
      const calls = Array.from({ length: 20 }, () => stack.call())
      const texts = yield* Effect.all(calls, { concurrency: "unbounded" })
      assert.deepStrictEqual([new Set(texts.map(({ content }) => textOf(content))).size, state.calls], [1, 1])
    }),
  )
})

describe("a Redis that goes away", () => {
  redisIt(
    "is a miss with one warning, its own memory is emptied, and it is used again when it is back",
    (options, redis) =>
      Effect.gen(function* () {
        const { plugin } = provider()
        const stack = yield* standing([plugin], { ...options, patienceMs: 50 })
        // Nothing is kept near before changes of others are heard, so the first answer may come too early for it.
        yield* eventually(
          "it is near",
          Effect.map(Effect.andThen(stack.call(), stack.control.counts), ({ near }) => near.entries === 1),
        )
        yield* Effect.promise(() => redis.stop())
        yield* eventually(
          "what others change could be missed now",
          Effect.map(stack.control.counts, ({ near, connected }) => near.entries === 0 && !connected),
        )
        const warned = []
        for (let call = 0; call < 5; call++) {
          const { value, ms } = yield* timed(stack.call())
          assert.isBelow(ms, 50)
          assert.isUndefined(value.cached)
          warned.push(value.warnings.length)
        }
        assert.deepStrictEqual(warned, [1, 0, 0, 0, 0])
        assert.strictEqual((yield* Effect.flip(stack.control.stats)).reason._tag, "Network")
        assert.isTrue(yield* Effect.promise(() => redis.begin()))
        yield* eventually(
          "it hits again",
          Effect.map(stack.call(), ({ cached }) => cached?.kind === "exact"),
        )
        yield* eventually(
          "and is near again",
          Effect.map(Effect.andThen(stack.call(), stack.control.counts), ({ near }) => near.entries === 1),
        )
      }),
    20_000,
  )

  it.live("one that was never there holds nothing up, and leaves nothing running", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { plugin } = provider()
      const made = yield* timed(
        Effect.provideService(standing([plugin], { url: "redis://127.0.0.1:1" }), Scope.Scope, scope),
      )
      assert.isBelow(made.ms, 1000)
      const first = yield* made.value.call()
      assert.match(first.warnings[0]?.message ?? "", /cache on Redis failed and was skipped/)
      const closed = yield* timed(Scope.close(scope, Exit.void))
      assert.isBelow(closed.ms, 500)
    }),
  )
})
