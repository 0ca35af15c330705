import { assert, describe, it } from "@effect/vitest"
import {
  foldCall,
  type LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type StreamPart,
  textOf,
} from "@switchyard/core"
import { failover } from "@switchyard/failover"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { counted, ill, info, partsOf, plug, standing, until } from "./stubs.ts"
import { openai, upstream } from "./upstream.ts"

const words = Array.from({ length: 30 }, (_, at) => `word${at} `)
const text = words.join("")
const firstHalf = words.slice(0, 15).join("")
const fallbacks = { "p/*": ["q/m"] }

type Contract = "fail" | "restart" | "resume"
const asking = (stream: Contract): Partial<LlmRequestInput> => ({ policy: { stream } })
const seenOf = (parts: ReadonlyArray<StreamPart>): string =>
  parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("")

it.live("who follows a call that is cut is served as its own contract says, by the official client", () =>
  Effect.gen(function* () {
    const [p, q] = [yield* upstream, yield* upstream]
    p.always({ chunks: words, fault: { resetAfterChunks: 15, chunkDelayMs: 20 } })
    q.always({ chunks: words })
    const plugins = [openai(p, "p"), openai(q, "q"), failover({ fallbacks })]
    const { stream, control } = yield* standing(plugins)
    const began = yield* Deferred.make<void>()
    const noted = Stream.tap(stream(asking("fail")), (part) =>
      part.type === "text-delta" ? Deferred.succeed(began, undefined) : Effect.void,
    )
    const leader = yield* Effect.forkChild(Effect.flip(Stream.runCollect(noted)))
    yield* Deferred.await(began)
    const willing = yield* Effect.forEach([1, 2, 3, 4, 5], () =>
      Effect.forkChild(Stream.runCollect(stream(asking("restart")))),
    )
    const strict = yield* Effect.forkChild(Effect.flip(Stream.runCollect(stream(asking("fail")))))
    yield* counted(control, ({ joined }) => joined === 6)
    assert.strictEqual((yield* Fiber.join(leader)).reason._tag, "Truncated")
    assert.strictEqual((yield* Fiber.join(strict)).reason._tag, "Truncated")
    for (const parts of yield* Effect.forEach(willing, Fiber.join)) {
      assert.strictEqual(textOf(foldCall(parts).content), text)
      assert.isAtLeast(parts.filter(({ type }) => type === "restart").length, 1)
    }
    // One of them asks anew for all.
    assert.deepStrictEqual([p.requests.length, q.requests.length, (yield* control.stats).entries], [2, 1, 1])
  }).pipe(Effect.scoped),
)

/** Streams the first half of the answer, waits for the gate, and breaks. */
const half = (gate: Deferred.Deferred<void>) =>
  Stream.concat(
    Stream.rechunk(Stream.fromArray(partsOf(words.slice(0, 15)).slice(0, 17)), 1),
    Stream.concat(Stream.fromEffectDrain(Deferred.await(gate)), Stream.fail(ill())),
  )

const isContinued = ({ messages }: LlmRequest): boolean => messages.at(-1)?.role === "assistant"

/** `p` gives half of its answer each time, and waits at the gate of that time; `q` answers whole, or goes on. */
const halves = Effect.fnUntraced(function* (acceptsPrefill = true) {
  const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
  const asked: Array<LlmRequest> = []
  const answering = (id: string, answer: (request: LlmRequest) => Stream.Stream<StreamPart, LlmError>) =>
    plug(
      "provider",
      {
        id,
        models: ["m"],
        describe: () => ({ ...info, acceptsPrefill }),
        stream: (request) =>
          Stream.suspend(() => {
            asked.push(request)
            return answer(request)
          }),
      },
      `provider-${id}`,
    )
  let times = 0
  const p = answering("p", (request) =>
    isContinued(request) ? Stream.fail(ill()) : half(gates[times++] ?? assert.fail("a third time")),
  )
  const q = answering("q", (request) => Stream.fromArray([...partsOf(isContinued(request) ? words.slice(15) : words)]))
  const open = (time: number) => Deferred.succeed(gates[time] ?? assert.fail(), undefined)
  return { plugins: [p, q], open, asked }
})

const withFailover = failover({ fallbacks })
type Given = Effect.Success<ReturnType<typeof halves>>

/** A leader with its contract, and those that follow it with theirs, when all have seen the half that comes. */
const followed = Effect.fnUntraced(function* (
  { plugins }: Given,
  leading: Contract,
  following: ReadonlyArray<Contract>,
  rescue: ReadonlyArray<typeof withFailover> = [withFailover],
) {
  const stack = yield* standing([...plugins, ...rescue])
  const run = Effect.fnUntraced(function* (contract: Contract) {
    const read: Array<StreamPart> = []
    const reading = Stream.runForEach(stack.stream(asking(contract)), (part) => Effect.sync(() => void read.push(part)))
    const fiber = yield* Effect.forkChild(Effect.result(reading))
    yield* until(() => seenOf(read) === firstHalf)
    return { read, end: Fiber.join(fiber) }
  })
  const leader = yield* run(leading)
  const followers = yield* Effect.forEach(following, run)
  assert.strictEqual((yield* stack.control.stats).joined, following.length)
  const [first = assert.fail()] = followers
  return { stack, leader, first, followers }
})

const restarts = (parts: ReadonlyArray<StreamPart>): number => parts.filter(({ type }) => type === "restart").length

describe("a follower whose leader is cut", () => {
  it.effect("restart: asks anew on its own route", () =>
    Effect.gen(function* () {
      const given = yield* halves()
      const { stack, leader, first } = yield* followed(given, "fail", ["restart"])
      yield* Effect.forEach([0, 1], given.open)
      assert.deepStrictEqual([(yield* leader.end)._tag, (yield* first.end)._tag], ["Failure", "Success"])
      const response = foldCall(first.read)
      assert.deepStrictEqual([textOf(response.content), response.provider, response.cached], [text, "q", undefined])
      assert.deepStrictEqual(
        response.route.attempts.map(({ candidate, outcome }) => `${candidate.provider} ${outcome}`),
        ["p failed", "q ok"],
      )
      assert.deepStrictEqual([restarts(first.read), (yield* stack.control.stats).entries], [2, 1])
    }).pipe(Effect.scoped),
  )

  it.effect("restart: is followed, piece by piece, by the others that begin again", () =>
    Effect.gen(function* () {
      const given = yield* halves()
      const { followers } = yield* followed(given, "fail", ["restart", "restart", "restart"])
      yield* given.open(0)
      yield* until(() => followers.every(({ read }) => seenOf(read) === firstHalf + firstHalf))
      assert.strictEqual(given.asked.length, 2)
      yield* given.open(1)
      for (const { end, read } of followers) {
        assert.strictEqual((yield* end)._tag, "Success")
        assert.deepStrictEqual([textOf(foldCall(read).content), restarts(read)], [text, 2])
      }
      assert.strictEqual(given.asked.length, 3)
    }).pipe(Effect.scoped),
  )

  it.effect("restart: asks anew with no failover there too, and has nobody else then", () =>
    Effect.gen(function* () {
      const given = yield* halves()
      const { first } = yield* followed(given, "fail", ["restart"], [])
      yield* Effect.forEach([0, 1], given.open)
      const end = yield* first.end
      assert(end._tag === "Failure")
      assert.deepStrictEqual([end.failure.reason._tag, given.asked.length], ["Truncated", 2])
    }).pipe(Effect.scoped),
  )

  for (const leading of ["fail", "restart"] as const) {
    it.effect(`resume: a candidate that accepts it goes on; the leader's contract is ${leading}`, () =>
      Effect.gen(function* () {
        const given = yield* halves()
        const { stack, first } = yield* followed(given, leading, ["resume"])
        yield* given.open(0)
        assert.strictEqual((yield* first.end)._tag, "Success")
        const response = foldCall(first.read)
        assert.deepStrictEqual([textOf(response.content), response.provider, restarts(first.read)], [text, "q", 0])
        assert.isTrue(isContinued(given.asked.at(-1) ?? assert.fail()))
        // Half of it was another's, so it is not kept; that of the leader that began again is.
        assert.strictEqual((yield* stack.control.stats).entries, leading === "restart" ? 1 : 0)
      }).pipe(Effect.scoped),
    )

    it.effect(`resume where nobody accepts it, and fail: Truncated; the leader's contract is ${leading}`, () =>
      Effect.gen(function* () {
        for (const following of ["resume", "fail"] as const) {
          const given = yield* halves(following === "fail")
          const { first } = yield* followed(given, leading, [following])
          yield* given.open(0)
          const end = yield* first.end
          assert(end._tag === "Failure")
          const { reason } = end.failure
          assert(reason._tag === "Truncated")
          assert.strictEqual(textOf(reason.partial.content), firstHalf)
          assert.deepStrictEqual([seenOf(first.read), restarts(first.read)], [firstHalf, 0])
          assert.isFalse(given.asked.some(isContinued))
        }
      }).pipe(Effect.scoped),
    )
  }

  it.effect("restart: follows a leader that begins again, and asks nobody", () =>
    Effect.gen(function* () {
      const given = yield* halves()
      const { first } = yield* followed(given, "restart", ["restart"])
      yield* given.open(0)
      assert.strictEqual((yield* first.end)._tag, "Success")
      const response = foldCall(first.read)
      assert.deepStrictEqual([textOf(response.content), response.cached?.kind], [text, "flight"])
      assert.deepStrictEqual([restarts(first.read), given.asked.length], [1, 2])
    }).pipe(Effect.scoped),
  )
})
