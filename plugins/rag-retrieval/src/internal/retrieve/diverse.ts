import type { Candidate } from "./Candidate.ts"

/** How alike two candidates are, 0 to 1. */
export type Alike = (a: Candidate, b: Candidate) => number

/**
 * Maximal marginal relevance: picks one after the other the candidate with the most of (1 - diversity) x relevance minus
 * diversity x likeness to what is picked already (Carbonell & Goldstein, 1998). Relevance is the score, brought to 0 to 1
 * within the candidates.
 */
export const diverse = (
  candidates: ReadonlyArray<Candidate>,
  count: number,
  diversity: number,
  alike: Alike,
): ReadonlyArray<Candidate> => {
  const scores = candidates.map(({ score }) => score)
  const [low, high] = [Math.min(...scores), Math.max(...scores)]
  const relevance = (score: number) => (high === low ? 1 : (score - low) / (high - low))
  const left = candidates.map((candidate) => ({ candidate, likeness: 0 }))
  const picked: Array<Candidate> = []
  while (picked.length < count && left.length > 0) {
    let [at, most] = [0, -Infinity]
    left.forEach(({ candidate, likeness }, index) => {
      const worth = (1 - diversity) * relevance(candidate.score) - diversity * likeness
      if (worth > most) [at, most] = [index, worth]
    })
    const [chosen] = left.splice(at, 1)
    if (chosen === undefined) break
    const why = `diversity: worth ${most.toFixed(2)}, likeness ${chosen.likeness.toFixed(2)} to what is chosen already`
    const candidate = { ...chosen.candidate, why: [...chosen.candidate.why, why] }
    picked.push(candidate)
    for (const other of left) other.likeness = Math.max(other.likeness, alike(other.candidate, candidate))
  }
  return picked
}

/** Cosine of two vectors, not below 0. */
export const cosine = (a: Float32Array, b: Float32Array): number => {
  let [dot, aa, bb] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    dot += a[at]! * b[at]!
    aa += a[at]! ** 2
    bb += b[at]! ** 2
  }
  return aa === 0 || bb === 0 ? 0 : Math.max(0, dot / Math.sqrt(aa * bb))
}
