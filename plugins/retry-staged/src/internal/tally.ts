import type { AttemptFailure, AttemptTrace, Candidate } from "@switchyard/core"

/** What a call has tried so far. */
export interface Tally {
  /** Attempts that ended, at every candidate. */
  readonly total: number
  /** Rejected answers, at every candidate. */
  readonly rejected: number
}

const same = (a: Candidate, b: Candidate): boolean => a.provider === b.provider && a.model === b.model

const isRejected = ({ outcome, error }: AttemptTrace): boolean =>
  outcome === "rejected" || error?.reason === "OutputInvalid"

/** Attempts that somebody gave up, as hedging does, are nobody's failure. */
const counts = ({ outcome }: AttemptTrace): boolean => outcome !== "cancelled"

export const tallyOf = (history: ReadonlyArray<AttemptTrace>): Tally => ({
  total: history.filter(counts).length,
  rejected: history.filter(isRejected).length,
})

export const attemptsAt = (history: ReadonlyArray<AttemptTrace>, candidate: Candidate): number =>
  history.filter((attempt) => counts(attempt) && same(attempt.candidate, candidate)).length

/** How often the provider failed here, its rejected answers apart: what the next wait grows with. */
export const failuresAt = (history: ReadonlyArray<AttemptTrace>, candidate: Candidate): number =>
  history.filter((attempt) => attempt.outcome === "failed" && same(attempt.candidate, candidate)).length

/** How often this candidate failed in this way, this failure included. */
export const failuresLike = (failure: AttemptFailure, history: ReadonlyArray<AttemptTrace>): number =>
  history.filter(
    (attempt) =>
      counts(attempt) &&
      same(attempt.candidate, failure.candidate) &&
      (failure._tag === "Rejected" ? isRejected(attempt) : attempt.error?.reason === failure.error.reason._tag),
  ).length

/** The last attempt at the candidate that failed. */
export const lastAttempt = (failure: AttemptFailure, history: ReadonlyArray<AttemptTrace>): AttemptTrace | undefined =>
  history.findLast(({ candidate }) => same(candidate, failure.candidate))

export const sameCandidate = same
