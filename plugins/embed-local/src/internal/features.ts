import { hash } from "./hash.ts"

const wordSeed = 1
const gramSeed = 2
const shortest = 3
const longest = 5

/** A place among the dimensions and a sign, from one hash: Weinberger et al. 2009, "Feature hashing". */
const add = (into: Float64Array, h: number, weight: number): void => {
  into[(h >>> 1) % into.length]! += (h & 1) === 0 ? weight : -weight
}

/** Adds a word as a whole. */
export const addWord = (into: Float64Array, word: string, weight: number): void =>
  add(into, hash(word, wordSeed), weight)

/**
 * Adds the runs of 3 to 5 characters of a word, with its edges marked, so that spellings near each other have features in
 * common. All of them together weigh `weight`, as squares.
 */
export const addGrams = (into: Float64Array, word: string, weight: number): void => {
  const marked = `<${word}>`
  let grams = 0
  for (let n = shortest; n <= longest; n++) grams += Math.max(0, marked.length - n + 1)
  const each = weight / Math.sqrt(grams)
  for (let n = shortest; n <= longest; n++) {
    for (let i = 0; i + n <= marked.length; i++) add(into, hash(marked, gramSeed, i, i + n), each)
  }
}

/** How often each word comes. */
export const countsOf = (words: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}
