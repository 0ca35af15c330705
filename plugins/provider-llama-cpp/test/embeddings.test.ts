import { assert, it } from "@effect/vitest"
import type { KernelShape } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { greedy, tiny, tinyPath, using, withNative } from "./native.ts"

const models = { tiny, vectors: { path: tinyPath, contextSize: 256, threads: 1, embedding: true } }
const embed = (inputs: ReadonlyArray<string>, more: { readonly dimensions?: number; readonly model?: string } = {}) =>
  using((kernel) => kernel.embed({ model: "local/vectors", inputs, ...more }), models)

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

withNative("embeddings", () => {
  it.live("are vectors of length 1 in the order of the inputs, counted", () =>
    Effect.gen(function* () {
      const texts = ["one", "two", "one", ...Array.from({ length: 40 }, (_, index) => `text ${index}`)]
      const { vectors, dimensions, usage } = yield* embed(texts)
      assert.strictEqual(dimensions, 32)
      assert.strictEqual(vectors.length, texts.length)
      for (const vector of vectors) {
        assert.strictEqual(vector.length, 32)
        assert.closeTo(dot(vector, vector), 1, 1e-5)
      }
      const [one, two, again] = vectors
      if (one === undefined || two === undefined || again === undefined) return assert.fail("three vectors")
      assert.closeTo(dot(one, again), 1, 1e-5)
      assert.isBelow(dot(one, two), 0.999)
      const counts = yield* Effect.forEach(["one", "two"], (text) =>
        Effect.map(embed([text]), (of) => of.usage.input.total),
      )
      assert.deepStrictEqual(counts, [5, 5], "a beginning, a space and each letter")
      assert.deepStrictEqual(usage.input, { total: 365 })
    }),
  )

  it.live("of a size that the model does not have are refused", () =>
    Effect.gen(function* () {
      const { vectors } = yield* embed(["one"], { dimensions: 32 })
      assert.strictEqual(vectors.length, 1)
      const { reason } = yield* Effect.flip(embed(["one"], { dimensions: 8 }))
      assert.strictEqual(reason._tag, "Unsupported")
      assert.match(reason.message, /32.*8/)
    }),
  )

  it.live("of nothing, or of more than the context holds, are told by the input's place", () =>
    Effect.gen(function* () {
      const empty = yield* Effect.flip(embed(["one", ""]))
      assert.strictEqual(empty.reason._tag, "InvalidRequest")
      assert.include(empty.message, "inputs[1]")
      const long = yield* Effect.flip(embed(["one", "two", "x".repeat(400)]))
      assert.strictEqual(long.reason._tag, "ContextTooLong")
      assert.include(long.message, "inputs[2]")
    }),
  )

  it.live("come from embedding models, and answers from the others", () =>
    Effect.gen(function* () {
      const notChat = yield* Effect.flip(embed(["one"], { model: "local/tiny" }))
      assert.strictEqual(notChat.reason._tag, "Unsupported")
      assert.include(notChat.message, "embedding: true")
      const ask = (kernel: KernelShape) => kernel.generate({ ...greedy, model: "local/vectors", prompt: "Hi" })
      const notEmbed = yield* Effect.flip(using(ask, models))
      assert.strictEqual(notEmbed.reason._tag, "Unsupported")
    }),
  )

  it.live("end between two inputs when they are interrupted", () =>
    using(
      (kernel) =>
        Effect.gen(function* () {
          const call = kernel.embed({ model: "local/vectors", inputs: Array.from({ length: 2000 }, () => "a text") })
          const fiber = yield* Effect.forkChild(call, { startImmediately: true })
          yield* Effect.timeout(Fiber.interrupt(fiber), 1000)
          const { vectors } = yield* kernel.embed({ model: "local/vectors", inputs: ["one"] })
          assert.strictEqual(vectors.length, 1)
        }),
      models,
    ),
  )
})
