import * as fc from "fast-check"
import { expect, it } from "vitest"
import { isLatin } from "../src/internal/latinSentences.ts"
import { Sentences } from "../src/internal/sentences.ts"

const pieces =
  "a|b|é|ß|ǅ|ƻ|A|B|É|Mr|e.g|U.S|.|.|.|!|?| | |\u00a0|\t|\n|\r\n|\r|,|-|:|;|(|)|[|]|{|}|\"|'|«|»|“|”|’|—|…|·|\u2024|1|2|3.|_|*|`|/|ª|€|\u0085|。|ม"
const text = fc
  .array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...pieces.split("|")) }, fc.constant(" word".repeat(30))), {
    maxLength: 50,
  })
  .map((all) => all.join(""))

it("the last sentence found from behind is the last that the segmenter finds from the front", () => {
  for (const locale of ["en", "de", "fr", undefined]) {
    const sentences = new Sentences(locale)
    let latin = 0
    fc.assert(
      fc.property(text, fc.nat(), (all, at) => {
        const high = all.length === 0 ? 0 : at % (all.length + 1)
        if (isLatin(all)) latin++
        expect(sentences.last(all, 0, high)).toBe([...sentences.between(all, 0, high)].at(-1) ?? -1)
      }),
      { numRuns: 3000 },
    )
    expect(latin).toBeGreaterThan(300)
  }
})
