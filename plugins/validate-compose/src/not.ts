import { accepted, type Validator, type Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type Judgement, judge } from "./internal/judge.ts"
import { isUndecided } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface NotOptions {
  /** What is wrong with an answer that the member accepts, as the model is told. */
  readonly message?: string | undefined
  readonly suggestion?: string | undefined
  /** Names it in its own issue. Default: `not`. */
  readonly name?: string | undefined
}

/** Good when the member rejects. One that could not tell, or not in time, rejected nothing: that stays undecided. */
export const not = (member: Member, options: NotOptions = {}): Validator => ({
  validate: (...question) => Effect.map(judge(member, question), (judgement) => verdictOf(judgement, options)),
})

const verdictOf = (judgement: Judgement, options: NotOptions): Verdict => {
  const { member, verdict } = judgement
  if (isUndecided(judgement)) return { ok: false, undecided: true, score: 0, issues: verdict.issues }
  if (!verdict.ok) return accepted
  const { name = "not", message = `the answer passes "${member.name}", which it must not`, suggestion } = options
  const issue = { validator: name, message, ...(suggestion === undefined ? {} : { suggestion }) }
  return { ok: false, score: 0, issues: [issue, ...verdict.issues] }
}
