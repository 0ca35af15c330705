import { type Issue, mergeVerdicts, type Verdict } from "@switchyard/core"
import type { Judgement } from "./judge.ts"

export const isAdvice = ({ member }: Judgement): boolean => member.required === false

/** Every issue, in the order of the members, whether or not it decided anything. */
export const issuesOf = (judgements: ReadonlyArray<Judgement>): ReadonlyArray<Issue> =>
  judgements.flatMap(({ verdict }) => verdict.issues)

/** Not good, because nobody could tell. */
export const isUndecided = ({ verdict }: Judgement): boolean => !verdict.ok && verdict.undecided === true

/** Good when each is that is no advice; the lowest score of those; every issue; the last repair. */
export const together = (judgements: ReadonlyArray<Judgement>): Verdict => {
  const verdicts = judgements.filter((judgement) => !isAdvice(judgement)).map(({ verdict }) => verdict)
  return { ...mergeVerdicts(verdicts), issues: issuesOf(judgements) }
}

/** The last repair of those that accept, as a field of a verdict. */
export const repairOf = (judgements: ReadonlyArray<Judgement>): Pick<Verdict, "repaired"> => {
  const repaired = judgements.findLast(({ verdict }) => verdict.ok && verdict.repaired !== undefined)?.verdict.repaired
  return repaired === undefined ? {} : { repaired }
}
