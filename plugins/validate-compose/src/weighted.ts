import type { Validator, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type Judgement, judge } from "./internal/judge.ts"
import { issuesOf, repairOf } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface WeightedOptions {
  /** The least weighted score that is good, 0..1. Default: 0.7. */
  readonly threshold?: number | undefined
  /** How many judge at the same time. Default: 1. */
  readonly concurrency?: number | undefined
  /** Names it in its own issue. Default: `weighted`. */
  readonly name?: string | undefined
}

/** Good when the mean of the scores by weight reaches the threshold, and no member with `required: true` rejected. */
export const weighted = (
  members: ReadonlyArray<Member>,
  { threshold = 0.7, concurrency, name = "weighted" }: WeightedOptions = {},
): Validator => ({
  validate: (...question) =>
    Effect.map(
      Effect.forEach(members, (member) => judge(member, question), { concurrency: concurrency ?? 1 }),
      (judgements) => verdictOf(judgements, threshold, name),
    ),
})

const verdictOf = (judgements: ReadonlyArray<Judgement>, threshold: number, name: string): Verdict => {
  let total = 0
  let sum = 0
  for (const { member, verdict } of judgements) {
    total += member.weight ?? 1
    sum += (member.weight ?? 1) * verdict.score
  }
  const score = total === 0 ? 1 : sum / total
  const final = judgements.some(({ member, verdict }) => member.required === true && !verdict.ok)
  // 0.7 made of tenths is not to fail by a rounding.
  const enough = score >= threshold - 1e-9
  const issues = issuesOf(judgements)
  if (enough && !final) return { ok: true, score, issues, ...repairOf(judgements) }
  const low = { validator: name, message: `the weighted score is ${score.toFixed(2)}, below ${threshold}` }
  return { ok: false, score, issues: enough ? issues : [...issues, low] }
}
