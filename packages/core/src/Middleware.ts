import type * as Effect from "effect/Effect"
import * as Context from "effect/Context"
import type { Answer } from "./Answer.ts"
import type { CallContext } from "./CallContext.ts"
import type { EmbedRequest, ProviderEmbedResponse } from "./Embed.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { LlmResponse } from "./Response.ts"
import type { AttemptTrace, Candidate, SettledDetail } from "./RouteTrace.ts"

/**
 * The fixed places of middleware, in the order in which requests pass them; responses pass them in reverse. So the order
 * in which plugins are listed never matters: within one stage they run by name.
 */
export const stages = ["guard", "context", "prompt", "budget", "tools", "fit", "quality", "usage"] as const
export type Stage = (typeof stages)[number]

/** One attempt at one candidate. Calling it again makes another request to the provider. */
export type Attempt = (request: LlmRequest) => Effect.Effect<Answer, LlmError>

/** The same for embeddings. It gives one vector for each input of the request that it is given. */
export type EmbedAttempt = (request: EmbedRequest) => Effect.Effect<ProviderEmbedResponse, LlmError>

/**
 * How a call ended: with what its caller was given, with a failure, or because its caller left; embeddings that were
 * given have none of the three. A call whose caller left while others followed its answer ends with that answer or its
 * failure, and `interrupted` as well. `ms` since its start; `request` as far as middleware had made it, none for embeddings.
 */
export interface CallOutcome {
  readonly ms: number
  readonly request?: LlmRequest
  readonly response?: LlmResponse
  readonly error?: LlmError
  readonly interrupted?: boolean
}

/**
 * Takes part in every call, the same for generate and stream.
 * - `request`: once, before cache and routing: guards, retrieved passages, prompts, budgets.
 * - `attempt`: around each attempt at a candidate: images fitted to the model, a tool loop.
 * - `embed`: the same around each attempt of an embedding, which passes no `request`, `attempt` or `response`: budgets, rate
 *   limits. It must give one vector for each input; `request.model` is the candidate's.
 * - `response`: once, when the answer is whole and valid: quality, usage. Of a stream the parts have flowed by then, so
 *   what it changes shows in `finish` only.
 * - `settled`: told how each attempt ended, of answers and embeddings; streams after their last part.
 * - `ended`: told once how each call ended, also one that failed, that its caller left, or that asked for embeddings. The
 *   caller waits for both: what takes time belongs in a fiber of the plugin's own. A call that goes on for those who follow
 *   it ends with its answer, not when its caller leaves, and then nobody waits.
 */
export interface Middleware {
  readonly name: string
  readonly stage: Stage
  readonly request?: (request: LlmRequest, context: CallContext) => Effect.Effect<LlmRequest, LlmError>
  readonly attempt?: (
    request: LlmRequest,
    candidate: Candidate,
    next: Attempt,
    context: CallContext,
  ) => Effect.Effect<Answer, LlmError>
  readonly embed?: (
    request: EmbedRequest,
    candidate: Candidate,
    next: EmbedAttempt,
    context: CallContext,
  ) => Effect.Effect<ProviderEmbedResponse, LlmError>
  readonly response?: (
    response: LlmResponse,
    request: LlmRequest,
    context: CallContext,
  ) => Effect.Effect<LlmResponse, LlmError>
  readonly settled?: (attempt: AttemptTrace, context: CallContext, detail: SettledDetail) => Effect.Effect<void>
  readonly ended?: (outcome: CallOutcome, context: CallContext) => Effect.Effect<void>
}

export interface RegisteredMiddleware {
  readonly middleware: Middleware
  readonly plugin: string
}

/** The middleware of a stack. Default: none. */
export const Middlewares = Context.Reference<ReadonlyArray<RegisteredMiddleware>>("@switchyard/core/Middlewares", {
  defaultValue: () => [],
})

/** By stage, then by name. */
export const inOrder = (list: ReadonlyArray<RegisteredMiddleware>): ReadonlyArray<RegisteredMiddleware> =>
  [...list].sort(
    (a, b) =>
      stages.indexOf(a.middleware.stage) - stages.indexOf(b.middleware.stage) ||
      (a.middleware.name < b.middleware.name ? -1 : 1),
  )
