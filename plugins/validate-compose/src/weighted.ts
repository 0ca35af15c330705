import type { Validator, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { askAll } from "./internal/inTurn.ts"
import type { Judgement } from "./internal/judge.ts"
import { issuesOf, isUndecided, repairOf } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface WeightedOptions {
  /** The least weighted score that is good, 0..1. Default: 0.7. */
  readonly threshold?: number | undefined
  /** How many judge at the same time. Default: 1. */
  readonly concurrency?: number | undefined
  /** Names it in its own issue. Default: `weighted`. */
  readonly name?: string | undefined
}

/**
 * Good when the mean of the scores by weight reaches the threshold, and no member with `required: true` rejected. A member
 * that could not tell counts with a score of 0; where a 1 of it would have been enough, the whole is undecided.
 */
export const weighted = (
  members: ReadonlyArray<Member>,
  { threshold = 0.7, concurrency, name = "weighted" }: WeightedOptions = {},
): Validator => ({
  validate: (...question) =>
    Effect.map(askAll(members, question, { concurrency, repairs: () => true }), (judgements) =>
      verdictOf(judgements, threshold, name),
    ),
})

// 0.7 made of tenths is not to fail by a rounding.
const rounding = 1e-9

const meanOf = (judgements: ReadonlyArray<Judgement>, untold: number): number => {
  let total = 0
  let sum = 0
  for (const judgement of judgements) {
    const { weight = 1 } = judgement.member
    total += weight
    sum += weight * (isUndecided(judgement) ? untold : judgement.verdict.score)
  }
  return total === 0 ? 1 : sum / total
}

const verdictOf = (judgements: ReadonlyArray<Judgement>, threshold: number, name: string): Verdict => {
  const score = meanOf(judgements, 0)
  const final = judgements.filter(({ member, verdict }) => member.required === true && !verdict.ok)
  const enough = score >= threshold - rounding
  const issues = issuesOf(judgements)
  if (enough && final.length === 0) return { ok: true, score, issues, ...repairOf(judgements) }
  const undecided = final.every(isUndecided) && meanOf(judgements, 1) >= threshold - rounding
  const low = { validator: name, message: `the weighted score is ${score.toFixed(2)}, below ${threshold}` }
  return { ok: false, ...(undecided ? { undecided } : {}), score, issues: enough ? issues : [...issues, low] }
}
