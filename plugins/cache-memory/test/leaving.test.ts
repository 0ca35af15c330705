import { assert, describe, it } from "@effect/vitest"
import {
  type AttemptTrace,
  type CallOutcome,
  foldCall,
  type LlmRequestInput,
  type StreamContract,
  type StreamPart,
  textOf,
} from "@switchyard/core"
import type { ReplyScript, Upstream } from "@switchyard/testkit"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type GivenOptions, plug, standing } from "./stubs.ts"
import { eventually, openai, upstream } from "./upstream.ts"

const words = Array.from({ length: 50 }, (_, nth) => `word${nth}`).join(" ")
const slowly = { text: words, fault: { chunkDelayMs: 10 } }
const input: LlmRequestInput = { model: "openai/gpt-test", prompt: "hi" }
const followers = 10

/** What middleware is told, once for each call and attempt. */
const watching = () => {
  const ended: Array<CallOutcome & { readonly id: string }> = []
  const settled: Array<AttemptTrace> = []
  const plugin = plug("middleware", {
    name: "watching",
    stage: "usage",
    ended: (outcome, { id }) => Effect.sync(() => void ended.push({ ...outcome, id })),
    settled: (attempt) => Effect.sync(() => void settled.push(attempt)),
  })
  return { plugin, ended, settled }
}

/** A leader that has been handed its third piece of text, and others that follow it. */
const scene = Effect.fnUntraced(function* (
  server: Upstream,
  reply: ReplyScript,
  asked: { readonly leader?: StreamContract; readonly others?: StreamContract } = {},
  options: GivenOptions = {},
) {
  server.always(reply)
  const watched = watching()
  const stack = yield* standing([openai(server), watched.plugin], options)
  const third = yield* Deferred.make<void>()
  let pieces = 0
  const count = (part: StreamPart) =>
    part.type === "text-delta" && ++pieces === 3 ? Deferred.succeed(third, undefined) : Effect.void
  const withContract = (stream: StreamContract = "fail") => stack.stream({ ...input, policy: { stream } })
  const leader = yield* Effect.forkChild(Stream.runDrain(Stream.tap(withContract(asked.leader), count)))
  yield* Deferred.await(third)
  const others = yield* Effect.forEach(Array.from({ length: followers }), () =>
    Effect.forkChild(Effect.map(Stream.runCollect(withContract(asked.others)), foldCall)),
  )
  while ((yield* stack.control.stats).joined < followers) yield* Effect.sleep(1)
  return { ...stack, ...watched, leader, others }
})

describe("the leader of a stream leaves", () => {
  for (const contract of ["fail", "resume", "restart"] as const) {
    it.live(`and all who follow get the whole answer of the one request (${contract})`, () =>
      Effect.gen(function* () {
        const server = yield* upstream
        const { leader, others, control, ask, ended, settled } = yield* scene(server, slowly, {
          leader: contract,
          others: contract,
        })
        yield* Fiber.interrupt(leader)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(leader)))
        assert.deepStrictEqual([ended.length, settled.length], [0, 0])
        for (const other of others) {
          const { content, cached, finish, usage } = yield* Fiber.join(other)
          assert.deepStrictEqual([textOf(content), cached?.kind, finish.unified], [words, "flight", "stop"])
          assert.strictEqual(usage.output.total, 12)
        }
        assert.strictEqual((yield* control.stats).entries, 1)
        assert.strictEqual(yield* ask(input), words)
        assert.deepStrictEqual([server.requests.length, server.requests[0]?.end], [1, "finished"])
        // Settled once, with what it cost; ended once, with the answer that its caller did not wait for.
        assert.deepStrictEqual(
          settled.map(({ outcome, usage }) => [outcome, usage?.output.total]),
          [["ok", 12]],
        )
        const [own, ...rest] = ended.filter(({ interrupted }) => interrupted === true)
        assert.deepStrictEqual([textOf(own?.response?.content ?? []), rest.length], [words, 0])
        assert.strictEqual(ended.length, 1 + followers + 1)
        assert.strictEqual(new Set(ended.map(({ id }) => id)).size, ended.length)
      }).pipe(Effect.scoped),
    )
  }

  it.live("and those who hold get it too", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      const { leader, others } = yield* scene(server, slowly, { others: "hold" })
      yield* Fiber.interrupt(leader)
      for (const other of others) assert.strictEqual(textOf((yield* Fiber.join(other)).content), words)
      assert.strictEqual(server.requests.length, 1)
    }).pipe(Effect.scoped),
  )

  it.live("and when the last of them leaves too, the request is cancelled", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      const { leader, others, control, ended, settled } = yield* scene(server, {
        text: words,
        fault: { stallAfterChunks: 20 },
      })
      yield* Fiber.interrupt(leader)
      const [last, ...rest] = others
      assert(last)
      yield* Effect.forEach(rest, Fiber.interrupt)
      yield* Effect.sleep(50)
      assert.isUndefined(server.requests[0]?.end)
      const before = performance.now()
      yield* Fiber.interrupt(last)
      assert.strictEqual(yield* Effect.promise(() => server.requests[0]?.closed ?? assert.fail()), "aborted")
      assert.isBelow((server.requests[0]?.closedAt ?? Infinity) - before, 1000)
      yield* eventually("it is told", () => ended.length === 1 + followers)
      assert.deepStrictEqual(
        settled.map(({ outcome }) => outcome),
        ["cancelled"],
      )
      assert.isTrue(ended.every(({ interrupted, response }) => interrupted === true && response === undefined))
      assert.deepStrictEqual([(yield* control.stats).entries, server.requests.length], [0, 1])
    }).pipe(Effect.scoped),
  )

  it.live("and the deadline of its call still holds", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.always({ text: words, fault: { stallAfterChunks: 5 } })
      const { stream, control } = yield* standing([openai(server)])
      const leader = yield* Effect.forkChild(Stream.runDrain(stream({ ...input, policy: { deadline: 400 } })))
      yield* Effect.promise(() => server.waitForRequest())
      const other = yield* Effect.forkChild(Effect.flip(Stream.runDrain(stream(input))))
      while ((yield* control.stats).joined < 1) yield* Effect.sleep(1)
      // It has been handed content by then, so what it gets is the failure, and no second request.
      yield* Effect.sleep(100)
      yield* Fiber.interrupt(leader)
      yield* Effect.sleep(50)
      assert.isUndefined(server.requests[0]?.end)
      const error = yield* Fiber.join(other)
      assert.strictEqual(error.reason._tag, "Truncated")
      assert.strictEqual(yield* Effect.promise(() => server.requests[0]?.closed ?? assert.fail()), "aborted")
      assert.strictEqual(server.requests.length, 1)
    }).pipe(Effect.scoped),
  )

  it.live("and the stack is closed: the request is cancelled, and nothing is left running", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      const scope = yield* Scope.make()
      const { leader, others, ended, settled } = yield* Effect.provideService(
        scene(server, { text: words, fault: { stallAfterChunks: 20 } }),
        Scope.Scope,
        scope,
      )
      yield* Fiber.interrupt(leader)
      yield* Effect.sleep(50)
      assert.deepStrictEqual([server.requests[0]?.end, settled.length], [undefined, 0])
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Effect.promise(() => server.requests[0]?.closed ?? assert.fail()), "aborted")
      assert.deepStrictEqual(
        [settled.map(({ outcome }) => outcome), ended.filter(({ id }) => id === ended[0]?.id).length],
        [["cancelled"], 1],
      )
      for (const other of others) {
        const error = Exit.findErrorOption(yield* Fiber.await(other))
        assert.strictEqual(error._tag === "Some" ? error.value.reason._tag : "none", "Truncated")
      }
    }).pipe(Effect.scoped),
  )
})

describe("the leader of a stream fails", () => {
  it.live("and those who were handed nothing ask: one of them leads", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.reply({ text: words, fault: { chunkDelayMs: 10, resetAfterChunks: 10 } })
      const { leader, others } = yield* scene(server, { text: "second" }, { others: "hold" })
      assert.isTrue(Exit.isFailure(yield* Fiber.await(leader)))
      for (const other of others) assert.strictEqual(textOf((yield* Fiber.join(other)).content), "second")
      assert.strictEqual(server.requests.length, 2)
    }).pipe(Effect.scoped),
  )
})
