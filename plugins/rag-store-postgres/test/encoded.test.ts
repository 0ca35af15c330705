import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { decoded, encoded, isPlain } from "../src/internal/encoded.ts"

/** UTF-16 units where the encoding has its seams, and some between. */
const Unit = Schema.Literals([
  0, 1, 2, 0x41, 0x7f, 0x80, 0x7ff, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfffd, 0xffff,
])
const Text = Schema.Array(Unit).check(Schema.isMaxLength(6))
const textOf = (units: ReadonlyArray<number>): string => String.fromCharCode(...units)
const runs = { arbitrary: { seed: "encoded", runs: 2000 } }

describe("strings in Postgres", () => {
  it.prop(
    "come back, and are such that it takes them",
    [Text],
    ([units]) => {
      const text = textOf(units)
      const kept = encoded(text)
      assert.strictEqual(decoded(kept), text)
      assert.isTrue(isPlain(kept))
      assert.strictEqual(Buffer.from(kept).toString(), kept)
    },
    runs,
  )

  it.prop(
    "sort by their bytes as they compare here",
    [Text, Text],
    ([a, b]) => {
      const order = Buffer.compare(Buffer.from(encoded(textOf(a))), Buffer.from(encoded(textOf(b))))
      assert.strictEqual(order, textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0)
    },
    runs,
  )

  it("are themselves where nothing is special in them", () => {
    for (const text of ["", "docs/a b.md#1", "\u00e9\u4f60\ud7ff"]) assert.strictEqual(encoded(text), text)
  })
})
