import { assert, describe, it } from "@effect/vitest"
import { embedOne, makeExactStore, stampOf } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { loadWordsEmbedder } from "../src/index.ts"
import { cosineOf } from "./cosineOf.ts"
import { fileWith, tableBytes } from "./tables.ts"

const small = tableBytes({ the: [9, 9, 9], car: [100, 5, 0], automobile: [95, 0, 5], moon: [0, 5, 100] })
const loaded = Effect.flatMap(fileWith(small), (table) => loadWordsEmbedder({ table }))

describe("local/words, on a table of four words", () => {
  it.effect("words near in the table are near, others are not; spellings help with words it does not know", () =>
    Effect.gen(function* () {
      const embedder = yield* loaded
      assert.strictEqual(embedder.dimensions, 3 + 156)
      const alike = Effect.fnUntraced(function* (a: string, b: string) {
        return cosineOf(yield* embedOne(embedder, a), yield* embedOne(embedder, b))
      })
      assert.isAbove(yield* alike("the car", "an Automobile"), yield* alike("the car", "the moon"))
      assert.isAbove(yield* alike("kubernets", "Kubernetes"), 0.5)
      assert.isBelow(yield* alike("kubernets", "zeppelin"), 0.3)
    }),
  )

  it.effect("vectors have length 1, also of nothing and of nothing that it knows", () =>
    Effect.gen(function* () {
      const embedder = yield* loaded
      for (const text of ["", "?!", "car", "the the the", "Öl", "東京", "car moon qwertz"]) {
        const vector = yield* embedOne(embedder, text)
        assert.closeTo(cosineOf(vector, vector), 1, 1e-5, text)
      }
      assert.deepStrictEqual(yield* embedOne(embedder, ""), yield* embedOne(embedder, "?!"))
    }),
  )

  it.effect("another table is another embedder: a store refuses to mix them", () =>
    Effect.gen(function* () {
      const one = yield* loaded
      const path = yield* fileWith(tableBytes({ the: [9, 9, 9], car: [100, 5, 1] }))
      const two = yield* loadWordsEmbedder({ table: path })
      assert.match(one.version, /^1-[0-9a-f]{8}$/)
      assert.notStrictEqual(one.version, two.version)
      const store = yield* makeExactStore()
      const put = (embedder: typeof one) =>
        Effect.flatMap(embedOne(embedder, "car"), (vector) =>
          store.upsert({ stamp: stampOf(embedder), records: [{ id: "car", vector }] }),
        )
      yield* put(one)
      assert.include((yield* Effect.flip(put(two))).message, "cannot be compared")
    }),
  )

  const broken: ReadonlyArray<readonly [name: string, bytes: Uint8Array, says: string]> = [
    ["no bytes", Buffer.alloc(0), "does not begin with SWV1"],
    ["another file", Buffer.from("PK\u0003\u0004 something else entirely"), "does not begin with SWV1"],
    ["a table cut short", small.subarray(0, -3), `has ${small.length - 3} bytes, and should have ${small.length}`],
    ["a table with more behind it", Buffer.concat([small, Buffer.from("x")]), "should have"],
    [
      "a table with a word too few",
      Buffer.from(small.toString("latin1").replace("car\n", "car "), "latin1"),
      "has 3 words",
    ],
  ]
  it.effect.each(broken.map(([name, bytes, says]) => ({ name, bytes, says })))("refuses $name", ({ bytes, says }) =>
    Effect.gen(function* () {
      const table = yield* fileWith(bytes)
      const error = yield* Effect.flip(loadWordsEmbedder({ table }))
      assert.include(error.message, says)
      assert.include(error.message, table)
      assert.strictEqual(error.recovery, "none")
    }),
  )

  it.effect("a path where nothing is, or a folder, is told as such", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(loadWordsEmbedder({ table: "/no/such/table.bin" }))
      assert.include(missing.message, "there is no word table /no/such/table.bin. Correct the path")
      const folder = yield* Effect.flip(loadWordsEmbedder({ table: import.meta.dirname }))
      assert.include(folder.message, "cannot be read")
    }),
  )
})
