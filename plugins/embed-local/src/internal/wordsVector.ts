import { addGrams, countsOf } from "./features.ts"
import { unit } from "./unit.ts"
import type { WordTable } from "./WordTable.ts"

/** Places for the spelling, behind those of the table: 256 in all with a table of 100. */
export const spellingDimensions = 156

/** Arora, Liang, Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings": the weight is a / (a + p). */
const a = 1e-3
/** By Zipf's law the word of rank r has the probability 1 / (r H), with H the harmonic number of 50,000. */
const harmonic = 11.4
const probabilityOf = (rank: number): number => 1 / (harmonic * (rank + 1))
const weightOf = (rank: number): number => a / (a + probabilityOf(rank))

/** About the length of a word's vector in the table, so that a known word weighs as much as an unknown one. */
const usualLength = 6
/** What the spelling of a known word counts beside its meaning. */
const knownSpelling = 0.3

/** What the vectors of all words have in common, by how often they come: it says nothing about a text. */
const commonOf = (table: WordTable): Float64Array => {
  const sums = new Float64Array(table.dimensions)
  let total = 0
  for (let rank = 0; rank < table.size; rank++) {
    const share = probabilityOf(rank) * weightOf(rank)
    table.addTo(sums, rank, share)
    total += share
  }
  return sums.map((sum) => sum / total)
}

/** Embeds by a table: meanings weighted by how rare a word is, and spellings, mostly those of words it does not know. */
export const makeWordsVector = (table: WordTable): ((words: ReadonlyArray<string>) => Float32Array) => {
  const common = commonOf(table)
  return (words) => {
    const sums = new Float64Array(table.dimensions + spellingDimensions)
    const spelling = sums.subarray(table.dimensions)
    let weights = 0
    for (const [word, count] of countsOf(words)) {
      const times = Math.sqrt(count)
      const rank = table.rankOf(word)
      if (rank === undefined) {
        addGrams(spelling, word, times)
        continue
      }
      const weight = times * weightOf(rank)
      table.addTo(sums, rank, weight / usualLength)
      addGrams(spelling, word, weight * knownSpelling)
      weights += weight / usualLength
    }
    for (let i = 0; i < common.length; i++) sums[i]! -= common[i]! * weights
    return unit(sums)
  }
}
