import { addGrams, addWord, countsOf } from "./features.ts"
import { unit } from "./unit.ts"

const wordWeight = 0.5

/** Longer words tell more: in every language the common ones are short (Zipf's law of abbreviation). */
const weightOf = (word: string, count: number): number => Math.sqrt(count) * (word.length / (word.length + 3))

/** Words and their runs of characters, hashed into `dimensions` places. */
export const hashVector = (words: ReadonlyArray<string>, dimensions: number): Float32Array => {
  const sums = new Float64Array(dimensions)
  for (const [word, count] of countsOf(words)) {
    const weight = weightOf(word, count)
    addWord(sums, word, weight * wordWeight)
    addGrams(sums, word, weight)
  }
  return unit(sums)
}
