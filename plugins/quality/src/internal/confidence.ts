import type { Assessment } from "../Assessment.ts"

type Scores = Omit<Assessment, "confidence" | "issues" | "method" | "claims" | "id">

const weights = { relevance: 2, completeness: 2, groundedness: 3, code: 1.5, repetition: 1 } as const

/**
 * All scores as one, 0..1: the weighted mean of those that could be told (a judge's weighs 3), times safety, times 0.3 for a
 * refusal, 0.6 for an answer that was cut, and from 1 down to 0.4 for one that its passages do not bear out. It orders answers; it is no probability.
 */
export const confidenceOf = (scores: Scores, truncated: boolean): number => {
  let [sum, total] = [0, 0]
  for (const key of ["relevance", "completeness", "groundedness", "code", "repetition"] as const) {
    const value = scores[key]
    if (value === undefined) continue
    sum += weights[key] * value
    total += weights[key]
  }
  if (scores.judge?.score !== undefined) {
    sum += 3 * scores.judge.score
    total += 3
  }
  const mean = total === 0 ? 0 : sum / total
  return Math.max(
    0,
    Math.min(
      1,
      mean *
        scores.safety *
        (scores.refusal ? 0.3 : 1) *
        (truncated ? 0.6 : 1) *
        (0.4 + 0.6 * (scores.groundedness ?? 1)),
    ),
  )
}
