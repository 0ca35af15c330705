import { assert, describe } from "@effect/vitest"
import { foldCall, type LlmRequestInput, type StreamContract, type StreamPart, textOf } from "@switchyard/core"
import type { ReplyScript, Upstream } from "@switchyard/testkit"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { useRedis } from "./server.ts"
import { eventually, type GivenOptions, redisAt, standing } from "./stubs.ts"
import { openai, upstream } from "./upstream.ts"

const redisIt = useRedis()
const words = Array.from({ length: 50 }, (_, nth) => `word${nth}`).join(" ")
const input: LlmRequestInput = { model: "openai/gpt-test", prompt: "hi" }
const followers = 10

/** A leader that has been handed its third piece of text, and others of its process that follow it. */
const scene = Effect.fnUntraced(function* (
  options: GivenOptions,
  server: Upstream,
  reply: ReplyScript,
  others: StreamContract,
  read: Effect.Effect<void> = Effect.void,
) {
  server.always(reply)
  const stack = yield* standing([openai(server)], options)
  const third = yield* Deferred.make<void>()
  let pieces = 0
  const count = (part: StreamPart) =>
    part.type === "text-delta" && ++pieces === 3
      ? Effect.andThen(Deferred.succeed(third, undefined), read)
      : Effect.void
  const leader = yield* Effect.forkChild(
    Effect.map(Stream.runCollect(Stream.tap(stack.stream(input), count)), foldCall),
  )
  yield* Deferred.await(third)
  const following = yield* Effect.forEach(Array.from({ length: followers }), () =>
    Effect.forkChild(Effect.map(stack.collect({ ...input, policy: { stream: others } }), foldCall)),
  )
  yield* eventually(
    "they follow",
    Effect.map(stack.control.counts, ({ joined }) => joined === followers),
  )
  return { ...stack, leader, following }
})

describe("the leader of a stream leaves, within one process", () => {
  for (const contract of ["fail", "resume", "restart", "hold"] as const) {
    redisIt(`and all who follow get the whole answer of the one request (${contract})`, (options) =>
      Effect.gen(function* () {
        const server = yield* upstream
        const slowly = { text: words, fault: { chunkDelayMs: 10 } }
        const { leader, following, call } = yield* scene(options, server, slowly, contract)
        yield* Fiber.interrupt(leader)
        for (const one of following) {
          const { content, cached } = yield* Fiber.join(one)
          assert.deepStrictEqual([textOf(content), cached?.kind], [words, "flight"])
        }
        assert.strictEqual((yield* call(input)).cached?.kind, "exact")
        assert.deepStrictEqual([server.requests.length, server.requests[0]?.end], [1, "finished"])
      }),
    )
  }

  redisIt("and when the last of them leaves too, the request is cancelled and the lease given back", (options) =>
    Effect.gen(function* () {
      const server = yield* upstream
      const stalls = { text: words, fault: { stallAfterChunks: 20 } }
      const { leader, following } = yield* scene(options, server, stalls, "fail")
      const redis = yield* redisAt(options.url)
      const leases = Effect.promise(() => redis.keys(`${options.prefix}lease:*`))
      yield* Fiber.interrupt(leader)
      yield* Effect.forEach(following.slice(1), Fiber.interrupt)
      yield* Effect.sleep(50)
      assert.deepStrictEqual([server.requests[0]?.end, (yield* leases).length], [undefined, 1])
      const before = performance.now()
      yield* Effect.forEach(following.slice(0, 1), Fiber.interrupt)
      assert.strictEqual(yield* Effect.promise(() => server.requests[0]?.closed ?? assert.fail()), "aborted")
      assert.isBelow((server.requests[0]?.closedAt ?? Infinity) - before, 1000)
      yield* eventually(
        "its lease is gone",
        Effect.map(leases, ({ length }) => length === 0),
      )
    }),
  )
})

describe("the leader of a stream reads slowly", () => {
  redisIt("and those who follow have it all before it goes on", (options) =>
    Effect.gen(function* () {
      const server = yield* upstream
      const gate = yield* Deferred.make<void>()
      const { leader, following } = yield* scene(options, server, { text: words }, "fail", Deferred.await(gate))
      for (const one of following) assert.strictEqual(textOf((yield* Fiber.join(one)).content), words)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(textOf((yield* Fiber.join(leader)).content), words)
      assert.strictEqual(server.requests.length, 1)
    }),
  )
})
