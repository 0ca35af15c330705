import { crc32 } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { embedOne } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { hashEmbedder } from "../src/index.ts"
import { cosineOf } from "./cosineOf.ts"

const embedder = hashEmbedder()
const embed = (text: string): Float32Array => Effect.runSync(embedOne(embedder, text))
const alike = (a: string, b: string): number => cosineOf(embed(a), embed(b))

describe("local/hash", () => {
  it("refuses dimensions that it does not make", () => {
    for (const dimensions of [0, -1, 1.5, Number.NaN, 16_385, 1e9])
      assert.throws(() => hashEmbedder({ dimensions }), /dimensions must be an integer from 1 to 16384/)
  })

  it.prop(
    "any text has a vector of length 1, the same each time, alone or among others",
    [Schema.String, Schema.String],
    ([text, other]) => {
      const vector = embed(text)
      assert.strictEqual(vector.length, 512)
      assert.closeTo(cosineOf(vector, vector), 1, 1e-5)
      assert.deepStrictEqual(Effect.runSync(embedder.embed([other, text, text])).slice(1), [vector, vector])
    },
    { arbitrary: { seed: "hash", runs: 200 } },
  )

  it("is the same on every machine", () => {
    const sums = ["hello world", "Straße und Öl", "東京タワー", "const fooBar = HTTPServer42", ""].map((text) =>
      crc32(new Uint8Array(embed(text).buffer)).toString(16),
    )
    assert.deepStrictEqual(sums, ["25ee4b7", "7e15a85d", "22cd172d", "9939ffc7", "3a9b90cf"])
  })

  it("a text without a word has one fixed vector, and it is not NaN", () => {
    const [first, ...rest] = embed("")
    assert.strictEqual(first, 1)
    assert.isTrue(rest.every((value) => value === 0))
    for (const text of [" ", "\n\t", "...!?", "→ ★ 😀", "\ud800"]) assert.deepStrictEqual(embed(text), embed(""), text)
  })

  it("case, width and composition do not count", () => {
    for (const [a, b] of [
      ["Hello WORLD", "hello world"],
      ["ＡＢＣ １２", "abc 12"],
      ["cafe\u0301", "caf\u00e9"],
      ["ﬁne", "fine"],
      ["readFile", "read file"],
      ["HTTPServer", "http_server"],
    ] as const) {
      assert.deepStrictEqual(embed(a), embed(b), a)
    }
  })

  it("spellings near each other are near, in any language; other words are not", () => {
    for (const [a, b] of [
      ["recieve the invoce", "receive the invoice"],
      ["Öffnungszeiten", "öffnungszeit"],
      ["東京タワーの高さ", "東京タワー"],
      ["расписание поездов", "расписания поезда"],
      ["สวัสดีครับ", "สวัสดีค่ะ"],
    ] as const) {
      assert.isAbove(alike(a, b), 0.3, a)
      assert.isBelow(Math.abs(alike(a, "zebra quantum fjord")), 0.25, a)
    }
  })

  it("as many dimensions as are asked for, under a stamp that says so", () => {
    for (const dimensions of [1, 7, 64, 2048]) {
      const small = hashEmbedder({ dimensions })
      assert.strictEqual(small.dimensions, dimensions)
      assert.strictEqual(Effect.runSync(embedOne(small, "hello world")).length, dimensions)
    }
  })

  it("a run of 200,000 letters is its beginning, and long texts of other scripts pass", () => {
    assert.deepStrictEqual(embed("a".repeat(200_000)), embed("a".repeat(64)))
    assert.closeTo(alike("東京".repeat(20_000), "東京".repeat(20_000)), 1, 1e-5)
  })
})
