import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel, textOf } from "@switchyard/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { LlamaContextSequence, LlamaModel } from "node-llama-cpp"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { llamaCpp } from "../src/index.ts"
import { fileOf, folderOf, greedy, llama, type Models, tiny, tinyPath, using, withNative } from "./native.ts"
import { tinyGguf } from "@switchyard/testkit"

const long = { ...greedy, prompt: "Hi", maxOutputTokens: 900 }

/** The real instance; what it loads is seen, and `onPiece` is told of each piece of a prompt that it has evaluated. */
const watched = (onPiece: (sequence: LlamaContextSequence) => void = () => {}) => {
  const models: Array<LlamaModel> = []
  if (llama === undefined) throw new Error("only called where the native code is")
  const watch = (model: LlamaModel) => {
    models.push(model)
    const createContext = model.createContext.bind(model)
    model.createContext = async (options) => {
      const context = await createContext(options)
      const getSequence = context.getSequence.bind(context)
      context.getSequence = (given) => {
        const sequence = getSequence(given)
        const evaluate = sequence.evaluateWithoutGeneratingNewTokens.bind(sequence)
        sequence.evaluateWithoutGeneratingNewTokens = async (...args) => {
          await evaluate(...args)
          onPiece(sequence)
        }
        return sequence
      }
      return context
    }
    return model
  }
  const instance = new Proxy(llama, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== "function") return value
      if (key !== "loadModel") return value.bind(target)
      return async (...args: Parameters<typeof target.loadModel>) => watch(await target.loadModel(...args))
    },
  })
  return { instance, models }
}

const soon = <A, E>(effect: Effect.Effect<A, E>) => Effect.timeout(effect, 8000)

withNative("a stack", () => {
  it.live("loads a model once for all calls that come at the same time, and unloads it when it closes", () =>
    Effect.gen(function* () {
      const { instance, models } = watched()
      const plugin = llamaCpp({ models: { tiny: { ...tiny, parallel: 4 } }, llama: instance })
      const answers = yield* Effect.provide(
        Kernel.use((kernel) =>
          Effect.forEach(
            Array.from({ length: 8 }, (_, index) => index),
            (index) => kernel.generate({ ...greedy, prompt: `Hi ${index}` }),
            { concurrency: "unbounded" },
          ),
        ),
        compose([plugin]),
      )
      assert.strictEqual(models.length, 1)
      assert.isTrue(models[0]?.disposed)
      for (const { usage, content } of answers) {
        assert.strictEqual(usage.output.total, 16)
        assert.isAbove(textOf(content).length, 0)
      }
    }),
  )

  it.live("loads each file when it is first called, and nothing before", () =>
    Effect.gen(function* () {
      const { instance, models } = watched()
      const given: Models = { one: tiny, two: { path: fileOf("two.gguf", tinyGguf({ seed: 7 })), threads: 1 } }
      yield* Effect.provide(
        Kernel.use((kernel) =>
          Effect.gen(function* () {
            assert.strictEqual(models.length, 0)
            yield* kernel.generate({ ...greedy, model: "local/two", prompt: "Hi" })
            assert.deepStrictEqual(
              models.map(({ filename }) => filename),
              ["two.gguf"],
            )
          }),
        ),
        compose([llamaCpp({ models: given, llama: instance })]),
      )
    }),
  )

  it.live("tries again to load what could not be loaded", () =>
    Effect.gen(function* () {
      const path = join(folderOf(), "late.gguf")
      rmSync(path, { force: true })
      yield* using(
        (kernel) =>
          Effect.gen(function* () {
            const ask = kernel.generate({ ...greedy, prompt: "Hi" })
            assert.strictEqual((yield* Effect.flip(ask)).reason._tag, "ModelNotFound")
            writeFileSync(path, tinyGguf().subarray(0, 100_000))
            assert.strictEqual((yield* Effect.flip(ask)).reason._tag, "Unsupported")
            writeFileSync(path, tinyGguf())
            assert.strictEqual((yield* ask).usage.output.total, 16)
          }),
        { tiny: { ...tiny, path } },
      )
    }),
  )

  it.live("that closes under a call fails it, and does not wait for its end", () =>
    Effect.gen(function* () {
      const running = yield* soon(
        using((kernel) =>
          Effect.gen(function* () {
            const begun = yield* Deferred.make<void>()
            const fiber = yield* Effect.forkDetach(
              Stream.runForEach(kernel.stream(long), () => Deferred.succeed(begun, undefined)),
            )
            yield* Deferred.await(begun)
            return fiber
          }),
        ),
      )
      const exit = yield* soon(Fiber.await(running))
      assert.isTrue(Exit.isFailure(exit))
    }),
  )

  it.live("refuses options that are wrong, and models that are not there", () =>
    Effect.gen(function* () {
      const wrong = yield* Effect.flip(
        Effect.provide(Kernel.use(Effect.succeed), compose([llamaCpp({ models: { a: { path: "x", parallel: 0 } } })])),
      )
      assert.include(String(wrong), "parallel")
      const missing = yield* Effect.flip(using((kernel) => kernel.generate({ model: "local/other", prompt: "Hi" })))
      assert.strictEqual(missing.reason._tag, "ModelNotFound")
      assert.include(missing.message, "tiny")
    }),
  )
})

withNative("interruption", () => {
  it.live("ends an answer within 50 ms, and its place is free for the next call", () =>
    using((kernel) =>
      Effect.gen(function* () {
        let best = Infinity
        // A machine under load may not run anything for longer, so the best of a few tries counts.
        for (let attempt = 0; attempt < 4 && best > 50; attempt++) {
          const begun = yield* Deferred.make<void>()
          const fiber = yield* Effect.forkChild(
            Stream.runForEach(kernel.stream(long), (part) =>
              part.type === "text-delta" ? Deferred.succeed(begun, undefined) : Effect.void,
            ),
          )
          yield* soon(Deferred.await(begun))
          const at = performance.now()
          yield* Fiber.interrupt(fiber)
          best = Math.min(best, performance.now() - at)
          const exit = yield* Fiber.await(fiber)
          assert.isTrue(Exit.hasInterrupts(exit), "it was not done before")
        }
        assert.isBelow(best, 50)
        const { usage } = yield* soon(kernel.generate({ ...greedy, prompt: "Hi" }))
        assert.strictEqual(usage.output.total, 16)
      }),
    ),
  )

  it.live("ends the evaluation of a long prompt between two pieces of it", () =>
    Effect.gen(function* () {
      const begun = Deferred.makeUnsafe<LlamaContextSequence>()
      const { instance } = watched((sequence) => Deferred.doneUnsafe(begun, Effect.succeed(sequence)))
      yield* Effect.provide(
        Kernel.use((kernel) =>
          Effect.gen(function* () {
            const ask = kernel.generate({ ...greedy, prompt: "word ".repeat(1600), maxOutputTokens: 1 })
            const fiber = yield* Effect.forkChild(ask)
            const sequence = yield* soon(Deferred.await(begun))
            yield* soon(Fiber.interrupt(fiber))
            assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)), "it was not done before")
            const evaluated = sequence.nextTokenIndex
            const { usage } = yield* soon(ask)
            assert.isAbove(usage.input.total ?? 0, 6000)
            assert.isBelow(evaluated, 3000)
          }),
        ),
        compose([llamaCpp({ models: { tiny: { ...tiny, contextSize: 16_384 } }, llama: instance })]),
      )
    }),
  )

  it.live("ends a call that waits for a free place, and not the one that has it", () =>
    using((kernel) =>
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const first = yield* Effect.forkChild(
          Effect.map(
            Stream.runCollect(Stream.tap(kernel.stream(long), () => Deferred.succeed(begun, undefined))),
            foldCall,
          ),
        )
        yield* soon(Deferred.await(begun))
        const second = yield* Effect.forkChild(kernel.generate({ ...greedy, prompt: "Hi" }), {
          startImmediately: true,
        })
        const at = performance.now()
        yield* soon(Fiber.interrupt(second))
        assert.isBelow(performance.now() - at, 1000)
        const third = yield* Effect.forkChild(kernel.generate({ ...greedy, prompt: "Hi" }))
        const { usage } = yield* Fiber.join(first)
        assert.strictEqual(usage.output.total, 900)
        assert.strictEqual((yield* soon(Fiber.join(third))).usage.output.total, 16)
      }),
    ),
  )

  it.live("of the call that began the load does not end it for the others", () =>
    Effect.gen(function* () {
      const { instance, models } = watched()
      yield* Effect.provide(
        Kernel.use((kernel) =>
          Effect.gen(function* () {
            const ask = kernel.generate({ ...greedy, prompt: "Hi" })
            const first = yield* Effect.forkChild(ask, { startImmediately: true })
            const second = yield* Effect.forkChild(ask, { startImmediately: true })
            yield* Fiber.interrupt(first)
            assert.strictEqual((yield* soon(Fiber.join(second))).usage.output.total, 16)
            assert.strictEqual(models.length, 1)
          }),
        ),
        compose([llamaCpp({ models: { tiny: { path: tinyPath, threads: 1 } }, llama: instance })]),
      )
    }),
  )
})
