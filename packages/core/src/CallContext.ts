import type { LlmRequest, StreamContract } from "./Request.ts"
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
}

/** What a router needs to know of a call: all of it, or only its model for embeddings. */
export type Routable = Pick<LlmRequest, "model"> & Partial<LlmRequest>
