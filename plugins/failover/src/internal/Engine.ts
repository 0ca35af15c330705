import { type AttemptTrace, type CallContext, type Candidate, candidateName, isCachedAnswer } from "@switchyard/core"
import type { FailoverOptions } from "../Options.ts"
import type { Allowance } from "./Allowance.ts"
import type { Journey } from "./Journey.ts"
import type { Lane, Lanes, World } from "./Lane.ts"
import { type Action, type ErrorPolicy, defaultPolicy } from "./policy.ts"

/** What all calls share. */
export interface Engine {
  readonly options: FailoverOptions
  readonly policy: ErrorPolicy
  readonly world: World
  readonly lanes: Lanes
  /** Present where hedging is on. */
  readonly allowance: Allowance | undefined
  /** Calls under way. They go when nothing holds their context any more. */
  readonly journeys: WeakMap<CallContext, Journey>
}

export const policyOf = ({ onError, local }: FailoverOptions): ErrorPolicy => {
  const limited: Action = local === undefined ? "key" : "local"
  return { ...defaultPolicy, RateLimited: limited, ...onError }
}

/** In the trace of the call, under the name of the plugin's kind. */
export const decide = (context: CallContext, what: string): void => context.decide("failover", what)

/** Its answers come piece by piece, and the wait that counts is the one for the first. */
export const flows = ({ operation, contract }: CallContext): boolean => operation === "stream" && contract !== "hold"

/** Writes down how an attempt ended: for the breaker, for hedging, and for the error that may come of it. */
export const settle = (engine: Engine, attempt: AttemptTrace, context: CallContext): void => {
  const lane = engine.lanes.of(attempt.candidate)
  const journey = engine.journeys.get(context)
  journey?.attempts.push(attempt)
  const ticket = journey?.tickets.get(lane.name)
  const permit = ticket?.open === true ? ticket.permit : undefined
  const verdict = verdictOn(attempt, lane, context)
  if (verdict !== undefined) lane.breaker.record(permit, verdict.failed, verdict.slow)
  if (attempt.error !== undefined) lane.lastKind = attempt.error.reason
  if (attempt.outcome === "ok" && engine.options.hedge?.percentile !== undefined) observe(lane, attempt, context)
  if (ticket === undefined) return
  ticket.settled = true
  if (ticket.answered) ticket.close()
}

const observe = (lane: Lane, { firstContentMs, ms }: AttemptTrace, context: CallContext): void => {
  if (!flows(context)) lane.wholeMs.observe(ms)
  else if (firstContentMs !== undefined) lane.contentMs.observe(firstContentMs)
}

/** What an attempt says of the provider's health; `undefined` when it says nothing. */
const verdictOn = (attempt: AttemptTrace, lane: Lane, context: CallContext) => {
  const slow = isSlow(attempt, lane)
  const { outcome, error } = attempt
  // A call whose time is up ends whoever it was waiting for. One that waited too long for content was slow all the same.
  const outOfTime =
    (error?.reason === "Timeout" || error?.reason === "Truncated") && context.remainingMs() <= 0 && outcome === "failed"
  if (outcome === "cancelled" || outOfTime) return slow ? { failed: false, slow } : undefined
  if (outcome !== "failed") return { failed: false, slow }
  return error !== undefined && lane.ignored.has(error.reason) ? undefined : { failed: true, slow }
}

const isSlow = ({ outcome, firstContentMs, slowestGapMs = 0, ms }: AttemptTrace, { slow }: Lane): boolean => {
  // Of an attempt that was given up the wait for content is all that is known; of a whole answer, its end.
  const waited = firstContentMs ?? (outcome === "ok" || outcome === "rejected" ? 0 : ms)
  return waited >= slow.firstContentMs || slowestGapMs >= slow.gapMs || ms >= slow.totalMs
}

/** Is it only asked when all else failed? */
export const isResort = (candidate: Candidate, { degrade }: FailoverOptions): boolean =>
  isCachedAnswer(candidate) || degrade === candidateName(candidate)
