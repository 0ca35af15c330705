import type { CallContext, Validator } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { after } from "./internal/inTurn.ts"
import { type Judgement, judge, type Question } from "./internal/judge.ts"
import { isAdvice, isUndecided, together } from "./internal/merge.ts"
import type { Member } from "./Member.ts"

export interface StagedOptions {
  /** A member that accepts with this score or more settles it: the later ones are not asked. Default: all are. */
  readonly sureAt?: number | undefined
}

/**
 * One after the other, the cheap ones first, each of the answer as the required ones before it left it. The first rejection ends it, so that the expensive ones are asked only about
 * answers that have passed so far; so does an acceptance that is sure enough.
 */
export const staged = (members: ReadonlyArray<Member>, { sureAt }: StagedOptions = {}): Validator => {
  const inOrder = [...members].sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0))
  const why = (judgement: Judgement): string | undefined => {
    if (isAdvice(judgement)) return undefined
    if (!judgement.verdict.ok) return isUndecided(judgement) ? "could not tell" : "rejected the answer"
    return sureAt !== undefined && judgement.verdict.score >= sureAt ? "was sure" : undefined
  }
  return {
    validate: Effect.fnUntraced(function* (...question) {
      const judgements: Array<Judgement> = []
      let current: Question = question
      for (const [index, member] of inOrder.entries()) {
        const judgement = yield* judge(member, current)
        judgements.push(judgement)
        if (!isAdvice(judgement)) current = after(current, judgement)
        const because = why(judgement)
        if (because === undefined) continue
        tell(question[2], `"${member.name}" ${because}`, inOrder.slice(index + 1))
        break
      }
      return together(judgements)
    }),
  }
}

const tell = (context: CallContext, because: string, left: ReadonlyArray<Member>): void => {
  if (left.length === 0) return
  context.decide("validation", `${because}, so these were not asked: ${left.map(({ name }) => name).join(", ")}`)
}
