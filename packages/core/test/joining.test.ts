import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import {
  type Cache,
  type CallContext,
  foldCall,
  Kernel,
  type LlmError,
  type LlmResponse,
  type ModelInfo,
  type StreamPart,
  textOf,
} from "../src/index.ts"
import { ill, plug, provider, request, saying, streamOf, within } from "./stubs.ts"

/** A cache that keeps nothing but lets calls join one another. */
const joining = () => {
  interface Flight {
    readonly leader: string
    readonly answer: Deferred.Deferred<LlmResponse, LlmError>
    readonly parts: Queue.Queue<StreamPart, LlmError | Cause.Done>
  }
  let flight: Flight | undefined
  const log: Array<string> = []
  let lookups = 0
  /** The keys are hashed outside of the test's clock. */
  const looked = (times: number): Effect.Effect<void> =>
    Effect.suspend(() => (lookups >= times ? Effect.void : Effect.andThen(Effect.yieldNow, looked(times))))
  const mine = (context: CallContext) => (flight?.leader === context.id ? flight : undefined)
  const cache: Cache = {
    lookup: (_, __, context) =>
      Effect.gen(function* () {
        lookups++
        if (flight === undefined) {
          const answer = yield* Deferred.make<LlmResponse, LlmError>()
          const parts = yield* Queue.unbounded<StreamPart, LlmError | Cause.Done>()
          flight = { leader: context.id, answer, parts }
          return undefined
        }
        const { answer, parts } = flight
        const cached = { kind: "flight", ageMs: 0 }
        const flowing = { _tag: "Flowing", parts: Stream.fromQueue(parts) } as const
        if (context.operation === "stream") return { answer: flowing, inFlight: true, provider: "p", cached }
        const whole = Stream.unwrap(Effect.map(Deferred.await(answer), () => Stream.fromArray([...streamOf("joined")])))
        return { answer: { _tag: "Flowing", parts: whole }, inFlight: true, provider: "p", cached }
      }),
    progress: (_, batch, context) => {
      const own = mine(context)
      return own === undefined ? Effect.void : Effect.asVoid(Queue.offerAll(own.parts, batch))
    },
    store: (_, response, __, context) => {
      const own = mine(context)
      return own === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(own.answer, response))
    },
    release: (_, context) =>
      Effect.suspend(() => {
        const own = mine(context)
        log.push(own === undefined ? "joiner over" : "leader over")
        if (own === undefined) return Effect.void
        flight = undefined
        return Effect.andThen(Deferred.fail(own.answer, ill("the leader failed")), Queue.end(own.parts))
      }),
    invalidate: () => Effect.succeed(0),
    stats: Effect.succeed({ hits: 0, misses: 0, evictions: 0, entries: 0, bytes: 0 }),
  }
  return { plugin: plug("cache", cache), log, looked }
}

describe("a call that joins another in flight", () => {
  it.effect("waits for its answer", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { plugin, log, looked } = joining()
      let calls = 0
      const counted = provider({
        generate: (sent) =>
          Effect.andThen(
            Effect.sync(() => void calls++),
            Effect.andThen(Deferred.await(gate), saying("one").generate?.(sent) ?? Effect.die("no")),
          ),
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          const { generate } = yield* Kernel
          const all = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(generate(request)))
          yield* looked(3)
          yield* Deferred.succeed(gate, undefined)
          const answers = yield* Effect.forEach(all, Fiber.join)
          assert.strictEqual(calls, 1)
          assert.deepStrictEqual(
            answers.map(({ cached }) => cached?.kind),
            [undefined, "flight", "flight"],
          )
          assert.strictEqual(log.length, 3)
        }),
        within([plug("provider", counted), plugin]),
      )
    }),
  )

  it.effect("asks itself when that call fails or is left", () =>
    Effect.gen(function* () {
      const { plugin, looked } = joining()
      let calls = 0
      const first = yield* Deferred.make<never, LlmError>()
      const failing = provider({
        generate: (sent) =>
          Effect.suspend(() =>
            ++calls === 1 ? Deferred.await(first) : (saying("two").generate?.(sent) ?? Effect.die("no")),
          ),
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          const { generate } = yield* Kernel
          const leader = yield* Effect.forkChild(Effect.exit(generate(request)))
          yield* looked(1)
          const joiner = yield* Effect.forkChild(generate(request))
          yield* looked(2)
          yield* Fiber.interrupt(leader)
          const answer = yield* Fiber.join(joiner)
          assert.strictEqual(calls, 2)
          assert.isUndefined(answer.cached)
        }),
        within([plug("provider", failing), plugin]),
      )
    }),
  )

  it.effect("gets the parts so far and then follows", () =>
    Effect.gen(function* () {
      const { plugin, looked } = joining()
      const gate = yield* Deferred.make<void>()
      const [start, open, delta, ...rest] = streamOf("hi")
      assert(start && open && delta)
      const flowing = provider({
        stream: () =>
          Stream.concat(
            Stream.fromArray([start, open, delta]),
            Stream.concat(Stream.fromEffectDrain(Deferred.await(gate)), Stream.fromArray(rest)),
          ),
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          const { stream } = yield* Kernel
          const leader = yield* Effect.forkChild(Stream.runCollect(stream(request)))
          yield* looked(1)
          const joiner = yield* Effect.forkChild(Stream.runCollect(stream(request)))
          yield* looked(2)
          yield* Deferred.succeed(gate, undefined)
          const [own, joined] = [yield* Fiber.join(leader), yield* Fiber.join(joiner)]
          const types = (parts: ReadonlyArray<StreamPart>) => parts.map(({ type }) => type)
          assert.deepStrictEqual(types(joined), types(own))
        }),
        within([plug("provider", flowing), plugin]),
      )
    }),
  )
})

const info: ModelInfo = {
  inputMedia: [],
  outputMedia: [],
  tools: false,
  structuredOutput: false,
  reasoning: false,
  acceptsPrefill: true,
  fetchesUrls: false,
}

describe("an answer of the cache that breaks off", () => {
  const broken: Cache = {
    lookup: () =>
      Effect.sync(() => {
        const parts = Stream.concat(Stream.fromArray(streamOf("half ").slice(0, -2)), Stream.fail(ill("cut")))
        looked++
        return {
          answer: { _tag: "Flowing", parts },
          inFlight: true,
          provider: "p",
          cached: { kind: "flight", ageMs: 0 },
        }
      }),
    release: () => Effect.sync(() => void released++),
    store: () => Effect.sync(() => void stored++),
    invalidate: () => Effect.succeed(0),
    stats: Effect.succeed({ hits: 0, misses: 0, evictions: 0, entries: 0, bytes: 0 }),
  }
  let [looked, released, stored] = [0, 0, 0]
  const asking = (stream: "fail" | "restart" | "resume", acceptsPrefill = true) => {
    ;[looked, released, stored] = [0, 0, 0]
    const whole = provider({
      describe: () => ({ ...info, acceptsPrefill }),
      stream: ({ messages }) =>
        Stream.fromArray([...streamOf(messages.at(-1)?.role === "assistant" ? "and half" : "whole")]),
    })
    const collected = Kernel.use((kernel) => Stream.runCollect(kernel.stream({ ...request, policy: { stream } })))
    return Effect.provide(collected, within([plug("provider", whole), plug("cache", broken)]))
  }

  it.effect("each time: restart asks it no more than three times, then a candidate, and lets go once", () =>
    Effect.gen(function* () {
      const parts = yield* asking("restart")
      assert.strictEqual(textOf(foldCall(parts).content), "whole")
      assert.strictEqual(parts.filter(({ type }) => type === "restart").length, 3)
      assert.deepStrictEqual([looked, released, stored], [3, 1, 1])
    }),
  )

  it.effect("resume: a candidate that accepts it goes on, and the whole is not kept", () =>
    Effect.gen(function* () {
      const response = foldCall(yield* asking("resume"))
      assert.deepStrictEqual([textOf(response.content), response.cached], ["half and half", undefined])
      assert.deepStrictEqual([looked, released, stored], [1, 1, 0])
      const refused = yield* Effect.flip(asking("resume", false))
      assert.deepStrictEqual([refused.reason._tag, refused.context.route?.attempts], ["Truncated", []])
    }),
  )

  it.effect("fail: Truncated, and nobody is asked", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(asking("fail"))
      assert.deepStrictEqual([error.reason._tag, looked, error.context.route?.attempts], ["Truncated", 1, []])
    }),
  )
})
