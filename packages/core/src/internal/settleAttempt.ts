import * as Effect from "effect/Effect"
import type { LlmError } from "../LlmError.ts"
import type { AttemptTrace, Candidate } from "../RouteTrace.ts"
import type { ActiveSpan } from "../Tracer.ts"
import type { Usage } from "../Usage.ts"
import type { Verdict } from "../Verdict.ts"
import { type ActiveCall, round } from "./ActiveCall.ts"

/** How an attempt ended. */
export interface AttemptOutcome {
  readonly usage?: Usage
  readonly model?: string
  readonly id?: string
  readonly finish?: string
  readonly verdict?: Verdict
  readonly error?: LlmError
  readonly interrupted?: boolean
}

const word = ({ interrupted, error, verdict }: AttemptOutcome): AttemptTrace["outcome"] =>
  interrupted === true ? "cancelled" : error !== undefined ? "failed" : verdict?.ok === false ? "rejected" : "ok"

/** Begins the account of an attempt. The function it gives writes the attempt into the trace and ends its span, once. */
export const settleAttempt = (call: ActiveCall, candidate: Candidate, span: ActiveSpan) => {
  const startedMs = call.elapsedMs()
  let open = true
  return (outcome: AttemptOutcome): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (!open) return Effect.void
      open = false
      const { usage, verdict, error, interrupted: _, ...seen } = outcome
      const ms = call.elapsedMs() - startedMs
      call.attempted({
        candidate,
        outcome: word(outcome),
        ms: round(ms),
        ...(usage === undefined ? {} : { usage }),
        ...(error === undefined ? {} : { error: { reason: error.reason._tag, message: error.reason.message } }),
        ...(verdict === undefined ? {} : { verdict }),
      })
      return span.end({
        ...seen,
        seconds: ms / 1000,
        ...(usage === undefined ? {} : { usage }),
        ...(error === undefined ? {} : { error }),
        ...(outcome.interrupted === true ? { interrupted: true } : {}),
      })
    })
}
