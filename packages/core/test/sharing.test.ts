import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import {
  type Cache,
  type CallOutcome,
  type Demand,
  foldCall,
  Kernel,
  type LlmError,
  type LlmRequestInput,
  type StreamPart,
  textOf,
} from "../src/index.ts"
import { delta, finish, generate, ill, middleware, plug, provider, request, saying, start, within } from "./stubs.ts"

const none = { hits: 0, misses: 0, evictions: 0, entries: 0, bytes: 0 }

/** A cache that always misses, whose followers are whatever the test says. */
const sharing = (more: Partial<Cache> = {}, room: number | undefined = 10_000) => {
  const log: Array<string> = []
  const state: { tell: (demand: Demand) => void } = { tell: () => assert.fail("it is not shared yet") }
  const parts: Array<StreamPart> = []
  const cache: Cache = {
    lookup: () => Effect.undefined,
    begin: () => Effect.sync(() => void log.push("begin")),
    share: (_, __, told) =>
      Effect.sync(() => {
        log.push("share")
        state.tell = told
        told("none")
        return room
      }),
    progress: (_, batch) => Effect.sync(() => void parts.push(...batch)),
    store: () => Effect.sync(() => void log.push("store")),
    release: () => Effect.sync(() => void log.push("release")),
    invalidate: () => Effect.succeed(0),
    stats: Effect.succeed(none),
    ...more,
  }
  const text = () => parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("")
  return { plugin: plug("cache", cache), log, text, tell: (demand: Demand) => state.tell(demand) }
}

/** A provider that gives one piece at a time and counts those that were taken. */
const counting = (pieces: number, then: Stream.Stream<StreamPart, LlmError> = Stream.make(finish())) => {
  const state = { taken: 0, closed: 0 }
  const taken = Stream.tap(
    Stream.rechunk(Stream.fromIterable(Array.from({ length: pieces }, (_, nth) => delta(`${nth} `))), 1),
    () => Effect.sync(() => void state.taken++),
  )
  const all = Stream.concat(Stream.make(start, { type: "text-start", id: "0" } as const), Stream.concat(taken, then))
  const stream = () =>
    Stream.ensuring(
      all,
      Effect.sync(() => void state.closed++),
    )
  return { plugin: plug("provider", provider({ stream })), state }
}

const watching = () => {
  const ended: Array<CallOutcome> = []
  return { ended, plugin: middleware({ ended: (outcome) => Effect.sync(() => void ended.push(outcome)) }) }
}

/** Lets everything run that can: keys are hashed outside of the test's clock. */
const until = (isSo: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() =>
    isSo()
      ? Effect.void
      : Effect.andThen(
          Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
          until(isSo),
        ),
  )
const settle = Effect.forEach(Array.from({ length: 20 }), () =>
  Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
)

const words = (pieces: number) => Array.from({ length: pieces }, (_, nth) => `${nth} `).join("")

/** A stream whose reader takes one batch and then stands still. */
const standingStill = (kernel: Kernel["Service"], input: LlmRequestInput = request) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const pull = yield* Effect.provideService(kernel.open(input), Scope.Scope, scope)
    const first = yield* pull
    return { pull, first, leave: Scope.close(scope, Exit.interrupt()) }
  })

describe("a call whose stream others may follow", () => {
  it.effect("is read at the pace of its caller, and ahead only while others want more and there is room", () =>
    Effect.gen(function* () {
      const { plugin, tell, text } = sharing({}, 500)
      const { plugin: one, state } = counting(100)
      yield* Effect.provide(
        Effect.gen(function* () {
          const { pull, first } = yield* standingStill(yield* Kernel)
          yield* settle
          const alone = state.taken
          assert.isBelow(alone, 4)
          tell("enough")
          yield* settle
          assert.strictEqual(state.taken, alone)
          tell("more")
          yield* settle
          // 500 bytes are a few pieces of 60.
          assert.isAbove(state.taken, alone + 2)
          assert.isBelow(state.taken, 20)
          const ahead = state.taken
          tell("none")
          const parts = [...first, ...(yield* pull)]
          yield* settle
          assert.strictEqual(state.taken, ahead)
          yield* Effect.ignore(Effect.forever(Effect.map(pull, (batch) => void parts.push(...batch))))
          assert.strictEqual(text(), words(100))
          assert.strictEqual(textOf(foldCall(parts).content), words(100))
        }),
        within([one, plugin]),
      )
    }),
  )

  it.effect("goes on when its caller leaves, and ends once, with its answer", () =>
    Effect.gen(function* () {
      const { plugin, tell, text, log } = sharing({}, 0)
      const { plugin: one, state } = counting(50)
      const { plugin: watch, ended } = watching()
      yield* Effect.provide(
        Effect.gen(function* () {
          const { leave } = yield* standingStill(yield* Kernel)
          tell("more")
          yield* leave
          yield* until(() => ended.length === 1)
          assert.deepStrictEqual([text(), state.taken, state.closed], [words(50), 50, 1])
          assert.deepStrictEqual(log, ["share", "store", "release"])
          const [outcome] = ended
          assert.strictEqual(textOf(outcome?.response?.content ?? []), words(50))
          assert.isTrue(outcome?.interrupted)
          assert.include(JSON.stringify(outcome?.response?.route.decisions), "its caller left, and others follow")
        }),
        within([one, plugin, watch]),
      )
      assert.strictEqual(ended.length, 1)
    }),
  )

  it.effect("waits while they have enough, and ends when nobody follows any more", () =>
    Effect.gen(function* () {
      const { plugin, tell, log } = sharing()
      const { plugin: one, state } = counting(1000)
      const { plugin: watch, ended } = watching()
      yield* Effect.provide(
        Effect.gen(function* () {
          const { leave } = yield* standingStill(yield* Kernel)
          tell("enough")
          yield* leave
          yield* settle
          assert.isBelow(state.taken, 4)
          assert.deepStrictEqual([state.closed, ended.length], [0, 0])
          tell("none")
          yield* until(() => ended.length === 1)
          assert.deepStrictEqual([state.closed, log], [1, ["share", "release"]])
          assert.deepInclude(ended[0], { interrupted: true })
          assert.isUndefined(ended[0]?.response)
        }),
        within([one, plugin, watch]),
      )
    }),
  )

  it.effect("fails after its caller left: it is told, with the failure", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<never, LlmError>()
      const { plugin, tell } = sharing()
      const { plugin: one } = counting(3, Stream.fromEffect(Deferred.await(gate)))
      const { plugin: watch, ended } = watching()
      yield* Effect.provide(
        Effect.gen(function* () {
          const { leave } = yield* standingStill(yield* Kernel)
          tell("more")
          yield* leave
          yield* Deferred.fail(gate, ill())
          yield* until(() => ended.length === 1)
          assert.strictEqual(ended[0]?.error?.reason._tag, "Truncated")
        }),
        within([one, plugin, watch]),
      )
    }),
  )

  it.effect("never lasts longer than its deadline, whatever holds it up", () =>
    Effect.gen(function* () {
      const { plugin, tell } = sharing()
      const { plugin: one, state } = counting(1000)
      const { plugin: watch, ended } = watching()
      yield* Effect.provide(
        Effect.gen(function* () {
          const { leave } = yield* standingStill(yield* Kernel, { ...request, policy: { deadline: 5000 } })
          // They follow, but want nothing: a follower that stands still.
          tell("enough")
          yield* leave
          yield* TestClock.adjust(4900)
          assert.deepStrictEqual([state.closed, ended.length], [0, 0])
          yield* TestClock.adjust(1200)
          yield* until(() => ended.length === 1)
          assert.strictEqual(state.closed, 1)
        }),
        within([one, plugin, watch]),
      )
    }),
  )

  it.effect("ends with the stack", () =>
    Effect.gen(function* () {
      const { plugin, tell, log } = sharing()
      const { plugin: one, state } = counting(3, Stream.never)
      const { plugin: watch, ended } = watching()
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(within([one, plugin, watch]), scope)
      const { leave } = yield* standingStill(Context.get(context, Kernel))
      tell("more")
      yield* leave
      yield* settle
      assert.deepStrictEqual([state.closed, ended.length], [0, 0])
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual([state.closed, ended.length, log], [1, 1, ["share", "release"]])
      // And one whose caller leaves only then ends at once.
      const late = yield* standingStill(Context.get(context, Kernel))
      tell("more")
      yield* late.leave
      assert.deepStrictEqual([state.closed, ended.length], [2, 2])
    }),
  )

  it.effect("loses no part with a reader who gave up waiting and comes back", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const rest = Stream.concat(Stream.fromEffectDrain(Deferred.await(gate)), Stream.make(delta("late"), finish()))
      const { plugin } = sharing()
      const { plugin: one } = counting(1, rest)
      yield* Effect.provide(
        Effect.gen(function* () {
          const { pull, first } = yield* standingStill(yield* Kernel)
          const parts = [...first]
          const impatient = yield* Effect.forkChild(Effect.timeoutOption(pull, 1000))
          yield* settle
          yield* TestClock.adjust(1000)
          assert.isTrue(Option.isNone(yield* Fiber.join(impatient)))
          yield* Deferred.succeed(gate, undefined)
          yield* settle
          yield* Effect.ignore(Effect.forever(Effect.map(pull, (batch) => void parts.push(...batch))))
          assert.strictEqual(textOf(foldCall(parts).content), "0 late")
        }),
        within([one, plugin]),
      )
    }),
  )

  it.effect("is an ordinary call where nobody may follow it, and where the cache fails", () =>
    Effect.gen(function* () {
      const broken: ReadonlyArray<Partial<Cache>> = [
        { share: () => Effect.undefined },
        { share: () => Effect.die(new TypeError("broken")) },
        { share: () => Effect.succeed(100), progress: () => Effect.die("broken"), release: () => Effect.die("broken") },
      ]
      for (const more of broken) {
        const { plugin: one, state } = counting(5)
        yield* Effect.provide(
          Effect.gen(function* () {
            const kernel = yield* Kernel
            const { leave } = yield* standingStill(kernel)
            yield* leave
            assert.deepStrictEqual([state.taken < 4, state.closed], [true, 1])
            const whole = foldCall(yield* Stream.runCollect(kernel.stream(request)))
            assert.strictEqual(textOf(whole.content), words(5))
          }),
          within([one, sharing(more).plugin]),
        )
      }
    }),
  )
})

describe("a call that looks nothing up", () => {
  const asking = (mode: "read-write" | "read-only" | "write-only" | "refresh" | "off") => ({
    ...request,
    policy: { cache: { mode } },
  })

  it.effect("tells the cache that it begins, and that it is over", () =>
    Effect.gen(function* () {
      const expected = {
        "read-write": ["store", "release"],
        "read-only": ["release"],
        "write-only": ["begin", "store", "release"],
        refresh: ["begin", "store", "release"],
        off: [],
      } as const
      for (const mode of ["read-write", "read-only", "write-only", "refresh", "off"] as const) {
        const { plugin, log } = sharing()
        yield* generate([plug("provider", saying("x")), plugin], asking(mode))
        assert.deepStrictEqual(log, [...expected[mode]], mode)
      }
    }),
  )

  it.effect("costs a warning where the cache fails at that", () =>
    Effect.gen(function* () {
      const { plugin } = sharing({ begin: () => Effect.fail(ill("no")) })
      const { warnings, content } = yield* generate([plug("provider", saying("x")), plugin], asking("refresh"))
      assert.deepStrictEqual([textOf(content), warnings.length], ["x", 1])
    }),
  )
})
