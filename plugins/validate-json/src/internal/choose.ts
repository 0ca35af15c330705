import type { Candidate } from "./Candidate.ts"
import { isPlaceholder, rank, sameShape } from "./rank.ts"

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

/** The most likely one first. Of two that are as likely, the later corrects the earlier. */
export const ordered = (text: string, pool: ReadonlyArray<Candidate>): ReadonlyArray<readonly [Candidate, number]> => {
  const weighed = pool.slice(-maxWeighed).map((candidate, index, all) => {
    const points = rank(text, candidate, all[index - 1]?.end ?? 0)
    const corrects = all
      .slice(Math.max(0, index - 8), index)
      .some(
        (earlier) =>
          sameShape(earlier.value, candidate.value) &&
          !isPlaceholder(candidate.value) &&
          earlier.surrounding.label === candidate.surrounding.label,
      )
    return [candidate, points + (corrects ? 1.2 : 0) + index * 0.05] as const
  })
  return weighed.sort((a, b) => b[1] - a[1])
}

const weigh = (text: string, pool: ReadonlyArray<Candidate>): Chosen | undefined => {
  const [best, second] = ordered(text, pool)
  if (best === undefined) return undefined
  return { candidate: best[0], close: second !== undefined && best[1] - second[1] < 2 }
}
