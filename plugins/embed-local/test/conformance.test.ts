import { assert, describe, it } from "@effect/vitest"
import {
  type AnyPlugin,
  compose,
  contracts,
  definePlugin,
  type EmbedRequest,
  Kernel,
  type LlmError,
  Providers,
} from "@switchyard/core"
import { Embedder, embedOne, layerKernelEmbedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { embedLocal, layerHashEmbedder, layerWordsEmbedder, plugin } from "../src/index.ts"
import { cosineOf } from "./cosineOf.ts"
import { fileWith, tableBytes } from "./tables.ts"

/** A list made at run time has no types of its own; nothing in these tests needs a service from outside. */
const stackOf = (plugins: ReadonlyArray<AnyPlugin>) => compose(plugins) as Layer.Layer<Kernel, LlmError>

const kernel = <A, E>(plugins: ReadonlyArray<AnyPlugin>, use: (kernel: Kernel["Service"]) => Effect.Effect<A, E>) =>
  Effect.provide(Kernel.use(use), stackOf(plugins))

const embed = (request: Partial<EmbedRequest>, options?: Parameters<typeof embedLocal>[0]) =>
  kernel([embedLocal(options)], (kernel) => kernel.embed({ model: "local/hash", inputs: ["hello"], ...request }))

/** Options as an author without types may write them. */
const made = (options: Record<string, unknown>) => embedLocal(options)

const table = fileWith(tableBytes({ the: [9, 9], car: [100, 5] }))

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(embedLocal.manifest, {
      name: "@switchyard/embed-local",
      kind: "provider",
      contract: contracts.provider,
      permissions: ["filesystem"],
    })
    assert.strictEqual(plugin, embedLocal)
  })

  it.effect.each(
    [
      [{ dimensions: 0 }, "dimensions"],
      [{ dimensions: 16_385 }, "dimensions"],
      [{ dimensions: 1.5 }, "dimensions"],
      [{ id: "" }, "id"],
      [{ table: 5 }, "table"],
      [{ dimension: 5 }, "dimension"],
    ].map(([options, path]) => ({ options: options as Record<string, unknown>, path: path as string })),
  )("refuses $options when the stack is composed", ({ options, path }) =>
    Effect.gen(function* () {
      const stack = compose([made(options)])
      const call = Kernel.use((kernel) => kernel.embed({ model: "local/hash", inputs: ["x"] }))
      const error = yield* Effect.flip(Effect.provide(call, stack))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, `["${path}"]`)
    }),
  )

  it.effect("gives one vector per text, in their order, and counts words as tokens", () =>
    Effect.gen(function* () {
      const { vectors, dimensions, model, provider, usage } = yield* embed({ inputs: ["a b c", "", "東京", "a b c"] })
      assert.deepStrictEqual([dimensions, model, provider], [512, "hash@1", "local"])
      assert.deepStrictEqual(usage, { input: { total: 9 }, output: {} })
      assert.strictEqual(vectors.length, 4)
      assert.deepStrictEqual(vectors[0], vectors[3])
      assert.notStrictEqual(vectors[0], vectors[3])
      for (const vector of vectors) assert.closeTo(cosineOf(vector, vector), 1, 1e-5)
    }),
  )

  it.effect("obeys dimensions where it can, and refuses where it cannot", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* embed({ dimensions: 64 })).vectors[0]?.length, 64)
      assert.strictEqual((yield* embed({}, { dimensions: 32 })).vectors[0]?.length, 32)
      assert.include(
        (yield* Effect.flip(embed({ dimensions: 0 }))).message,
        "1 to 16384 dimensions, and 0 were asked for",
      )
      const words = { model: "local/words", dimensions: 64 }
      const error = yield* Effect.flip(embed(words, { table: yield* table }))
      assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : "", "dimensions")
      assert.include(error.message, "158 dimensions, and 64 were asked for")
    }),
  )

  it.effect("reads the table when it is first needed, and asks for it again after a failure", () =>
    Effect.gen(function* () {
      const path = yield* table
      const { model, dimensions } = yield* embed({ model: "local/words" }, { table: path })
      assert.match(model, /^words@1-[0-9a-f]{8}$/)
      assert.strictEqual(dimensions, 158)
      const missing = { table: `${path}.none` }
      yield* embed({}, missing)
      const error = yield* Effect.flip(embed({ model: "local/words" }, missing))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, "there is no word table")
    }),
  )

  it.effect("refuses what it has no model for, and answers", () =>
    Effect.gen(function* () {
      const unknown = yield* Effect.flip(embed({ model: "local/bert" }))
      assert.strictEqual(unknown.reason._tag, "ModelNotFound")
      assert.include(unknown.message, '"hash" and "words"')
      for (const model of ["local/hash", "local/words"]) {
        const answer = kernel([embedLocal()], (kernel) => kernel.generate({ model, prompt: "hi" }))
        assert.strictEqual((yield* Effect.flip(answer)).reason._tag, "Unsupported")
      }
    }),
  )

  it.effect('does not stand in the way of "auto"', () =>
    Effect.gen(function* () {
      const answering = definePlugin({
        manifest: { name: "answering", kind: "provider", contract: 1, permissions: [] },
        options: Schema.Struct({}),
        layer: (_, key) =>
          Layer.succeed(key, { id: "p", models: ["m"], describe: () => undefined, stream: () => Stream.empty }),
      })
      const route = yield* kernel([embedLocal(), answering()], (kernel) =>
        kernel.explain({ model: "auto", prompt: "hi" }),
      )
      assert.deepStrictEqual(
        route.candidates.map(({ provider, model }) => [provider, model]),
        [["p", "m"]],
      )
    }),
  )

  it.effect("describes its models as data, without reading anything", () =>
    Effect.gen(function* () {
      const { get } = yield* Providers
      const provider = get("local")?.provider
      assert.strictEqual(provider?.describe("words")?.price?.input, 0)
      assert.isUndefined(provider?.describe("bert"))
      assert.isUndefined(provider?.generate)
    }).pipe(Effect.provide(compose([embedLocal({ table: "/no/such/table.bin" })]))),
  )

  it.effect("two of it live beside each other under two ids", () =>
    Effect.gen(function* () {
      const plugins = [embedLocal({ dimensions: 8 }), embedLocal({ id: "wide", dimensions: 16 })]
      for (const [model, length] of [
        ["local/hash", 8],
        ["wide/hash", 16],
      ] as const) {
        const { vectors } = yield* kernel(plugins, (kernel) => kernel.embed({ model, inputs: ["x"] }))
        assert.strictEqual(vectors[0]?.length, length)
      }
    }),
  )

  it.effect("is an Embedder in three ways: by a layer of its own, by the table's, over the kernel", () =>
    Effect.gen(function* () {
      const one = Effect.flatMap(Embedder, (embedder) => embedOne(embedder, "the car"))
      const own = yield* Effect.provide(one, layerHashEmbedder({ dimensions: 64 }))
      const through = layerKernelEmbedder({ model: "local/hash", dimensions: 64, shorten: true })
      assert.deepStrictEqual(yield* Effect.provide(one, Layer.provide(through, compose([embedLocal()]))), own)
      const words = yield* Effect.provide(one, layerWordsEmbedder({ table: yield* table }))
      assert.strictEqual(words.length, 158)
    }),
  )

  it.live("interrupted between two texts, it stops", () =>
    Effect.gen(function* () {
      const inputs = Array.from({ length: 20_000 }, (_, i) => `text ${i} with some words in it`)
      const exit = yield* Effect.timeoutOption(embed({ inputs }), "5 millis")
      assert.strictEqual(exit._tag, "None")
    }),
  )
})
