import type { Validator, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { after } from "./internal/inTurn.ts"
import { type Judgement, judge, type Question } from "./internal/judge.ts"
import { issuesOf, isUndecided, repairOf } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface AnyOptions {
  /** How many must say so. Default: 1. */
  readonly min?: number | undefined
}

/**
 * Good when `min` members say so. They are asked in order until enough have, or too few are left. Score: of those that
 * said so the lowest that is needed, else the highest of all. Undecided when too few did and one could not tell.
 */
export const any = (members: ReadonlyArray<Member>, { min = 1 }: AnyOptions = {}): Validator => ({
  validate: Effect.fnUntraced(function* (...question) {
    const judgements: Array<Judgement> = []
    let current: Question = question
    let passed = 0
    for (const member of members) {
      const judgement = yield* judge(member, current)
      judgements.push(judgement)
      current = after(current, judgement)
      if (judgement.verdict.ok) passed++
      if (passed >= min || passed + members.length - judgements.length < min) break
    }
    return verdictOf(judgements, min)
  }),
})

const verdictOf = (judgements: ReadonlyArray<Judgement>, min: number): Verdict => {
  const good = judgements.filter(({ verdict }) => verdict.ok)
  const issues = issuesOf(judgements)
  const scores = (of: ReadonlyArray<Judgement>): ReadonlyArray<number> => of.map(({ verdict }) => verdict.score)
  if (good.length >= min) return { ok: true, score: Math.min(...scores(good)), issues, ...repairOf(good) }
  const undecided = judgements.some(isUndecided)
  const score = Math.max(0, ...scores(judgements.filter(({ verdict }) => !verdict.ok)))
  return { ok: false, ...(undecided ? { undecided } : {}), score, issues }
}
