import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Answer } from "./Answer.ts"
import type { CallContext } from "./CallContext.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { Cached, LlmResponse } from "./Response.ts"

/** An answer from the cache: whole, or still flowing when the call joined one in flight. */
export interface CacheHit {
  readonly answer: Answer
  readonly provider: string
  readonly cached: Cached
}

/** What to drop: every entry that matches all the fields given. */
export interface CacheQuery {
  readonly tenant?: string
  readonly model?: string
  readonly tag?: { readonly name: string; readonly value: string }
  readonly pattern?: string
}

export interface CacheStats {
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  readonly entries: number
  readonly bytes: number
}

/**
 * Keeps answers. `key` is the canonical hash of the request, which leaves out tenant and tags: an implementation keeps
 * tenants apart by `context.tenant`. A failure of the cache is a miss with a warning, never a failed call.
 */
export interface Cache {
  readonly lookup: (
    key: string,
    request: LlmRequest,
    context: CallContext,
  ) => Effect.Effect<CacheHit | undefined, LlmError>
  /** The answer to this request whatever its age, for when every candidate failed. */
  readonly lookupStale?: Cache["lookup"]
  readonly store: (
    key: string,
    response: LlmResponse,
    request: LlmRequest,
    context: CallContext,
  ) => Effect.Effect<void, LlmError>
  readonly invalidate: (query: CacheQuery) => Effect.Effect<number, LlmError>
  readonly stats: Effect.Effect<CacheStats, LlmError>
}

/** Default: none. The kernel then does not even hash the request. */
export const Cache = Context.Reference<Cache | undefined>("@switchyard/core/Cache", { defaultValue: () => undefined })
