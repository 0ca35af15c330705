import type * as Effect from "effect/Effect"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest, LlmRequestInput, StreamContract } from "./Request.ts"
import type { LlmResponse } from "./Response.ts"
import type { ProvidersShape } from "./Providers.ts"
import type { ModelCatalog } from "./ModelCatalog.ts"
import type { Routes } from "./Router.ts"
import type { Warning } from "./Finish.ts"

export type Operation = "generate" | "stream" | "embed"

/**
 * What every plugin is told about the call it takes part in. `elapsedMs` and `remainingMs` count from the start of the
 * call and to its deadline; `contract` is what the caller chose in `policy.stream`; `decide` writes a line into the route
 * trace; `warn` adds a warning to the answer.
 */
export interface CallContext {
  readonly id: string
  readonly operation: Operation
  readonly contract: StreamContract | undefined
  readonly tenant: string | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly elapsedMs: () => number
  readonly remainingMs: () => number
  readonly routes: Routes
  readonly providers: ProvidersShape
  readonly catalog: ModelCatalog
  readonly decide: (by: string, what: string) => void
  readonly warn: (warning: Warning) => void
  /** 0 for a call of the user, 1 for a call that a plugin makes within it, and so on. */
  readonly depth: number
  /**
   * A call of its own within this one, through the same stack and for the same tenant and tags: a judge's, a rewriter's.
   * It has at most the time that this call has left. Fails with `InvalidRequest` where calls within calls go deeper than
   * three, so that judges cannot judge judges for ever.
   */
  readonly ask: (request: LlmRequestInput) => Effect.Effect<LlmResponse, LlmError>
}

/** What a router needs to know of a call: all of it, or only its model for embeddings. */
export type Routable = Pick<LlmRequest, "model"> & Partial<LlmRequest>
