import type { ResponseHeaders } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as PartitionedSemaphore from "effect/PartitionedSemaphore"
import { type Counts, toldLimits, type ToldLimit } from "./rateHeaders.ts"
import type { Turn } from "./Turn.ts"

/** What a request may count for at most, in tokens. */
export interface Asked {
  readonly input: number
  readonly output: number
}

/** A request that was let through, `at` ms since 1970, as the `nth`. */
interface Begun extends Asked {
  readonly at: number
  readonly nth: number
  heard: boolean
}

/** What was left `at` the time when the request was let in that told it, less what others may have taken of it since. */
interface Bucket extends ToldLimit {
  readonly from: Begun
  readonly at: number
  readonly left: number
}

const minute = 60_000
/** A request takes so long at most, in ms, from here to where the provider counts it. */
const travelMs = 1000
/** Nobody looks more often than this, in ms. */
const shortest = 5

const needOf = (counts: Counts, { input, output }: Asked): number => {
  switch (counts) {
    case "requests":
    case "output":
      return 1
    case "input":
      return input
    case "asked":
      return input + output
  }
}

/** How long a bucket takes to fill from empty, in ms. */
const fillMs = ({ limit, remaining, resetMs }: ToldLimit): number =>
  limit === undefined || limit <= remaining ? Math.max(minute, resetMs) : (limit * resetMs) / (limit - remaining)

/**
 * What a model's limits have left, as the headers of its answers tell it: token buckets that fill steadily. A header counts
 * what the provider had let in when it let in its request, so what was sent after that is taken off here. Of this process
 * alone; the headers themselves count what all have used.
 */
export class LearntLimits {
  readonly #now: () => number
  readonly #gate = PartitionedSemaphore.makeUnsafe<string>({ permits: 1 })
  readonly #changed = Latch.makeUnsafe(false)
  /** In the order in which they began. */
  readonly #begun = new Set<Begun>()
  #count = 0
  #buckets: ReadonlyArray<Bucket> = []

  /** `now` in ms since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Waits until there is room in all limits; each tenant gets its turn. */
  enter(turn: Turn, tenant: string, asked: Asked): Effect.Effect<void> {
    const begun = Effect.uninterruptible(Effect.suspend(() => this.#begin(turn, asked)))
    return this.#gate.withPermit(tenant)(Effect.andThen(this.#room(asked), begun))
  }

  #room(asked: Asked): Effect.Effect<void> {
    return Effect.suspend(() => {
      const now = this.#now()
      const ms = Math.max(0, ...this.#buckets.map((bucket) => this.#waitMs(bucket, asked, now)))
      if (ms === 0) return Effect.void
      this.#changed.closeUnsafe()
      const again = Effect.timeoutOption(this.#changed.await, Math.max(shortest, Math.ceil(ms)))
      return Effect.flatMap(again, () => this.#room(asked))
    })
  }

  #waitMs(bucket: Bucket, asked: Asked, now: number): number {
    const { counts, limit = Number.POSITIVE_INFINITY, resetMs } = bucket
    const need = Math.min(limit, needOf(counts, asked))
    const missing = need - this.#level(bucket, now)
    if (missing <= 0) return 0
    return bucket.limit === undefined ? bucket.at + resetMs - now : (missing * fillMs(bucket)) / limit
  }

  #level(bucket: Bucket, now: number): number {
    const { counts, limit, from, left, resetMs } = bucket
    // Without the limit itself nothing is known of how it fills: only when it is full.
    if (limit === undefined && now >= bucket.at + resetMs) return Number.POSITIVE_INFINITY
    const filled = (level: number, ms: number): number =>
      limit === undefined ? level : ms === 0 ? level : Math.min(limit, level + (limit * ms) / fillMs(bucket))
    let level = left
    let { at } = bucket
    for (const begun of this.#begun) {
      if (begun.nth <= from.nth) continue
      // While it travels the provider's bucket may be full, and what would fill in is lost.
      const counted = Math.max(at, Math.min(begun.at + travelMs, now))
      level = filled(level, counted - at) - needOf(counts, begun)
      at = counted
    }
    return filled(level, Math.max(0, now - at))
  }

  #begin(turn: Turn, asked: Asked): Effect.Effect<void> {
    const begun: Begun = { ...asked, at: this.#now(), nth: ++this.#count, heard: false }
    this.#forget(begun.at)
    this.#begun.add(begun)
    turn.onHeaders((headers) => this.#heard(begun, headers))
    return turn.holds(Effect.sync(() => this.#over(begun, turn.sent)))
  }

  /** One that was never sent counts nowhere; one whose headers never came is in those that come from now on. */
  #over(begun: Begun, sent: boolean): void {
    begun.heard = true
    if (!sent) this.#begun.delete(begun)
    this.#changed.openUnsafe()
  }

  #heard(begun: Begun, headers: ResponseHeaders): void {
    begun.heard = true
    const now = this.#now()
    const at = Math.min(now, begun.at + travelMs)
    for (const told of toldLimits(headers, at)) {
      const before = this.#buckets.find(({ counts }) => counts === told.counts)
      // Headers of a long answer may come after those of one that began later, and knows more.
      if (before !== undefined && before.from.nth > begun.nth) continue
      const bucket = { ...told, from: begun, at, left: told.remaining - this.#unheardBefore(begun, told.counts) }
      this.#buckets = [...this.#buckets.filter((other) => other !== before), bucket]
    }
    this.#forget(now)
    this.#changed.openUnsafe()
  }

  /** They may have travelled longer than the one that began after them. */
  #unheardBefore(than: Begun, counts: Counts): number {
    let sum = 0
    for (const begun of this.#begun) {
      if (begun.nth >= than.nth) return sum
      if (!begun.heard && begun.at > than.at - travelMs) sum += needOf(counts, begun)
    }
    return sum
  }

  /** What was told before the limits could fill up from nothing, and requests that all buckets know of. */
  #forget(now: number): void {
    const oldest = now - Math.max(minute, ...this.#buckets.map(fillMs))
    this.#buckets = this.#buckets.filter(({ from }) => from.at > oldest)
    const since = Math.min(...this.#buckets.map(({ from }) => from.nth))
    for (const begun of this.#begun) {
      if (begun.nth > since) return
      if (begun.heard || begun.at <= oldest) this.#begun.delete(begun)
    }
  }
}
