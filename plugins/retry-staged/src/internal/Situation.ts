import type { AttemptFailure, AttemptTrace, CallContext, LlmRequest, RetryDecision } from "@switchyard/core"
import type { Settings } from "./settings.ts"

/** What is known of one call between its failures. */
export interface CallState {
  readonly settings: Settings
  /** The last wait of each candidate, in ms, for decorrelated jitter. */
  readonly waited: Map<string, number>
  /** The caller was told that the stronger model is not installed. */
  strongerMissing: boolean
  /** Attempts that are over, counted where debug mode may need it. */
  settled: number
}

/** Everything that a decision rests on. */
export interface Situation {
  readonly failure: AttemptFailure
  readonly history: ReadonlyArray<AttemptTrace>
  readonly context: CallContext
  readonly request: LlmRequest | undefined
  readonly state: CallState
}

/** A decision with its reason, and what of it is worth a line in the log. */
export interface Decided {
  readonly decision: RetryDecision
  readonly why: string
  readonly feedback?: boolean
  readonly tool?: string
}

/** `amend`: what the next candidate should know. */
export const stop = (why: string, amend?: (request: LlmRequest) => LlmRequest): Decided => ({
  decision: { _tag: "Stop", ...(amend === undefined ? {} : { amend }) },
  why,
})
