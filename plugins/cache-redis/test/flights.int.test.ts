import { assert, describe } from "@effect/vitest"
import { foldCall, type StreamPart, textOf } from "@switchyard/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { startNode } from "./processes.ts"
import { useRedis } from "./server.ts"
import { answer, eventually, ill, partsOf, provider, redisAt, standing } from "./stubs.ts"
import { upstream } from "./upstream.ts"

const redisIt = useRedis()
const many = (count: number) => Array.from({ length: count }, (_, at) => at)

describe("one flight for many calls", () => {
  redisIt("a hundred at once in one process make one request, and one who leaves costs the others nothing", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.takesMs = 100
      const stack = yield* standing([plugin], options)
      const calls = yield* Effect.forEach(many(100), () => Effect.forkChild(stack.call()))
      yield* eventually(
        "they wait",
        Effect.map(stack.control.counts, ({ joined }) => joined === 99),
      )
      const leaving = calls[50]
      assert(leaving)
      yield* Fiber.interrupt(leaving)
      const answers = yield* Effect.forEach(
        calls.filter((call) => call !== leaving),
        Fiber.join,
      )
      assert.deepStrictEqual([state.calls, new Set(answers.map(({ content }) => textOf(content))).size], [1, 1])
    }),
  )

  redisIt("when the leader leaves or fails, one of the others leads", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const gate = yield* Deferred.make<void>()
      state.say.each = (call) =>
        call === 1
          ? Effect.never
          : call === 2
            ? Effect.andThen(Deferred.await(gate), Effect.fail(ill()))
            : Effect.succeed(answer(`answer ${call}`))
      const [one, two] = [yield* standing([plugin], options), yield* standing([plugin], options)]
      const leader = yield* Effect.forkChild(one.ask())
      yield* eventually(
        "it leads",
        Effect.sync(() => state.calls === 1),
      )
      const others = yield* Effect.forEach([one, two, two], (stack) => Effect.forkChild(Effect.exit(stack.ask())))
      yield* eventually(
        "they wait, here and elsewhere",
        Effect.map(
          Effect.all([one.control.counts, two.control.counts]),
          ([here, there]) => here.joined === 1 && there.joinedElsewhere === 2,
        ),
      )
      yield* Fiber.interrupt(leader)
      yield* eventually(
        "another leads",
        Effect.sync(() => state.calls === 2),
      )
      yield* Deferred.succeed(gate, undefined)
      const exits = yield* Effect.forEach(others, Fiber.join)
      assert.deepStrictEqual(exits.map(({ _tag }) => _tag).sort(), ["Failure", "Success", "Success"])
      assert.strictEqual(state.calls, 3)
    }),
  )

  redisIt("who joins a stream gets the parts so far and then follows", (options) =>
    Effect.gen(function* () {
      const more = yield* Queue.unbounded<StreamPart>()
      const [start, open, first, ...rest] = partsOf(["one ", "two ", "three"])
      assert(start && open && first)
      const stream = () =>
        Stream.concat(Stream.fromArray([start, open, first]), Stream.take(Stream.fromQueue(more), rest.length))
      const stack = yield* standing([provider({ stream }).plugin], options)
      const seen: Array<string> = []
      const note = (who: string) => (part: StreamPart) =>
        Effect.sync(() => (part.type === "text-delta" ? void seen.push(`${who}${part.text}`) : undefined))
      const follow = (who: string) => Effect.forkChild(Stream.runCollect(Stream.tap(stack.stream(), note(who))))
      const leader = yield* follow("a:")
      yield* eventually(
        "the first part is here",
        Effect.sync(() => seen.includes("a:one ")),
      )
      const joiner = yield* follow("b:")
      yield* eventually(
        "it has the parts so far",
        Effect.sync(() => seen.includes("b:one ")),
      )
      yield* Queue.offerAll(more, rest)
      const [own, joined] = [foldCall(yield* Fiber.join(leader)), foldCall(yield* Fiber.join(joiner))]
      assert.deepStrictEqual(joined.content, own.content)
      assert.deepStrictEqual([own.cached, joined.cached?.kind, joined.usage], [undefined, "flight", own.usage])
      assert.isBelow(seen.indexOf("b:one "), seen.indexOf("a:two "))
    }),
  )
})

describe("one flight for many processes", () => {
  redisIt(
    "two processes that ask fifty times each make one request",
    ({ url, prefix = "" }) =>
      Effect.gen(function* () {
        const { baseURL, always, requests } = yield* upstream
        always({ text: "from upstream", fault: { delayMs: 1500 } })
        const settings = { url, prefix, leaseMs: 1000, upstream: baseURL, calls: 50, streamed: false }
        const nodes = [yield* startNode(settings), yield* startNode({ ...settings, streamed: true })]
        const told = (yield* Effect.forEach(nodes, (node) => node.told, { concurrency: 2 })).flat()
        assert.deepStrictEqual([told.length, requests.length], [100, 1])
        assert.isTrue(told.every(({ text }) => text === "from upstream"))
        assert.strictEqual(told.filter(({ cached }) => cached === "none").length, 1)
      }),
    30_000,
  )

  redisIt(
    "when the process that leads is killed, its lease runs out and another leads",
    ({ url, prefix = "" }) =>
      Effect.gen(function* () {
        const { baseURL, reply, requests } = yield* upstream
        reply({ fault: { silent: true } }, { text: "second" })
        const settings = { url, prefix, leaseMs: 600, upstream: baseURL, calls: 3, streamed: false }
        const first = yield* startNode(settings)
        yield* eventually(
          "it leads",
          Effect.sync(() => requests.length === 1),
        )
        const second = yield* startNode(settings)
        yield* Effect.sleep(1500)
        // Its lease is kept alive for as long as it lives.
        assert.strictEqual(requests.length, 1)
        first.kill()
        const told = yield* second.told
        assert.deepStrictEqual(
          told.map(({ text }) => text),
          ["second", "second", "second"],
        )
        assert.strictEqual(requests.length, 2)
      }),
    30_000,
  )

  redisIt("who has lost its lease cannot overwrite what came after", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const gate = yield* Deferred.make<void>()
      state.say.each = (call) =>
        call === 1 ? Effect.as(Deferred.await(gate), answer("late")) : Effect.succeed(answer(`answer ${call}`))
      const [one, two] = [yield* standing([plugin], options), yield* standing([plugin], options)]
      const redis = yield* redisAt(options.url)
      const slow = yield* Effect.forkChild(one.ask())
      yield* eventually(
        "it leads",
        Effect.sync(() => state.calls === 1),
      )
      // As if its process had stood still for longer than the lease.
      const [lease] = yield* Effect.promise(() => redis.keys(`${options.prefix}lease:*`))
      assert(lease)
      yield* Effect.promise(() => redis.del(lease))
      assert.strictEqual(yield* two.ask(), "answer 2")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(slow), "late")
      assert.strictEqual((yield* one.control.counts).fenced, 1)
      assert.strictEqual(yield* one.ask(), "answer 2")
    }),
  )
})
