export const similarityMethods = ["characters", "words"] as const
/** `characters`: groups of three letters, forgiving of spelling and inflection. `words`: whole words, in any order. */
export type SimilarityMethod = (typeof similarityMethods)[number]

/**
 * How alike two texts are, 0..1, without a model: the Sørensen-Dice coefficient, 2·|A∩B| / (|A|+|B|), over multisets of
 * words or of character trigrams. Case, accents, punctuation and spacing do not count. Linear in both lengths. It knows
 * nothing of meaning: a paraphrase in other words scores low, and "is" against "is not" scores high.
 */
export const similarity = (a: string, b: string, method: SimilarityMethod = "characters"): number => {
  const [left, right] = [grams(a, method), grams(b, method)]
  if (left.total === 0 || right.total === 0) return left.total === right.total ? 1 : 0
  let shared = 0
  for (const [gram, times] of left.counts) shared += Math.min(times, right.counts.get(gram) ?? 0)
  return (2 * shared) / (left.total + right.total)
}

const wordsOf = (text: string): ReadonlyArray<string> =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .match(/\p{L}+|\p{N}+/gu) ?? []

const grams = (text: string, method: SimilarityMethod) => {
  const counts = new Map<string, number>()
  let total = 0
  const add = (gram: string): void => {
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
    total++
  }
  const words = wordsOf(text)
  if (method === "words") for (const word of words) add(word)
  else if (words.length > 0) {
    // The spaces at the ends make the first and last letters of each word count as such.
    const line = ` ${words.join(" ")} `
    for (let at = 0; at + 3 <= line.length; at++) add(line.slice(at, at + 3))
  }
  return { counts, total }
}
