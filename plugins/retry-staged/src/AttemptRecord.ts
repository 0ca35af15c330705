import type { Json } from "@switchyard/core"

/**
 * One line of the attempts file: an attempt, and what was decided about it. `at` is ISO 8601, times are
 * ms. Keys, headers, environment and provider data are never in it; long texts are cut.
 */
export interface AttemptRecord {
  readonly v: 1
  readonly at: string
  /** The call's id, the same for all of its attempts. */
  readonly call: string
  /** Counted over the whole call, from 1. */
  readonly attempt: number
  /** `provider/model`. */
  readonly candidate: string
  readonly ms?: number
  /** What the retry policy was shown: before images were fitted and tools were added for the attempt. */
  readonly request?: Json
  readonly response?: Json
  readonly error?: Json
  readonly verdicts?: Json
  readonly decision: AttemptDecision
}

/** What was decided. `answer`: it is what the caller got. */
export interface AttemptDecision {
  readonly kind: "retry" | "escalate" | "stop" | "answer"
  readonly why: string
  readonly delayMs?: number
  /** Where the next attempt goes, if elsewhere. */
  readonly candidate?: string
  readonly feedback?: boolean
  readonly tool?: string
}
