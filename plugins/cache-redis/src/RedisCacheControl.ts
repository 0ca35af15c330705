import { type CacheQuery, type CacheStats, LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What this process counted since its stack stands. `savedMs` and `savedUsd`: what answers given again had taken and cost. */
export interface RedisCacheCounts {
  /** Answers given from the cache, stale ones included. */
  readonly hits: number
  /** Of the hits: from this process, without asking Redis. */
  readonly nearHits: number
  readonly misses: number
  /** Of the hits: no longer fresh, while a newer one was fetched or because every candidate had failed. */
  readonly stale: number
  /** Calls that followed another one that asked the same, in this process, or in another. */
  readonly joined: number
  readonly joinedElsewhere: number
  readonly stored: number
  /** Answers that were not kept: cut, filtered or too large. */
  readonly refused: number
  /** Answers that were not kept: another process led by then, or such answers had been dropped meanwhile. */
  readonly fenced: number
  /** Entries of this process that made room for others. */
  readonly evictions: number
  readonly savedUsd: number
  /** Answers given again whose cost is not known; it is not in `savedUsd`. */
  readonly unpriced: number
  readonly savedMs: number
  /** Newer answers fetched behind a stale one, and those that could not be. */
  readonly refreshed: number
  readonly refreshesFailed: number
  /** Entries that were damaged or of an older format: dropped, never given. */
  readonly corrupt: number
  readonly outdated: number
  /** Entries of a newer format: left where they are, never given. */
  readonly newer: number
  /** Commands that Redis did not answer in time, or refused. */
  readonly failures: number
  /** Times that Redis was left alone because it had failed again and again, or was not connected. */
  readonly skipped: number
}

/** `entries` and `bytes` are what Redis holds for all processes; `connected` and `breaker` are how Redis is seen from here. */
export interface RedisCacheStats extends CacheStats, RedisCacheCounts {
  readonly connected: boolean
  readonly breaker: "closed" | "open" | "half-open"
  readonly near: { readonly entries: number; readonly bytes: number }
}

/** What code does with the cache besides calling through it. Both fail with `Network` or `Timeout` where Redis is away. */
export interface RedisCacheControl {
  /** Drops the entries that fit all fields of the query, in all processes. Gives how many. */
  readonly invalidate: (query: CacheQuery) => Effect.Effect<number, LlmError>
  readonly stats: Effect.Effect<RedisCacheStats, LlmError>
  /** What is known without asking Redis. */
  readonly counts: Effect.Effect<Omit<RedisCacheStats, "entries" | "bytes">>
}

const absent = Effect.fail(
  LlmError.make({ _tag: "NoRoute", message: "no Redis cache is installed: list redisCache() among the plugins" }),
)

/** The Redis cache of the stack, in its context. Default: none, everything fails with `NoRoute`. */
export const RedisCacheControl = Context.Reference<RedisCacheControl>("@switchyard/cache-redis/RedisCacheControl", {
  defaultValue: () => ({ invalidate: () => absent, stats: absent, counts: Effect.orDie(absent) }),
})
