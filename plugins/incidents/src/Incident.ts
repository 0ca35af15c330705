import type { Place, Sample } from "./Failure.ts"

/** What opened it: the rate of failures, a breaker that opened, all candidates of a call failed, or a person. */
export type Pattern = "rate" | "breaker" | "all-candidates-failed" | "manual"

/**
 * A time of trouble at one place. Of the places `provider` and `call` the operation is left out: a model that is down is
 * one incident. Times in ms since 1970.
 */
export interface Incident extends Omit<Place, "operation"> {
  readonly id: string
  readonly state: "open" | "closed"
  readonly pattern: Pattern
  readonly operation?: string
  /** The kind of failure that opened it. */
  readonly kind: string
  readonly summary: string
  readonly openedAt: number
  /** Of the last failure that kept it open. */
  readonly lastBadAt: number
  /** The first of the successes that were not broken any more. */
  readonly recoveredAt?: number
  readonly closedAt?: number
  /** From open to recovered, in ms. Not there while it lasts, and where nothing was called after the failures. */
  readonly recoveryMs?: number
  /** `quiet`, or who closed it. */
  readonly closedBy?: string
  /** Share of failures in the window when it opened, 0 to 1, and of how many. */
  readonly rate: number
  readonly volume: number
  /** Of those that open incidents: in the window when it opened, and since. */
  readonly failures: number
  readonly sample?: Sample
}
