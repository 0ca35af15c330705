import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel, type StreamPart, textOf } from "@switchyard/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { makeOwnCache } from "../src/OwnCache.ts"
import { plug } from "./stubs.ts"

const request = { model: "p/m", prompt: "How do I reset my password?" }

/** A stack over the cache that is used without `over`; the provider answers when it is let, streams half of it before, and ends as told. */
const stack = (finish: "stop" | "length" | "content-filter") => {
  const cache = makeOwnCache({ maxEntries: 10, ttlMs: 1000, shared: false })
  const gate = Deferred.makeUnsafe<void>()
  let calls = 0
  const provider = plug("provider", {
    id: "p",
    models: ["m"],
    describe: () => undefined,
    generate: () =>
      Effect.as(
        Effect.andThen(
          Effect.sync(() => void calls++),
          Deferred.await(gate),
        ),
        {
          content: [{ type: "text", text: `answer ${calls + 1}` }],
          finish: { unified: finish },
          usage: { input: {}, output: {} },
          warnings: [],
          model: "vendor-model",
        } as const,
      ),
    stream: () =>
      Stream.suspend(() => {
        calls++
        const half: ReadonlyArray<StreamPart> = [
          { type: "text-start", id: "0" },
          { type: "text-delta", id: "0", text: "half " },
        ]
        const rest: ReadonlyArray<StreamPart> = [
          { type: "text-delta", id: "0", text: "and half" },
          { type: "text-end", id: "0" },
          { type: "finish", reason: { unified: finish }, usage: { input: {}, output: {} } },
        ]
        const waited = Stream.fromEffectDrain(Deferred.await(gate))
        return Stream.concat(Stream.fromArray(half), Stream.concat(waited, Stream.fromArray(rest)))
      }),
  })
  const layer = compose([provider, plug("cache", cache)])
  return { cache, layer, open: Deferred.succeed(gate, undefined), calls: () => calls }
}

/** Request keys are hashed outside of the test's clock. */
const tick = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const ask = Kernel.use((kernel) => kernel.generate(request))

it.effect("keeps no answer that was cut or filtered", () =>
  Effect.gen(function* () {
    for (const finish of ["length", "content-filter"] as const) {
      const { layer, open, calls } = stack(finish)
      yield* open
      yield* Effect.provide(Effect.andThen(ask, ask), layer)
      assert.strictEqual(calls(), 2)
    }
  }),
)

it.effect("nobody who has an answer can change what others get", () =>
  Effect.gen(function* () {
    const { layer, open } = stack("stop")
    yield* open
    const texts = yield* Effect.provide(
      Effect.gen(function* () {
        const first = yield* ask
        const text = textOf(first.content)
        Object.assign(first.content[0] ?? {}, { text: "POISON" })
        const second = yield* ask
        Object.assign(second.content[0] ?? {}, { text: "POISON" })
        const third = yield* ask
        assert.strictEqual(third.cached?.kind, "exact")
        return [text, textOf(third.content)]
      }),
      layer,
    )
    assert.strictEqual(texts[0], texts[1])
  }),
)

it.effect("an answer that was on its way when such were dropped is not kept, in any mode", () =>
  Effect.gen(function* () {
    for (const mode of ["read-write", "refresh", "write-only"] as const) {
      const { cache, layer, open, calls } = stack("stop")
      yield* Effect.provide(
        Effect.gen(function* () {
          const asking = Kernel.use((kernel) => kernel.generate({ ...request, policy: { cache: { mode } } }))
          const fiber = yield* Effect.forkChild(asking, { startImmediately: true })
          while (calls() === 0) yield* Effect.yieldNow
          yield* cache.invalidate({ model: "p/m" })
          yield* open
          yield* Fiber.join(fiber)
          assert.isUndefined((yield* ask).cached)
          assert.strictEqual((yield* ask).cached?.kind, "exact")
        }),
        layer,
      )
    }
  }),
)

it.effect("a hundred who ask the same at once make one call, and one who leaves costs the others nothing", () =>
  Effect.gen(function* () {
    const { layer, open, calls } = stack("stop")
    yield* Effect.provide(
      Effect.gen(function* () {
        let decided = 0
        const { generate } = yield* Kernel
        const asked = Effect.tap(generate(request), () => Effect.sync(() => void decided++))
        const fibers = yield* Effect.forEach(Array.from({ length: 100 }), () => Effect.forkChild(asked))
        while (calls() === 0) yield* tick
        for (let turn = 0; turn < 20; turn++) yield* tick
        assert.deepStrictEqual([calls(), decided], [1, 0])
        const [leader, ...others] = fibers
        yield* Fiber.interrupt(leader ?? assert.fail())
        while (calls() === 1) yield* tick
        yield* open
        const answers = yield* Effect.forEach(others, Fiber.join)
        assert.deepStrictEqual(
          [calls(), new Set(answers.map(({ content }) => textOf(content)))],
          [2, new Set(["answer 2"])],
        )
        assert.strictEqual((yield* generate(request)).cached?.kind, "exact")
      }),
      layer,
    )
  }),
)

it.effect("ten who stream the same at once are shown what comes of one call, which goes on when the first leaves", () =>
  Effect.gen(function* () {
    const { layer, open, calls } = stack("stop")
    yield* Effect.provide(
      Effect.gen(function* () {
        const { stream } = yield* Kernel
        const seen = Array.from({ length: 10 }, (): Array<StreamPart> => [])
        const reading = (parts: Array<StreamPart>) =>
          Stream.runForEach(stream(request), (part) => Effect.sync(() => void parts.push(part)))
        const isShown = (parts: ReadonlyArray<StreamPart>) => parts.some(({ type }) => type === "text-delta")
        const [leader = assert.fail(), ...others] = yield* Effect.forEach(seen, (parts) =>
          Effect.forkChild(reading(parts)),
        )
        while (!seen.every(isShown)) yield* tick
        yield* Fiber.interrupt(leader)
        yield* open
        yield* Effect.forEach(others, Fiber.join)
        assert.strictEqual(calls(), 1)
        const [, ...whole] = seen
        assert.deepStrictEqual(
          new Set(whole.map((parts) => textOf(foldCall(parts).content))),
          new Set(["half and half"]),
        )
      }),
      layer,
    )
  }),
)

it.effect("nobody follows a call whose answer is dropped, is another tenant's, or is meant to differ", () =>
  Effect.gen(function* () {
    const { cache, layer, open, calls } = stack("stop")
    yield* Effect.provide(
      Effect.gen(function* () {
        const { generate } = yield* Kernel
        const fork = (more: object) => Effect.forkChild(generate({ ...request, ...more }))
        const first = yield* fork({})
        while (calls() < 1) yield* tick
        yield* cache.invalidate({ model: "p/m" })
        const rest = yield* Effect.forEach(
          [{}, { tenant: "" }, { tenant: "a" }, { temperature: 1 }, { temperature: 1 }],
          fork,
        )
        while (calls() < 6) yield* tick
        yield* open
        yield* Effect.forEach([first, ...rest], Fiber.join)
        assert.strictEqual(calls(), 6)
      }),
      layer,
    )
  }),
)
