import type { ProviderResponse } from "@switchyard/core"
import { hashOf } from "./FrequencySketch.ts"
import type { Ranked } from "./GreedyDual.ts"

/** What is kept of an answer, in memory and in a file alike. Times are ms, `storedAt` since 1970. */
export interface Kept {
  /** The key behind its tenant's wall. */
  readonly id: string
  readonly key: string
  readonly tenant?: string
  /** The model as it was asked for. */
  readonly asked: string
  readonly provider: string
  readonly tags: Readonly<Record<string, string>>
  readonly storedAt: number
  readonly ttlMs: number
  /** What the answer cost, where it is known, and how long it took. */
  readonly usd?: number
  readonly ms: number
  readonly response: ProviderResponse
}

/** An entry in memory. */
export interface Entry extends Ranked {
  readonly kept: Kept
  readonly bytes: number
  readonly hash: number
  hits: number
}

/** No text that a tenant can have makes it another's, and none is not the empty one. */
export const idOf = (tenant: string | undefined, key: string): string =>
  tenant === undefined ? `-${key}` : `${tenant.length}:${tenant}${key}`

/** What room an entry takes, and how long a wait is worth a USD. */
export interface Room {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly usdPerSecond: number
}

/** The larger of the shares that it takes of the places and of the bytes: what is scarce decides. */
export const shareOf = (bytes: number, { maxEntries, maxBytes }: Room): number =>
  Math.max(1 / maxEntries, bytes / maxBytes)

const leastWorth = 1e-9

/** What it costs to get the answer again, in USD, waiting included. */
export const worthOf = ({ usd = 0, ms }: Pick<Kept, "usd" | "ms">, { usdPerSecond }: Room): number =>
  Math.max(leastWorth, usd) + (Math.max(0, ms) / 1000) * usdPerSecond

export const entryOf = (kept: Kept, bytes: number, room: Room, hits = 0): Entry => ({
  kept,
  bytes,
  hash: hashOf(kept.id),
  hits,
  worth: worthOf(kept, room),
  share: shareOf(bytes, room),
  frequency: 1,
  rank: 0,
  queued: 0,
  place: -1,
})
