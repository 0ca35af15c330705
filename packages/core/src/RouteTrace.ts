import * as Schema from "effect/Schema"
import type { LlmRequest } from "./Request.ts"
import type { ProviderResponse } from "./Response.ts"
import type { ResponseHeaders } from "./ResponseHeaders.ts"
import { Usage } from "./Usage.ts"
import { Verdict } from "./Verdict.ts"

/** A model that could answer, and why it is in the list. */
export const Candidate = Schema.Struct({
  provider: Schema.String,
  model: Schema.String,
  reason: Schema.optionalKey(Schema.String),
})
export interface Candidate extends Schema.Schema.Type<typeof Candidate> {}

/** `provider/model`, as users write it. */
export const candidateName = (candidate: Candidate): string => `${candidate.provider}/${candidate.model}`

/**
 * One HTTP request's worth of trying. `ms` is wall time, `firstContentMs` until the first content of a stream,
 * `slowestGapMs` the longest wait for the provider between two pieces of it. `usage` is what it consumed, where reported.
 * Outcomes: `ok` answered; `rejected` answered, but not valid; `failed`; `cancelled` because the caller left or another
 * attempt won.
 */
export const AttemptTrace = Schema.Struct({
  candidate: Candidate,
  outcome: Schema.Literals(["ok", "rejected", "failed", "cancelled"]),
  ms: Schema.Finite,
  firstContentMs: Schema.optionalKey(Schema.Finite),
  slowestGapMs: Schema.optionalKey(Schema.Finite),
  usage: Schema.optionalKey(Usage),
  error: Schema.optionalKey(Schema.Struct({ reason: Schema.String, message: Schema.String })),
  verdict: Schema.optionalKey(Verdict),
})
export interface AttemptTrace extends Schema.Schema.Type<typeof AttemptTrace> {}

/**
 * What was sent and what came, where the whole of it is known. `headers`: of the provider's last answer, also of one that
 * refused, as far as the provider tells them.
 */
export interface SettledDetail {
  readonly request?: LlmRequest
  readonly response?: ProviderResponse
  readonly headers?: ResponseHeaders
}

/** Something that was decided, by which part of the stack, `atMs` after the call began. */
export const Decision = Schema.Struct({ atMs: Schema.Finite, by: Schema.String, what: Schema.String })
export interface Decision extends Schema.Schema.Type<typeof Decision> {}

/** Every decision of one call: where it could go and why, each attempt, the cache, retries and escalation. */
export const RouteTrace = Schema.Struct({
  strategy: Schema.String,
  reasons: Schema.Array(Schema.String),
  candidates: Schema.Array(Candidate),
  attempts: Schema.Array(AttemptTrace),
  decisions: Schema.Array(Decision),
})
export interface RouteTrace extends Schema.Schema.Type<typeof RouteTrace> {}

/** The trace of a call that has decided nothing yet. */
export const emptyTrace: RouteTrace = { strategy: "none", reasons: [], candidates: [], attempts: [], decisions: [] }
