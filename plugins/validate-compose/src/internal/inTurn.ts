import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Member } from "../Member.ts"
import { type Judgement, judge, type Question } from "./judge.ts"

/** The question to the next member: the answer as this one left it. */
export const after = (question: Question, { verdict: { ok, repaired } }: Judgement): Question => {
  const [response, request, context] = question
  return ok && repaired !== undefined ? [{ ...response, content: repaired }, request, context] : question
}

interface InTurn {
  readonly concurrency: number | undefined
  /** Does what this member makes of the answer count? */
  readonly repairs: (member: Member) => boolean
}

/**
 * Asks every member, each about the answer as those before it left it. Several at once are asked about the answer as it
 * came; where one of them repairs it, those after that one are asked again, one by one.
 */
export const askAll = (
  members: ReadonlyArray<Member>,
  question: Question,
  { concurrency = 1, repairs }: InTurn,
): Effect.Effect<ReadonlyArray<Judgement>, LlmError> =>
  Effect.gen(function* () {
    const next = (before: Question, judgement: Judgement): Question =>
      repairs(judgement.member) ? after(before, judgement) : before
    const atOnce =
      concurrency > 1 ? yield* Effect.forEach(members, (member) => judge(member, question), { concurrency }) : []
    const repair = atOnce.findIndex((judgement) => next(question, judgement) !== question)
    const judgements = repair < 0 ? [...atOnce] : atOnce.slice(0, repair + 1)
    let current = judgements.reduce(next, question)
    for (const member of members.slice(judgements.length)) {
      const judgement = yield* judge(member, current)
      judgements.push(judgement)
      current = next(current, judgement)
    }
    return judgements
  })
