import type { Tally } from "./internal/window.ts"

/** The last `size` calls, or the calls of the last `ms`. */
export type WindowSettings =
  | { readonly type: "count"; readonly size: number }
  | { readonly type: "time"; readonly ms: number }

/** All times in ms, all rates and shares 0 to 1. */
export interface BreakerSettings {
  readonly window: WindowSettings
  /** Nothing is decided on fewer calls; more than a count window holds counts as its size. */
  readonly minimumCalls: number
  /** It opens when this share of the calls failed, or more. */
  readonly failureRate: number
  /** It opens when this share of the calls was slow, or more; failed calls count here too. */
  readonly slowRate: number
  /** How long it stays open the first time, by what that grows with each opening in a row, and up to where. */
  readonly openMs: number
  readonly openFactor: number
  readonly openMaxMs: number
  /** Each open time is off by up to this share, either way, so that many processes do not probe at once. */
  readonly jitter: number
  /** How many probes half-open lets through. It decides when all of them have ended. */
  readonly halfOpenCalls: number
  /** A probe that has not ended after this long gives its place to another. */
  readonly leaseMs: number
  /** After it has closed, the share of calls let through grows from `rampFrom` to 1 in `rampMs`. 0: at once. */
  readonly rampMs: number
  readonly rampFrom: number
}

export const defaultBreaker: BreakerSettings = {
  window: { type: "count", size: 20 },
  minimumCalls: 10,
  failureRate: 0.5,
  slowRate: 1,
  openMs: 10_000,
  openFactor: 2,
  openMaxMs: 300_000,
  jitter: 0.1,
  halfOpenCalls: 1,
  leaseMs: 60_000,
  rampMs: 20_000,
  rampFrom: 0.25,
}

/** `forced-open` lets nothing through, `forced-closed` everything; both until `automatic`. */
export type BreakerState = "closed" | "open" | "half-open" | "forced-open" | "forced-closed"

export interface Transition {
  readonly from: BreakerState
  readonly to: BreakerState
  readonly why: string
  /** Another process came to it, and this one followed. */
  readonly adopted?: boolean
}

/** A state that processes share. `openForMs` from now; `openings` in a row. */
export interface SharedState {
  readonly state: "open" | "closed" | "forced-open" | "forced-closed"
  readonly openForMs: number
  readonly openings: number
}

/** A breaker as operators see it. `retryInMs` until it lets a call through; `share` of the calls while it ramps up. */
export interface BreakerStatus extends Tally {
  readonly state: BreakerState
  readonly failureRate: number
  readonly slowRate: number
  readonly retryInMs: number
  readonly openings: number
  readonly probes: number
  readonly share: number
}

/** Leave for one call. What is reported under a permit of an earlier state changes nothing. */
export interface Permit {
  readonly generation: number
  readonly probe: boolean
  readonly until: number
}

/** Time in ms, never going back; a number from 0 to 1; who is told of transitions. */
export interface BreakerWorld {
  readonly now: () => number
  readonly random: () => number
  readonly changed?: (transition: Transition) => void
}
