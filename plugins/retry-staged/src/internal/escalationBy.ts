import type { Verdict } from "@switchyard/core"
import type { EscalationRule } from "./settings.ts"
import type { Situation } from "./Situation.ts"

const rejects = ({ ok, issues }: Verdict, validator: string): boolean =>
  !ok && issues.some((issue) => issue.validator === validator)

/** Why a person is asked now: the first rule whose validator has rejected this answer and enough before it. */
export const escalationBy = (
  rules: ReadonlyArray<EscalationRule>,
  verdicts: ReadonlyArray<Verdict>,
  { failure, history }: Pick<Situation, "failure" | "history">,
): string | undefined => {
  // A rejection by the kernel stands in the history already; one that came as a failure stands there without its verdict.
  const now = failure._tag === "Rejected" ? 0 : 1
  for (const { validator, failures } of rules) {
    const verdict = verdicts.find((one) => rejects(one, validator))
    if (verdict === undefined) continue
    const before = history.filter((attempt) => attempt.verdict !== undefined && rejects(attempt.verdict, validator))
    const times = before.length + now
    if (times < failures) continue
    const last = verdict.issues.find((issue) => issue.validator === validator)?.message ?? "no reason was given"
    return `the validator "${validator}" rejected ${times} ${times === 1 ? "answer" : "answers"}, the last one because: ${last}`
  }
  return undefined
}
