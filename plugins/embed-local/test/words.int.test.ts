// With the real table, 5.6 MB, which is not in git.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import type { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { hashEmbedder, loadWordsEmbedder } from "../src/index.ts"
import { heldOut, judged } from "./judged.ts"
import { qualityOf } from "./quality.ts"

const there = existsSync(join(import.meta.dirname, "..", "words", "dist", "english-50k.bin"))
const skipped = !there && process.env["CI"] === undefined
if (skipped)
  console.log('embed-local: no word table. To test it: "node plugins/embed-local/words/build.mjs" (118 MB, once)')

const embedText = (embedder: Embedder) => (text: string) =>
  Effect.runSync(embedder.embed([text]))[0] ?? new Float32Array()

describe.skipIf(skipped)("local/words, on its own table", () => {
  it.effect("is the same on every machine", () =>
    Effect.gen(function* () {
      const embedder = yield* loadWordsEmbedder()
      assert.deepStrictEqual([embedder.id, embedder.version, embedder.dimensions], ["local/words", "1-113958c4", 256])
      const vectors = yield* embedder.embed(["hello world", "The quick brown fox", "Straße", "foo_bar", ""])
      assert.deepStrictEqual(
        vectors.map((vector) => crc32(new Uint8Array(vector.buffer)).toString(16)),
        ["78704133", "3300ed50", "34d3270e", "37218c55", "a30f16ae"],
      )
    }),
  )

  it.effect("finds paraphrases that spelling does not, and spelling finds typos", () =>
    Effect.gen(function* () {
      const words = embedText(yield* loadWordsEmbedder())
      const hash = embedText(hashEmbedder())
      for (const [set, atLeast] of [
        [judged, 0.65],
        [heldOut, 0.6],
      ] as const) {
        const [meaning, spelling] = [qualityOf(words, set), qualityOf(hash, set)]
        assert.isAtLeast(meaning.accuracy, atLeast)
        assert.isAtLeast(meaning.meanReciprocalRank, 0.75)
        assert.isAbove(meaning.meanReciprocalRank, spelling.meanReciprocalRank)
        assert.isAtLeast(spelling.accuracy, 0.25)
      }
      assert.strictEqual(qualityOf(hash, judged).byKind["typo"], "4/4")
    }),
  )
})
