import { assert, describe } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { useRedis } from "./server.ts"
import { answer, eventually, type GivenOptions, provider, redisAt, standing } from "./stubs.ts"

const redisIt = useRedis()
const modes = ["read-write", "refresh", "write-only"] as const

type Client = Effect.Success<ReturnType<typeof redisAt>>

/** What can become of the numbers that leases carry. */
const spoiling: Readonly<Record<string, (redis: Client, prefix: string) => Promise<unknown>>> = {
  "a word": (redis, prefix) => redis.set(`${prefix}fence`, "garbage"),
  "the empty text": (redis, prefix) => redis.set(`${prefix}fence`, ""),
  "a fraction": (redis, prefix) => redis.set(`${prefix}fence`, "1.5"),
  "below zero": (redis, prefix) => redis.set(`${prefix}fence`, "-7"),
  "more than a number can be": (redis, prefix) => redis.set(`${prefix}fence`, "9223372036854775807"),
  "nearly so": (redis, prefix) => redis.set(`${prefix}fence`, "9007199254740990"),
  "nearly so, and so is the floor": (redis, prefix) =>
    redis.mSet({ [`${prefix}fence`]: "9007199254740991", [`${prefix}floor`]: "9007199254740991" }),
  "with a zero before it": async (redis, prefix) =>
    redis.set(`${prefix}fence`, `0${await redis.get(`${prefix}fence`)}`),
  "no text at all": async (redis, prefix) => {
    await redis.del(`${prefix}fence`)
    await redis.lPush(`${prefix}fence`, "a list")
  },
  "gone, with the floor left": (redis, prefix) => redis.del(`${prefix}fence`),
  "below the floor": (redis, prefix) => redis.set(`${prefix}fence`, "0"),
  "good, and the floor is a word": (redis, prefix) => redis.set(`${prefix}floor`, "garbage"),
  "both gone": (redis, prefix) => redis.del([`${prefix}fence`, `${prefix}floor`]),
}

const keepingStack = Effect.fnUntraced(function* ({ url, prefix = "", ...more }: GivenOptions) {
  const { plugin, state } = provider()
  const stack = yield* standing([plugin], { url, prefix, ...more, near: false })
  // Something was dropped once, so there is a floor.
  yield* stack.ask({ prompt: "before" })
  yield* stack.control.invalidate({})
  return { ...stack, state, redis: yield* redisAt(url), prefix }
})

describe("a fence that is", () => {
  for (const [what, spoil] of Object.entries(spoiling)) {
    redisIt(`${what}: is mended by whoever meets it, in every mode`, (options) =>
      Effect.gen(function* () {
        const { call, redis, prefix, control } = yield* keepingStack(options)
        for (const mode of modes) {
          yield* Effect.promise(() => spoil(redis, prefix))
          const input = { prompt: mode, policy: { cache: { mode } } }
          const { warnings } = yield* call(input)
          assert.deepStrictEqual(warnings, [])
          // What was asked for before it was mended may be lost, and nothing after.
          yield* call(input)
          assert.strictEqual((yield* call({ prompt: mode })).cached?.kind, "exact", mode)
        }
        yield* Effect.promise(() => spoil(redis, prefix))
        assert.strictEqual(yield* control.invalidate({}), 3)
        yield* call({ prompt: "after" })
        assert.strictEqual((yield* call({ prompt: "after" })).cached?.kind, "exact")
        assert.strictEqual((yield* control.counts).failures, 0)
      }),
    )

    redisIt(`${what}: keeps nothing that was asked for before its like was dropped`, (options) =>
      Effect.gen(function* () {
        const { call, state, redis, prefix, control } = yield* keepingStack(options)
        for (const mode of modes) {
          const gate = yield* Deferred.make<void>()
          const before = state.calls
          state.say.each = (nth) =>
            nth === before + 1 ? Effect.as(Deferred.await(gate), answer("late")) : Effect.succeed(answer("new"))
          const late = yield* Effect.forkChild(call({ prompt: mode, policy: { cache: { mode } } }))
          yield* eventually(
            "it is asked",
            Effect.sync(() => state.calls === before + 1),
          )
          yield* control.invalidate({})
          yield* Effect.promise(() => spoil(redis, prefix))
          yield* Deferred.succeed(gate, undefined)
          yield* Fiber.join(late)
          assert.deepStrictEqual((yield* call({ prompt: mode })).content, [{ type: "text", text: "new" }], mode)
        }
      }),
    )
  }
})

redisIt(
  "a fence that is mended is told in the log, once a minute at most, and one that never was is not",
  (options) => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const { call, redis, prefix } = yield* keepingStack(options)
      assert.deepStrictEqual(lines, [])
      for (const prompt of ["one", "two"]) {
        yield* Effect.promise(() => redis.set(`${prefix}fence`, "garbage"))
        yield* call({ prompt })
        yield* eventually(
          "it is told",
          Effect.sync(() => lines.length > 0),
        )
      }
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], `${prefix}fence`)
    }).pipe(Effect.provide(Logger.layer([logger])))
  },
)
