// With a real model of a few hundred bytes, on the real runtime.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { embedAll, embedOne, type Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { afterAll, beforeAll } from "vitest"
import type { Transformers } from "../src/internal/transformers.ts"
import { makeOnnxEmbedder } from "../src/index.ts"
import { onnxEmbedderOf, type OnnxEmbedderOptions } from "../src/OnnxEmbedder.ts"
import { dimensions, table, window, words, writeTinyModel } from "./tinyOnnx.ts"

const library = new URL("../onnx/package.json", import.meta.url)
const skipped = !existsSync(new URL("../onnx/node_modules", import.meta.url)) && process.env["CI"] === undefined
if (skipped)
  console.log('embed-local: no ONNX runtime. To test it: "pnpm install" in plugins/embed-local/onnx (470 MB)')

const folder = join(mkdtempSync(join(tmpdir(), "switchyard-onnx-")), "tiny")
beforeAll(() => writeTinyModel(folder))
afterAll(() => rmSync(join(folder, ".."), { recursive: true }))

const make = (options: Partial<OnnxEmbedderOptions> = {}) =>
  Effect.flatMap(
    Effect.promise(
      async () => (await import(createRequire(library).resolve("@huggingface/transformers"))) as Transformers,
    ),
    (transformers) => onnxEmbedderOf(transformers, { folder, ...options }),
  )

const rowOf = (word: string): Float32Array => {
  const at = words.indexOf(word) * dimensions
  return table.slice(at, at + dimensions)
}
/** What the model gives by the mean of its tokens. */
const meanOf = (...tokens: ReadonlyArray<string>): ReadonlyArray<number> =>
  Array.from(
    { length: dimensions },
    (_, i) => tokens.reduce((sum, word) => sum + (rowOf(word)[i] ?? 0), 0) / tokens.length,
  )
const close = (vector: ArrayLike<number>, expected: ReadonlyArray<number>) => {
  assert.strictEqual(vector.length, expected.length)
  for (let i = 0; i < expected.length; i++) assert.closeTo(vector[i] ?? Number.NaN, expected[i] ?? Number.NaN, 1e-5)
}
const lengthOf = (vector: Float32Array): number => Math.hypot(...vector)

describe.skipIf(skipped)("an ONNX model from a folder", () => {
  it.effect("means its tokens, without the padding, in the order asked", () =>
    Effect.gen(function* () {
      const plain = yield* make({ normalise: false, batch: 2 })
      assert.strictEqual(plain.dimensions, dimensions)
      assert.strictEqual(plain.id, "onnx/tiny")
      const texts = ["the dog ran the dog ran", "cat", "The CAT sat", "", "the zebra"]
      const vectors = yield* embedAll(plain, texts)
      close(vectors[0] ?? [], meanOf("[CLS]", "the", "dog", "ran", "the", "dog", "ran", "[SEP]"))
      close(vectors[1] ?? [], meanOf("[CLS]", "cat", "[SEP]"))
      close(vectors[2] ?? [], meanOf("[CLS]", "the", "cat", "sat", "[SEP]"))
      close(vectors[3] ?? [], meanOf("[CLS]", "[SEP]"))
      close(vectors[4] ?? [], meanOf("[CLS]", "the", "[UNK]", "[SEP]"))
      assert.closeTo(lengthOf(yield* embedOne(yield* make(), "the cat")), 1, 1e-5)
    }),
  )

  it.effect("pools as asked, and puts prefixes before texts by their purpose", () =>
    Effect.gen(function* () {
      const first = yield* make({ pooling: "cls", normalise: false })
      close(yield* embedOne(first, "dog"), [...rowOf("[CLS]")])
      const last = yield* make({ pooling: "last", normalise: false })
      const [short] = yield* embedAll(last, ["dog", "the cat sat the cat sat"])
      close(short ?? [], [...rowOf("[SEP]")])
      const asked = yield* make({ prefixes: { query: "query: " }, normalise: false })
      close(yield* embedOne(asked, "dog", { purpose: "query" }), meanOf("[CLS]", "query", ":", "dog", "[SEP]"))
      close(yield* embedOne(asked, "dog", { purpose: "document" }), meanOf("[CLS]", "dog", "[SEP]"))
    }),
  )

  it.effect("changes its version with whatever changes its vectors", () =>
    Effect.gen(function* () {
      const versionOf = (options: Partial<OnnxEmbedderOptions>) =>
        Effect.map(make(options), ({ version }: Embedder) => version)
      const kinds: ReadonlyArray<Partial<OnnxEmbedderOptions>> = [
        {},
        { normalise: false },
        { pooling: "cls" },
        { maxTokens: 8 },
        { prefixes: { query: "q" } },
      ]
      const versions = yield* Effect.forEach(kinds, versionOf)
      assert.strictEqual(new Set(versions).size, kinds.length)
      assert.strictEqual(yield* versionOf({ batch: 3 }), versions[0])
    }),
  )

  it.effect("cuts what is longer than its window, and says so", () => {
    const said: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void said.push(String(message)))
    return Effect.gen(function* () {
      const plain = yield* make({ normalise: false })
      const exact = yield* embedOne(plain, "cat ".repeat(window - 2))
      assert.deepStrictEqual(said, [])
      close(yield* embedOne(plain, "cat ".repeat(100_000)), [...exact])
      assert.match(said.join(), /1 text was cut at 16 tokens/)
    }).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("says that it was unloaded, when it is asked after its scope", () =>
    Effect.gen(function* () {
      const embedder = yield* Effect.scoped(make())
      const { reason } = yield* Effect.flip(embedOne(embedder, "cat"))
      assert.match(reason.message, /was unloaded with its scope/)
    }),
  )

  it.effect("two at a time are two, one after the other", () =>
    Effect.gen(function* () {
      const plain = yield* make({ normalise: false, batch: 1 })
      const texts = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? "cat" : "the dog"))
      const both = yield* Effect.all([embedAll(plain, texts), embedAll(plain, texts)], { concurrency: 2 })
      for (const vectors of both) close(vectors[29] ?? [], meanOf("[CLS]", "the", "dog", "[SEP]"))
    }),
  )

  it.effect("says which file is missing or broken, and which option is wrong", () =>
    Effect.gen(function* () {
      const messageOf = (options: Partial<OnnxEmbedderOptions>) =>
        Effect.map(Effect.flip(make(options)), ({ reason }) => reason.message)
      assert.match(yield* messageOf({ folder: join(folder, "nowhere") }), /nowhere has no config\.json/)
      assert.match(yield* messageOf({ weights: "q8" }), /has no onnx.model_quantized\.onnx/)
      assert.match(yield* messageOf({ batch: 0 }), /batch must be an integer from 1/)
      // @ts-expect-error: as an author without types may write it
      assert.match(yield* messageOf({ pooling: "bogus" }), /pooling must be one of mean, cls, last/)
      // @ts-expect-error: the same
      assert.match(yield* messageOf({ weights: "toString" }), /weights must be one of/)
      const odd = join(folder, "..", "odd")
      writeTinyModel(odd)
      const pooling = join(odd, "1_Pooling", "config.json")
      writeFileSync(pooling, '{"pooling_mode_max_tokens": true}')
      assert.match(yield* messageOf({ folder: odd }), /pooling_mode_max_tokens, which is not known here/)
      writeFileSync(pooling, "half a")
      assert.match(yield* messageOf({ folder: odd }), /is no JSON object/)
      const broken = join(folder, "..", "broken")
      writeTinyModel(broken)
      writeFileSync(join(broken, "onnx", "model.onnx"), "no model")
      assert.match(yield* messageOf({ folder: broken }), /broken cannot be loaded/)
    }),
  )
})

it.effect("without the library it says what to install", () =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.flip(makeOnnxEmbedder({ folder }))
    assert.strictEqual(reason._tag, "Unsupported")
    assert.match(reason.message, /npm install @huggingface\/transformers/)
  }),
)
