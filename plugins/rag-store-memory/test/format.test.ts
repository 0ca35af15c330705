import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decode, encode, Unreadable } from "../src/internal/format.ts"
import { folder, using } from "./scene.ts"

const stamp = { id: "test/format", version: "1", dimensions: 2 }

describe("the format of the file", () => {
  it("records are cut into pieces by what they hold, so that their JSON is never too long for a string", () => {
    const large = "\u4f60\u597d".repeat(250_000)
    const records = Array.from({ length: 2050 }, (_, i) => ({
      id: `r${i}`,
      vector: new Float32Array([i, 1]),
      metadata: { i },
      ...(i % 50 === 7 ? { payload: { large } } : {}),
    }))
    const slots = Int32Array.from(records, (_, i) => 3 * i)
    const kept = { file: "x.1-0.index", bytes: 5, crc: 7 }
    const pieces = [...encode({ generation: 3, namespaces: [{ name: "a", stamp, records, index: { kept, slots } }] })]
    assert.isAtLeast(
      pieces.reduce((sum, piece) => sum + piece.length, 0),
      41 * 1_500_000,
    )
    for (const piece of pieces) assert.isAtMost(piece.length, 13_000_000)
    const contents = decode(Buffer.concat(pieces))
    if (contents instanceof Unreadable) return assert.fail(contents.problem)
    const [space] = contents.namespaces
    assert.deepStrictEqual(space?.records, records)
    assert.deepStrictEqual(space?.index, { kept, slots })
    return undefined
  })

  it.live("a file of version 1 is read, and written anew when something changes", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      copyFileSync(join(import.meta.dirname, "version1.bin"), file)
      for (let round = 0; round < 2; round++) {
        yield* using({ file }, (store) =>
          Effect.gen(function* () {
            assert.strictEqual(yield* store.count(), 1003 - round)
            const [last] = yield* store.get(["r1002"])
            assert.deepStrictEqual(last?.metadata, { i: 1002 })
            assert.closeTo((last?.vector[0] ?? 0) / (last?.vector[1] ?? 0), 1002, 0.1)
            const [other] = yield* store.search({ namespace: "other", text: "zebra", k: 1 })
            assert.deepStrictEqual(other?.payload, { a: ["\u00e9"] })
            yield* store.delete({ ids: ["r1"] })
          }),
        )
      }
    }),
  )
})
