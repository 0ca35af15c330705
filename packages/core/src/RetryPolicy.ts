import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CallContext } from "./CallContext.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { ProviderResponse } from "./Response.ts"
import type { AttemptTrace, Candidate, SettledDetail } from "./RouteTrace.ts"
import type { Verdict } from "./Verdict.ts"

/** Why an attempt does not count: it failed, or its answer was not valid. */
export type AttemptFailure =
  | { readonly _tag: "Failed"; readonly candidate: Candidate; readonly error: LlmError }
  | {
      readonly _tag: "Rejected"
      readonly candidate: Candidate
      readonly response: ProviderResponse
      readonly verdict: Verdict
    }

/**
 * What to do next: wait `delayMs` and try again with the request as `amend` makes it, at the same candidate or at a
 * stronger one, hand over to Escalation, or stop and let Failover decide. `amend` of a stop makes the request as the next
 * candidate should get it: what was wrong so far is known.
 */
export type RetryDecision =
  | {
      readonly _tag: "Retry"
      readonly delayMs: number
      readonly amend?: (request: LlmRequest) => LlmRequest
      readonly candidate?: Candidate
    }
  | { readonly _tag: "Escalate"; readonly reason: string }
  | { readonly _tag: "Stop"; readonly amend?: (request: LlmRequest) => LlmRequest }

/**
 * Decides whether to try again. It decides only: no I/O; randomness through Effect's Random. `history` spans candidates.
 * `settled` is told how each attempt ended, streams after their last part.
 */
export interface RetryPolicy {
  readonly next: (
    failure: AttemptFailure,
    history: ReadonlyArray<AttemptTrace>,
    context: CallContext,
    request: LlmRequest | undefined,
  ) => Effect.Effect<RetryDecision>
  readonly settled?: (attempt: AttemptTrace, context: CallContext, detail: SettledDetail) => Effect.Effect<void>
}

const stop: Effect.Effect<RetryDecision> = Effect.succeed({ _tag: "Stop" })

/** The default. */
export const neverAgain: RetryPolicy = { next: () => stop }

/** Default: never again. */
export const RetryPolicy = Context.Reference<RetryPolicy>("@switchyard/core/RetryPolicy", {
  defaultValue: () => neverAgain,
})
