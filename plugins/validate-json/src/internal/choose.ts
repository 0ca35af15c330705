import { isDeepStrictEqual } from "node:util"
import type { Candidate } from "./Candidate.ts"
import { isPlaceholder, isSchema, rank, sameShape, saysCorrected } from "./rank.ts"

/** Which of several values is taken. `auto` weighs where they stand and what is said of them. */
export type Choice = "auto" | "first" | "last" | "largest" | "fits"

export interface Chosen {
  readonly candidate: Candidate
  /** Another one is nearly as likely. */
  readonly close: boolean
}

/** More candidates than these are not weighed against each other. */
const maxWeighed = 200

export const choose = (text: string, candidates: ReadonlyArray<Candidate>, choice: Choice): Chosen | undefined => {
  const real = candidates.filter(({ surrounding }) => surrounding.place !== "thinking")
  // What a model only thought of counts where it says nothing else, and only when it is whole.
  const pool = real.length > 0 ? real : candidates.filter(({ repairs }) => !repairs.has("truncated"))
  const close = pool.length > 1
  if (choice === "first") return simple(pool[0], close)
  if (choice === "last") return simple(pool[pool.length - 1], close)
  if (choice === "largest") return simple(largest(pool), close)
  return weigh(text, pool)
}

const simple = (candidate: Candidate | undefined, close: boolean): Chosen | undefined =>
  candidate === undefined ? undefined : { candidate, close }

const largest = (pool: ReadonlyArray<Candidate>): Candidate | undefined => {
  let best = pool[0]
  for (const candidate of pool)
    if (best !== undefined && candidate.end - candidate.start > best.end - best.start) best = candidate
  return best
}

/** A candidate and how likely it is the one that was meant. */
export type Weighed = readonly [candidate: Candidate, points: number]

/** Said to be a correction, the later value wins wherever it stands, unless the earlier one is tagged as the answer. */
const saidToCorrect = 6
/** Two values whose points differ by less could both be meant. */
const clearLead = 2

/** The most likely one first. Of two that are as likely, the later corrects the earlier. */
export const ordered = (text: string, pool: ReadonlyArray<Candidate>): ReadonlyArray<Weighed> => {
  const weighed = pool.slice(-maxWeighed).map((candidate, index, all) => {
    const before = all[index - 1]?.end ?? 0
    const points = rank(text, candidate, before)
    const rivals = isPlaceholder(candidate.value)
      ? []
      : all.slice(Math.max(0, index - 8), index).filter((earlier) => sameShape(earlier.value, candidate.value))
    const said = rivals.length > 0 && saysCorrected(text, before, candidate.start)
    const corrects = rivals.some(({ surrounding }) => surrounding.label === candidate.surrounding.label)
    return [candidate, points + (said ? saidToCorrect : corrects ? 1.2 : 0) + index * 0.05] as const
  })
  return weighed.sort((a, b) => b[1] - a[1])
}

/** Could the other have been meant as well? Two of one shape say different things, whatever stands between them. */
export const isRival = ([best, points]: Weighed, [other, less]: Weighed): boolean => {
  const apart = other.end <= best.start || other.start >= best.end
  if (!apart || isDeepStrictEqual(best.value, other.value)) return false
  if (points - less < clearLead) return true
  return sameShape(best.value, other.value) && !isPlaceholder(other.value) && !isSchema(other.value)
}

const weigh = (text: string, pool: ReadonlyArray<Candidate>): Chosen | undefined => {
  const [best, ...others] = ordered(text, pool)
  if (best === undefined) return undefined
  return { candidate: best[0], close: others.some((other) => isRival(best, other)) }
}
