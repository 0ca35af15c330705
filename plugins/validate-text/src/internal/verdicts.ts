import { accepted, type Issue, type Verdict } from "@switchyard/core"
import type { Span } from "../Span.ts"

export type Fault = Omit<Issue, "validator">

const maxIssues = 20

/** Not good. `score` 0..1. Of many faults the first are told in full. */
export const rejected = (validator: string, score: number, faults: ReadonlyArray<Fault>): Verdict => {
  const issues = faults.slice(0, maxIssues).map((fault) => ({ validator, ...fault }))
  const more = faults.length - issues.length
  const last = issues.at(-1)
  return {
    ok: false,
    score: Math.min(1, Math.max(0, score)),
    issues:
      more <= 0 || last === undefined
        ? issues
        : [...issues.slice(0, -1), { ...last, message: `${last.message} (and ${more} more like these)` }],
  }
}

/** Not good, and not the opposite either: the answer could not be checked. */
export const unchecked = (validator: string, fault: Fault): Verdict => ({
  ...rejected(validator, 0, [fault]),
  undecided: true,
})

export const acceptedWith = (score: number): Verdict => (score === 1 ? accepted : { ok: true, score, issues: [] })

/** The faults that were found are the verdict: none is good. */
export const judged = (validator: string, score: number, faults: ReadonlyArray<Fault>): Verdict =>
  faults.length === 0 ? accepted : rejected(validator, score, faults)

/** All of a text. */
export const whole = (text: string): Span => ({ start: 0, end: text.length })

/** A text of the user in a message, cut where it is long. */
export const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
