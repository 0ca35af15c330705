import { type CacheQuery, type CacheStats, LlmError, type ProviderResponse } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What is counted. `savedMs` and `savedUsd` are what the answers that were given again had taken and cost. */
export interface CacheCounts {
  /** Answers given from the cache, stale ones included. */
  readonly hits: number
  readonly misses: number
  /** Of the hits: no longer fresh, while a newer one was fetched or because every candidate had failed. */
  readonly stale: number
  /** Calls that followed another one that asked the same. */
  readonly joined: number
  readonly stored: number
  /** Answers that were not kept: cut, filtered or too large. */
  readonly refused: number
  /** Entries that made room for others, and entries whose time was over. */
  readonly evictions: number
  readonly expired: number
  readonly savedUsd: number
  /** Answers given again whose cost is not known; it is not in `savedUsd`. */
  readonly unpriced: number
  readonly savedMs: number
  /** Newer answers fetched behind a stale one, and those that could not be. */
  readonly refreshed: number
  readonly refreshesFailed: number
  /** Entries of the file that were damaged, of an older format, or from the future: dropped, never given. */
  readonly corrupt: number
  readonly outdated: number
  readonly fromFuture: number
  /** Times that the file failed. */
  readonly fileFailures: number
}

/** Counted since the stack stands. `file` is what the file holds, where there is one. */
export interface MemoryCacheStats extends CacheStats, CacheCounts {
  readonly file?: { readonly entries: number; readonly bytes: number }
}

/** An entry, as a predicate sees it. Times are ms, `storedAt` since 1970; `asked` is the model that was asked for. */
export interface CacheEntry {
  readonly key: string
  readonly tenant?: string
  readonly asked: string
  readonly provider: string
  readonly model: string
  readonly tags: Readonly<Record<string, string>>
  readonly storedAt: number
  readonly ttlMs: number
  readonly usd?: number
  readonly ms: number
  readonly response: ProviderResponse
}

/** What code does with the cache besides calling through it. All of it can fail where a file is kept: `PluginFailure`. */
export interface MemoryCacheControl {
  /** Drops the entries that fit all fields of the query, or those for which the function is true. Gives how many. */
  readonly invalidate: (which: CacheQuery | ((entry: CacheEntry) => boolean)) => Effect.Effect<number, LlmError>
  readonly stats: Effect.Effect<MemoryCacheStats, LlmError>
}

const absent = Effect.fail(
  LlmError.make({ _tag: "NoRoute", message: "no memory cache is installed: list memoryCache() among the plugins" }),
)

/** The memory cache of the stack, in its context. Default: none, everything fails with `NoRoute`. */
export const MemoryCacheControl = Context.Reference<MemoryCacheControl>("@switchyard/cache-memory/MemoryCacheControl", {
  defaultValue: () => ({ invalidate: () => absent, stats: absent }),
})
