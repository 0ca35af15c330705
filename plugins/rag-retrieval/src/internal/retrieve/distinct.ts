import type { Candidate } from "./Candidate.ts"
import { containment, shinglesOf } from "./shingles.ts"

export interface Distinct {
  readonly kept: ReadonlyArray<Candidate>
  /** Those that say what a better one says, and which. */
  readonly doubles: ReadonlyArray<{ readonly candidate: Candidate; readonly of: Candidate }>
}

interface Read {
  readonly candidate: Candidate
  /** Without the white space around it. */
  readonly text: string
  readonly shingles: ReadonlySet<string>
}

/**
 * The first `count` candidates that do not say again what a better one says: the same text; or, with a threshold below 1, a
 * text of whose runs of words so much is in the better one.
 */
export const distinct = (candidates: ReadonlyArray<Candidate>, count: number, threshold: number): Distinct => {
  const says = (one: Read, other: Read): boolean =>
    one.text === other.text || (threshold < 1 && containment(one.shingles, other.shingles) >= threshold)
  const kept: Array<Read> = []
  const doubles: Array<Distinct["doubles"][number]> = []
  for (const candidate of candidates) {
    if (kept.length >= count) break
    const text = (candidate.match.text ?? "").trim()
    const read = { candidate, text, shingles: shinglesOf(threshold < 1 ? text : "") }
    // Records that keep no text say nothing, and nothing twice.
    const double = text === "" ? undefined : kept.find((better) => says(read, better))
    if (double === undefined) kept.push(read)
    else doubles.push({ candidate, of: double.candidate })
  }
  return { kept: kept.map(({ candidate }) => candidate), doubles }
}
