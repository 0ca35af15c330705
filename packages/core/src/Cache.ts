import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Answer } from "./Answer.ts"
import type { CallContext } from "./CallContext.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { Cached, LlmResponse } from "./Response.ts"
import type { StreamPart } from "./StreamPart.ts"

/**
 * An answer from the cache: whole, or still flowing. `inFlight`: it is the answer of another call that is under way, so
 * it is waited for as long as this call lasts; when that call fails before its first content, the cache is asked again, and when it is cut after that,
 * this call begins again, goes on or fails by itself, as its contract says.
 */
export interface CacheHit {
  readonly answer: Answer
  readonly inFlight?: boolean
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

/** How far those who follow a call are with its answer: nobody follows it, all have much left to read, or some want more. */
export type Demand = "none" | "enough" | "more"

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
  /**
   * A call begins that looks nothing up and whose answer will be stored (`refresh`, `write-only`). What is dropped from now
   * on is dropped for its answer too.
   */
  readonly begin?: (key: string, request: LlmRequest, context: CallContext) => Effect.Effect<void, LlmError>
  /**
   * The stream of a call that missed is open. `undefined`: nobody may follow it. Otherwise the call tells its `progress`, and
   * is kept going for as long as somebody follows it: the cache tells their demand at once and whenever it changes. While
   * they want more, the kernel reads ahead of a caller who is slower, up to as many bytes as are given here; when its
   * caller leaves, it goes on to the end, or until nobody follows any more, or the deadline of the call has passed.
   */
  readonly share?: (
    key: string,
    context: CallContext,
    told: (demand: Demand) => void,
  ) => Effect.Effect<number | undefined>
  /**
   * Every batch of parts of this call, in order, the last with `finish` after `store`: for those who join it. Not called
   * for answers that came from the cache, nor for whole answers.
   */
  readonly progress?: (key: string, batch: ReadonlyArray<StreamPart>, context: CallContext) => Effect.Effect<void>
  /**
   * A call that looked up or began has its answer, or is over without one: who waits for it and got none must ask
   * themselves. Of a call that followed another: it does so no more. Once for each call.
   */
  readonly release?: (key: string, context: CallContext) => Effect.Effect<void>
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
