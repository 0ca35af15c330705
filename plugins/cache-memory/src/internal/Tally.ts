import type { CacheCounts } from "../MemoryCacheControl.ts"
import type { Kept } from "./Entry.ts"

type Counts = { -readonly [K in keyof CacheCounts]: number }

const zero = (): Counts => ({
  hits: 0,
  misses: 0,
  stale: 0,
  joined: 0,
  stored: 0,
  refused: 0,
  evictions: 0,
  expired: 0,
  savedUsd: 0,
  unpriced: 0,
  savedMs: 0,
  refreshed: 0,
  refreshesFailed: 0,
  corrupt: 0,
  outdated: 0,
  fromFuture: 0,
  fileFailures: 0,
})

/** All counts, of which some may be given. */
export const countsOf = (given: ReadonlyMap<string, number>): CacheCounts => {
  const counts = zero()
  for (const name of Object.keys(counts) as Array<keyof Counts>) counts[name] = given.get(name) ?? 0
  return counts
}

/** What has been counted since the stack stands. */
export class Tally {
  readonly counts = zero()
  #told = zero()

  add(name: keyof CacheCounts, amount = 1): void {
    this.counts[name] += amount
  }

  /** So many calls were given what it had taken and cost to make this. */
  saved({ usd, ms }: Pick<Kept, "usd" | "ms">, times = 1): void {
    this.counts.savedMs += ms * times
    if (usd === undefined) this.counts.unpriced += times
    else this.counts.savedUsd += usd * times
  }

  /** What was added since the last time that this was asked for. */
  take(): ReadonlyArray<readonly [name: string, amount: number]> {
    const before = this.#told
    this.#told = { ...this.counts }
    return (Object.keys(before) as Array<keyof Counts>)
      .map((name) => [name, this.counts[name] - before[name]] as const)
      .filter(([, amount]) => amount !== 0)
  }
}
