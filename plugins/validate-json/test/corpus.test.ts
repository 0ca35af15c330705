import { isDeepStrictEqual } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { certain, extractJson } from "../src/index.ts"
import { type Corpus, none } from "./corpus/Case.ts"
import { development } from "./corpus/development.ts"
import { heldOut } from "./corpus/heldOut.ts"

const wrong = (corpus: Corpus) =>
  Object.entries(corpus).flatMap(([category, cases]) =>
    cases.flatMap(([text, expected]) => {
      const got = extractJson(text)
      const good = expected === none ? !got.found : got.found && isDeepStrictEqual(got.value, expected)
      return good ? [] : [{ category, text, expected, got }]
    }),
  )

const sizeOf = (corpus: Corpus): number => Object.values(corpus).flat().length

describe.each([
  ["development", development, 250],
  ["held out", heldOut, 100],
] as const)("the %s corpus", (_, corpus, atLeast) => {
  it("is recovered to 97 % at least, and no wrong value is called certain", () => {
    assert.isAtLeast(sizeOf(corpus), atLeast)
    const missed = wrong(corpus)
    assert.isAtMost(missed.length / sizeOf(corpus), 0.03, JSON.stringify(missed, undefined, 1))
    assert.deepStrictEqual(
      missed.filter(({ got }) => got.found && got.score >= certain),
      [],
    )
  })

  it("whatever is valid is what JSON.parse makes of it, with score 1", () => {
    for (const [text] of Object.values(corpus).flat()) {
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        continue
      }
      assert.deepInclude(extractJson(text), { found: true, value, score: 1, repairs: [] })
    }
  })
})
