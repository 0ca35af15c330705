import * as Effect from "effect/Effect"
import type { LlmError } from "../LlmError.ts"
import type { LlmRequest } from "../Request.ts"
import type { ProviderResponse } from "../Response.ts"
import type { ResponseHeaders } from "../ResponseHeaders.ts"
import type { AttemptTrace, Candidate, SettledDetail } from "../RouteTrace.ts"
import type { ActiveSpan } from "../Tracer.ts"
import type { Stack } from "../Stack.ts"
import type { Usage } from "../Usage.ts"
import type { Verdict } from "../Verdict.ts"
import { type ActiveCall, round } from "./ActiveCall.ts"
import { harmless } from "./guard.ts"

/** How an attempt ended. */
export interface AttemptOutcome {
  readonly usage?: Usage
  readonly model?: string
  readonly id?: string
  readonly finish?: string
  readonly response?: ProviderResponse
  readonly verdict?: Verdict
  readonly error?: LlmError
  readonly interrupted?: boolean
}

const word = ({ interrupted, error, verdict }: AttemptOutcome): AttemptTrace["outcome"] =>
  interrupted === true ? "cancelled" : error !== undefined ? "failed" : verdict?.ok === false ? "rejected" : "ok"

/** Of a stream: when its first content came, and the longest wait for a later piece. */
export interface Pace {
  readonly firstContentMs: number
  readonly slowestGapMs: () => number
}

export interface AttemptAccount {
  /** A stream has shown its first content; `slowestGapMs` is read when the attempt ends. */
  readonly opened: (slowestGapMs: () => number) => void
  /** The provider's answer has begun. */
  readonly heard: (headers: ResponseHeaders) => void
  /** Writes the attempt into the trace, tells who listens and ends its span, once. */
  readonly settle: (outcome: AttemptOutcome) => Effect.Effect<void>
}

/** Tells who listens, in order. Most have done all they want when they return, and cost nothing more. */
const tellAll = (
  listeners: Stack["onSettled"],
  attempt: AttemptTrace,
  call: ActiveCall,
  detail: SettledDetail,
): Effect.Effect<void> | undefined => {
  let all: Effect.Effect<void> | undefined
  for (const { plugin, told } of listeners) {
    let effect: Effect.Effect<void>
    try {
      effect = told(attempt, call, detail)
    } catch (defect) {
      effect = Effect.die(defect)
    }
    if (effect === Effect.void) continue
    const safe = harmless(plugin, () => effect)
    all = all === undefined ? safe : Effect.andThen(all, safe)
  }
  return all
}

/** Begins the account of an attempt. */
export const settleAttempt = (
  { onSettled }: Pick<Stack, "onSettled">,
  call: ActiveCall,
  candidate: Candidate,
  span: ActiveSpan,
  request?: LlmRequest,
): AttemptAccount => {
  const startedMs = call.elapsedMs()
  let open = true
  let pace: Pace | undefined
  let headers: ResponseHeaders | undefined
  const opened = (slowestGapMs: () => number): void => {
    pace = { firstContentMs: round(call.elapsedMs() - startedMs), slowestGapMs }
  }
  const heard = (told: ResponseHeaders): void => {
    headers = told
  }
  const settle = (outcome: AttemptOutcome): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (!open) return Effect.void
      open = false
      const { usage, verdict, error, interrupted: _, response, ...seen } = outcome
      const ms = call.elapsedMs() - startedMs
      const attempt: AttemptTrace = {
        candidate,
        outcome: word(outcome),
        ms: round(ms),
        ...(pace === undefined
          ? {}
          : { firstContentMs: pace.firstContentMs, slowestGapMs: round(pace.slowestGapMs()) }),
        ...(usage === undefined ? {} : { usage }),
        ...(error === undefined ? {} : { error: { reason: error.reason._tag, message: error.reason.message } }),
        ...(verdict === undefined ? {} : { verdict }),
      }
      call.attempted(attempt)
      const ended = span.end({
        ...seen,
        seconds: ms / 1000,
        ...(usage === undefined ? {} : { usage }),
        ...(error === undefined ? {} : { error }),
        ...(outcome.interrupted === true ? { interrupted: true } : {}),
      })
      if (onSettled.length === 0) return ended
      const detail = {
        ...(request === undefined ? {} : { request }),
        ...(response === undefined ? {} : { response }),
        ...(headers === undefined ? {} : { headers }),
      }
      const told = tellAll(onSettled, attempt, call, detail)
      return told === undefined ? ended : Effect.andThen(told, ended)
    })
  return { opened, heard, settle }
}
