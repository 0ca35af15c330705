import { assert, describe, it } from "@effect/vitest"
import { makeExactStore, stampOf } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeRetriever } from "../src/index.ts"
import { embedder } from "./library.ts"

/** Which of these texts are given, the first as the best. */
const given = Effect.fnUntraced(function* (texts: ReadonlyArray<string>, resemblance?: number) {
  const store = yield* makeExactStore()
  const [vector = new Float32Array()] = yield* embedder.embed(["the same for all"])
  // Of equal scores comes first the id that sorts first.
  const records = texts.map((text, at) => ({ id: String(at), text, vector }))
  yield* store.upsert({ stamp: stampOf(embedder), records })
  const options = resemblance === undefined ? {} : { resemblance }
  const retriever = yield* makeRetriever({ store, embedder, mode: "vector", ...options })
  const found = yield* retriever.retrieve({ text: "the same for all", k: texts.length })
  return found.map(({ chunk }) => chunk.text)
})

const sentence = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `Word${from + at} of the page is here.`).join(" ")

describe("what is said already", () => {
  it.effect.each([
    ["if a > b then stop", "if a < b then stop"],
    ["Use C++", "Use C#"],
    ["-5 degrees", "5 degrees"],
    ["It is -5 degrees in the garden today", "It is 5 degrees in the garden today"],
    ["$5", "€5"],
    ["No", "no"],
    ["😀", "😢"],
    ["never delete the database of production", "delete the database of production"],
    ["私は猫が好きです", "私は犬が好きです"],
  ])("%s and %s are two things", (pair) =>
    Effect.gen(function* () {
      for (const threshold of [1, 0.9]) {
        assert.deepStrictEqual(yield* given(pair, threshold), pair)
        assert.deepStrictEqual(yield* given(pair.toReversed(), threshold), pair.toReversed())
      }
    }),
  )

  it.effect("with 1, equal texts alone are left out, whatever white space is around them", () =>
    Effect.gen(function* () {
      const almost = sentence(0, 60)
      const texts = [almost, `${almost}\n`, almost.replace("Word7 ", "Word seven "), almost.toLowerCase()]
      assert.deepStrictEqual(yield* given(texts, 1), [texts[0], texts[2], texts[3]])
    }),
  )

  it.effect("a text that stands in a better one is left out, and one that holds a better one is not", () =>
    Effect.gen(function* () {
      const [whole, part] = [sentence(0, 20), sentence(5, 12)]
      assert.deepStrictEqual(yield* given([whole, part]), [whole])
      assert.deepStrictEqual(yield* given([part, whole]), [part, whole])
      const half = `${sentence(5, 12)} ${sentence(40, 47)}`
      assert.deepStrictEqual(yield* given([whole, half]), [whole, half])
      assert.deepStrictEqual(yield* given([whole, half], 0.4), [whole])
    }),
  )

  it.effect("nearly the same of a long text is left out", () =>
    Effect.gen(function* () {
      const long = sentence(0, 40)
      const near = long.replace("Word20 of", "Word20 on")
      assert.deepStrictEqual(yield* given([long, near]), [long])
      assert.deepStrictEqual(yield* given([long, near], 0.99), [long, near])
    }),
  )

  it.effect("records without a text say nothing twice", () =>
    Effect.map(given(["", "", " "]), (texts) => assert.strictEqual(texts.length, 3)),
  )
})
