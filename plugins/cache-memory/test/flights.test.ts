import { assert, describe, it } from "@effect/vitest"
import { fold, foldCall, LlmError, type StreamPart, textOf } from "@switchyard/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { answer, counted, ill, partsOf, plug, provider, request, standing, until } from "./stubs.ts"

const many = 100

describe("many who ask the same", () => {
  it.effect("make one call upstream, and get its answer", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { plugin, state } = provider()
      state.say = (call) => Effect.as(Deferred.await(gate), answer(`answer ${call}`))
      const { ask, control } = yield* standing([plugin])
      const fibers = yield* Effect.forEach(Array.from({ length: many }), () => Effect.forkChild(ask()))
      yield* counted(control, ({ joined }) => joined === many - 1)
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(new Set(answers), new Set(["answer 1"]))
      assert.strictEqual(state.calls, 1)
      const { misses, joined, hits, savedUsd } = yield* control.stats
      assert.deepStrictEqual([misses, joined, hits], [1, many - 1, 0])
      // 1,000 tokens in at 2 USD and 100 out at 10 USD a million are 0.003 USD.
      assert.approximately(savedUsd, 0.003 * (many - 1), 1e-9)
    }).pipe(Effect.scoped),
  )

  it.effect("do not follow another tenant's, another question's or a read-only call", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { plugin, state } = provider()
      state.say = (call) => Effect.as(Deferred.await(gate), answer(`answer ${call}`))
      const { ask } = yield* standing([plugin])
      const readOnly = { policy: { cache: { mode: "read-only" as const } } }
      const inputs = [
        readOnly,
        {},
        { tenant: "a" },
        { tenant: "b" },
        { prompt: "other" },
        { temperature: 1 },
        { temperature: 1 },
      ]
      const fibers = yield* Effect.forEach(inputs, (input) => Effect.forkChild(ask(input)))
      yield* until(() => state.calls === inputs.length)
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(fibers, Fiber.join)
      assert.strictEqual(new Set(answers).size, inputs.length)
    }).pipe(Effect.scoped),
  )

  it.effect("one who leaves does not cancel the others, the first included", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { plugin, state } = provider()
      state.say = (call) => Effect.as(Deferred.await(gate), answer(`answer ${call}`))
      const { ask, control } = yield* standing([plugin])
      const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () => Effect.forkChild(ask()))
      yield* counted(control, ({ joined }) => joined === 19)
      const [leader, follower, ...rest] = fibers
      assert(leader && follower)
      yield* Fiber.interrupt(follower)
      assert.deepStrictEqual([state.calls, state.cancelled], [1, 0])
      yield* Fiber.interrupt(leader)
      // One of those who are left asks, and the others follow it.
      yield* counted(control, ({ joined }) => joined === 19 + 17)
      assert.deepStrictEqual([state.calls, state.cancelled], [2, 1])
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(rest, Fiber.join)
      assert.deepStrictEqual(new Set(answers), new Set(["answer 2"]))
    }).pipe(Effect.scoped),
  )

  it.effect("when the provider is ill they do not wait for one failure after the other", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.say = () => Effect.andThen(Effect.sleep(1000), Effect.fail(ill()))
      const { ask, control } = yield* standing([plugin])
      const fibers = yield* Effect.forEach(Array.from({ length: 30 }), () => Effect.forkChild(Effect.exit(ask())))
      yield* counted(control, ({ joined }) => joined === 29)
      for (const joined of [29 + 28, 29 + 28 + 27]) {
        yield* TestClock.adjust(1000)
        yield* counted(control, (stats) => stats.joined === joined)
      }
      yield* TestClock.adjust(1000)
      yield* until(() => state.calls === 30)
      yield* TestClock.adjust(1000)
      const exits = yield* Effect.forEach(fibers, Fiber.join)
      assert.isTrue(exits.every(Exit.isFailure))
      assert.strictEqual(state.calls, 30)
    }).pipe(Effect.scoped),
  )
})

/** A provider whose stream stops in the middle until it may go on. */
const gated = Effect.gen(function* () {
  const gate = yield* Deferred.make<void, LlmError>()
  const parts = partsOf(["one ", "two ", "three ", "four"])
  const state = { calls: 0, cancelled: 0 }
  const stream = () =>
    Stream.unwrap(
      Effect.sync(() => {
        state.calls++
        const [head, tail] = [parts.slice(0, 4), parts.slice(4)]
        const waiting = Effect.onInterrupt(Deferred.await(gate), () => Effect.sync(() => void state.cancelled++))
        return Stream.concat(
          Stream.rechunk(Stream.fromArray(head), 1),
          Stream.concat(Stream.fromEffectDrain(waiting), Stream.rechunk(Stream.fromArray(tail), 1)),
        )
      }),
    )
  const plugin = plug("provider", { id: "p", models: ["m"], describe: () => undefined, stream })
  return { plugin, state, gate }
})

const seen = () => {
  const parts: Array<StreamPart> = []
  const collect = <E>(stream: Stream.Stream<StreamPart, E>) =>
    Stream.runForEach(stream, (part) => Effect.sync(() => void parts.push(part)))
  const text = () => parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("")
  return { parts, collect, text }
}

describe("streams", () => {
  it.effect("a call that joins gets the parts so far, then follows, part by part", () =>
    Effect.gen(function* () {
      const { plugin, state, gate } = yield* gated
      const { stream, call, control } = yield* standing([plugin])
      const [leader, joiner] = [seen(), seen()]
      const first = yield* Effect.forkChild(leader.collect(stream()))
      yield* until(() => leader.text() === "one two ")
      const second = yield* Effect.forkChild(joiner.collect(stream()))
      const whole = yield* Effect.forkChild(call())
      const held = yield* Effect.forkChild(Stream.runCollect(stream({ policy: { stream: "hold" } })))
      yield* until(() => joiner.text() === "one two ")
      yield* counted(control, ({ joined }) => joined === 3)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(first)
      yield* Fiber.join(second)
      const types = ({ parts }: typeof leader) => parts.map(({ type }) => type)
      assert.deepStrictEqual(types(joiner), types(leader))
      assert.strictEqual(joiner.text(), "one two three four")
      const finish = joiner.parts.at(-1)
      assert(finish?.type === "finish")
      assert.deepInclude(finish, { provider: "p" })
      assert.strictEqual(finish.cached?.kind, "flight")
      assert.strictEqual(textOf((yield* Fiber.join(whole)).content), "one two three four")
      assert.strictEqual(textOf(fold(yield* Fiber.join(held), "m").content), "one two three four")
      assert.strictEqual(state.calls, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("one who leaves cancels nothing, the leader included, as long as one of them is there", () =>
    Effect.gen(function* () {
      const { plugin, state, gate } = yield* gated
      const { stream, ask, control } = yield* standing([plugin])
      const [leader, leaving, following] = [seen(), seen(), seen()]
      const first = yield* Effect.forkChild(leader.collect(stream()))
      yield* until(() => leader.text() === "one two ")
      const second = yield* Effect.forkChild(leaving.collect(stream()))
      const third = yield* Effect.forkChild(following.collect(stream()))
      const fourth = yield* Effect.forkChild(ask())
      yield* counted(control, ({ joined }) => joined === 3)
      yield* until(() => following.text() === "one two ")
      yield* Fiber.interrupt(second)
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual([state.calls, state.cancelled], [1, 0])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(third)
      assert.strictEqual(following.text(), "one two three four")
      assert.strictEqual(yield* Fiber.join(fourth), "one two three four")
      assert.deepStrictEqual([leader.text(), leaving.text()], ["one two ", "one two "])
      assert.deepStrictEqual([state.calls, state.cancelled, (yield* control.stats).entries], [1, 0, 1])
    }).pipe(Effect.scoped),
  )

  it.effect("when the last one leaves the provider is interrupted, and the next who asks leads", () =>
    Effect.gen(function* () {
      const { plugin, state, gate } = yield* gated
      const { stream, ask, control } = yield* standing([plugin])
      const [leader, following] = [seen(), seen()]
      const first = yield* Effect.forkChild(leader.collect(stream()))
      yield* until(() => leader.text() === "one two ")
      const second = yield* Effect.forkChild(following.collect(stream()))
      yield* until(() => following.text() === "one two ")
      yield* Fiber.interrupt(first)
      assert.strictEqual(state.cancelled, 0)
      yield* Fiber.interrupt(second)
      yield* until(() => state.cancelled === 1)
      const third = yield* Effect.forkChild(ask())
      yield* until(() => state.calls === 2)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(third), "one two three four")
      assert.deepStrictEqual([(yield* control.stats).joined, state.cancelled], [1, 1])
    }).pipe(Effect.scoped),
  )

  it.effect("when the leader fails, nobody takes half for whole, and who was handed nothing asks", () =>
    Effect.gen(function* () {
      const { plugin, state, gate } = yield* gated
      const { stream, ask, control } = yield* standing([plugin])
      const [leader, following] = [seen(), seen()]
      const first = yield* Effect.forkChild(Effect.flip(leader.collect(stream())))
      yield* until(() => leader.text() === "one two ")
      const second = yield* Effect.forkChild(Effect.flip(following.collect(stream())))
      const third = yield* Effect.forkChild(Effect.exit(ask()))
      yield* counted(control, ({ joined }) => joined === 2)
      yield* until(() => following.text() === "one two ")
      yield* Deferred.fail(gate, ill())
      assert.strictEqual((yield* Fiber.join(first)).reason._tag, "Truncated")
      assert.strictEqual((yield* Fiber.join(second)).reason._tag, "Truncated")
      assert.isTrue(Exit.isFailure(yield* Fiber.join(third)))
      assert.deepStrictEqual([state.calls, (yield* control.stats).entries], [2, 0])
    }).pipe(Effect.scoped),
  )

  it.effect("a leader who reads slowly holds up nobody, and gets all of it in its own time", () =>
    Effect.gen(function* () {
      const words = Array.from({ length: 50 }, (_, nth) => `word${nth} `)
      let calls = 0
      const stream = () =>
        Stream.suspend(() => {
          calls++
          return Stream.rechunk(Stream.fromArray([...partsOf(words)]), 1)
        })
      const plugin = plug("provider", { id: "p", models: ["m"], describe: () => undefined, stream })
      const { stream: ask, collect, control } = yield* standing([plugin])
      const leader = seen()
      const reading = Stream.tap(ask(), () => Effect.sleep(1000))
      const first = yield* Effect.forkChild(leader.collect(reading))
      yield* counted(control, ({ misses }) => misses === 1)
      yield* TestClock.adjust(3000)
      yield* until(() => leader.text() === "word0 ")
      const others = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(collect()))
      // No time passes.
      for (const other of others) {
        assert.strictEqual(textOf(foldCall(yield* Fiber.join(other)).content), words.join(""))
      }
      assert.deepStrictEqual([leader.text(), calls, (yield* control.stats).entries], ["word0 ", 1, 1])
      yield* TestClock.adjust(60_000)
      yield* Fiber.join(first)
      assert.strictEqual(leader.text(), words.join(""))
    }).pipe(Effect.scoped),
  )

  it.effect("an answer too long to be held is followed by those who are there, and by nobody who comes later", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      let calls = 0
      const stream = () =>
        Stream.unwrap(
          Effect.sync(() => {
            const parts = partsOf([`${++calls} `, "x".repeat(3000), "end"])
            const [head, tail] = [parts.slice(0, 3), parts.slice(3)]
            const paused = Stream.concat(Stream.fromArray(head), Stream.fromEffectDrain(Deferred.await(gate)))
            return Stream.concat(paused, Stream.concat(Stream.rechunk(Stream.fromArray(tail), 1), Stream.never))
          }),
        )
      const plugin = plug("provider", { id: "p", models: ["m"], describe: () => undefined, stream })
      const { stream: ask, control } = yield* standing([plugin], { maxEntryBytes: 2000 })
      const [leader, early, late] = [seen(), seen(), seen()]
      yield* Effect.forkChild(leader.collect(ask()))
      yield* until(() => leader.text() === "1 ")
      yield* Effect.forkChild(early.collect(ask()))
      yield* until(() => early.text() === "1 ")
      yield* Deferred.succeed(gate, undefined)
      yield* until(() => early.text().endsWith("end"))
      yield* Effect.forkChild(late.collect(ask()))
      yield* until(() => late.text().endsWith("end"))
      assert.deepStrictEqual([early.text()[0], late.text()[0], calls], ["1", "2", 2])
      assert.strictEqual((yield* control.stats).joined, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("a cut stream is not kept", () =>
    Effect.gen(function* () {
      const { plugin, gate } = yield* gated
      const { collect, control } = yield* standing([plugin])
      yield* Deferred.fail(gate, LlmError.make({ _tag: "Network", message: "reset" }))
      assert.strictEqual((yield* Effect.flip(collect())).reason._tag, "Truncated")
      assert.strictEqual((yield* control.stats).entries, 0)
    }).pipe(Effect.scoped),
  )

  it.effect("a leader that begins again is followed by those who may, and left by those who may not", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      let calls = 0
      const stream = () =>
        Stream.unwrap(
          Effect.sync(() => {
            const broken = Stream.concat(
              Stream.rechunk(Stream.fromArray(partsOf(["void "]).slice(0, 3)), 1),
              Stream.concat(Stream.fromEffectDrain(Deferred.await(gate)), Stream.fail(ill())),
            )
            return calls++ === 0 ? broken : Stream.fromArray([...partsOf(["good"])])
          }),
        )
      const plugin = plug("provider", { id: "p", models: ["m"], describe: () => undefined, stream })
      const again = plug("failover", {
        run: ([first], dispatch) => dispatch(first),
        rescue: () => Effect.succeed({ _tag: "Restart", candidates: [{ provider: "p", model: "m" }] }),
      })
      const { stream: ask, call, control } = yield* standing([plugin, again])
      const restart = { policy: { stream: "restart" as const } }
      const [leader, willing, strict] = [seen(), seen(), seen()]
      const first = yield* Effect.forkChild(leader.collect(ask(restart)))
      yield* until(() => leader.text() === "void ")
      const second = yield* Effect.forkChild(willing.collect(ask(restart)))
      const third = yield* Effect.forkChild(Effect.exit(strict.collect(ask())))
      const whole = yield* Effect.forkChild(call())
      yield* counted(control, ({ joined }) => joined === 3)
      yield* until(() => strict.text() === "void " && willing.text() === "void ")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(first)
      yield* Fiber.join(second)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(third)))
      assert.strictEqual(strict.text(), "void ")
      assert.strictEqual(textOf(fold(willing.parts, "m").content), "good")
      assert.strictEqual(textOf((yield* Fiber.join(whole)).content), "good")
      assert.strictEqual(calls, 2)
    }).pipe(Effect.scoped),
  )

  it.effect("who follows a leader that stands still gives up after its time", () =>
    Effect.gen(function* () {
      const { plugin } = yield* gated
      const { stream, control } = yield* standing([plugin], { joinIdleMs: 5000 })
      const [leader, follower] = [seen(), seen()]
      yield* Effect.forkChild(leader.collect(stream()))
      yield* until(() => leader.text() === "one two ")
      const second = yield* Effect.forkChild(Effect.flip(follower.collect(stream())))
      yield* counted(control, ({ joined }) => joined === 1)
      yield* until(() => follower.text() === "one two ")
      yield* TestClock.adjust(5000)
      const error = yield* Fiber.join(second)
      assert.include(error.message, "nothing within 5000 ms")
    }).pipe(Effect.scoped),
  )

  it.effect("a kept answer comes as the same parts, at once or at a pace", () =>
    Effect.gen(function* () {
      const text = "Grüße 👩‍👩‍👧 an alle. ".repeat(10)
      const parts = partsOf([text])
      const plugin = plug("provider", {
        id: "p",
        models: ["m"],
        describe: () => undefined,
        stream: () => Stream.fromArray([...parts]),
      })
      const fast = yield* standing([plugin])
      const first = fold(yield* fast.collect(), "m")
      const again = fold(yield* fast.collect(), "m")
      assert.deepStrictEqual([again.content, again.usage, again.finish], [first.content, first.usage, first.finish])
      const slow = yield* standing([plugin], { replayCharactersPerSecond: 100 })
      yield* slow.collect()
      const reader = seen()
      const reading = yield* Effect.forkChild(reader.collect(slow.stream()))
      yield* counted(slow.control, ({ hits }) => hits === 1)
      yield* TestClock.adjust(1000)
      yield* until(() => reader.text().length > 50)
      assert.isBelow(reader.text().length, 120)
      assert.strictEqual(text.startsWith(reader.text()), true)
      yield* TestClock.adjust(10_000)
      yield* Fiber.join(reading)
      assert.strictEqual(reader.text(), text)
      const whole = yield* slow.kernel.generate(request)
      assert.strictEqual(textOf(whole.content), text)
    }).pipe(Effect.scoped),
  )
})

it.effect("an answer that was asked for before its like was dropped is not kept, and nobody follows it any more", () =>
  Effect.gen(function* () {
    const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const { plugin, state } = provider()
    state.say = (call) =>
      Effect.as(Deferred.await(gates[call - 1] ?? assert.fail("a third call")), answer(`answer ${call}`))
    const { ask, control } = yield* standing([plugin])
    const tagged = { tags: { doc: "7" } }
    const first = yield* Effect.forkChild(ask(tagged))
    yield* until(() => state.calls === 1)
    yield* control.invalidate({ tag: { name: "doc", value: "7" } })
    const second = yield* Effect.forkChild(ask(tagged))
    yield* until(() => state.calls === 2)
    yield* Deferred.done(gates[0] ?? assert.fail(), Exit.void)
    assert.strictEqual(yield* Fiber.join(first), "answer 1")
    assert.strictEqual((yield* control.stats).entries, 0)
    yield* Deferred.done(gates[1] ?? assert.fail(), Exit.void)
    yield* Fiber.join(second)
    assert.strictEqual(yield* ask(), "answer 2")
  }).pipe(Effect.scoped),
)
