import type { RedisCacheCounts } from "../RedisCacheControl.ts"
import type { Kept } from "./Kept.ts"

/** What has been counted since the stack stands. */
export class Tally {
  readonly counts: { -readonly [K in keyof RedisCacheCounts]: number } = {
    hits: 0,
    nearHits: 0,
    misses: 0,
    stale: 0,
    joined: 0,
    joinedElsewhere: 0,
    stored: 0,
    refused: 0,
    fenced: 0,
    evictions: 0,
    savedUsd: 0,
    unpriced: 0,
    savedMs: 0,
    refreshed: 0,
    refreshesFailed: 0,
    corrupt: 0,
    outdated: 0,
    newer: 0,
    failures: 0,
    skipped: 0,
  }

  add(name: keyof RedisCacheCounts, amount = 1): void {
    this.counts[name] += amount
  }

  /** So many calls were given what it had taken and cost to make this. */
  saved({ usd, ms }: Pick<Kept, "usd" | "ms">, times = 1): void {
    this.counts.savedMs += ms * times
    if (usd === undefined) this.counts.unpriced += times
    else this.counts.savedUsd += usd * times
  }
}
