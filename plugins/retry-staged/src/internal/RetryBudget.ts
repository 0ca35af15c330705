/** How many retries one provider may be given at once, and how many more per second. */
export interface BudgetSize {
  readonly capacity: number
  readonly refillPerSecond: number
  /** Retries earned back by each attempt that answers, as gRPC's `tokenRatio`. */
  readonly perSuccess: number
}

interface Bucket {
  tokens: number
  atMs: number
}

/**
 * A bucket of retries for each provider, shared by all calls of a stack, so that an outage is not multiplied: when a
 * thousand calls fail together, only as many are sent again as the bucket holds. As in gRPC's retry throttling (A6) and the
 * AWS SDKs' retry quota it is refilled by successes, and by time, so that a provider that is asked seldom gets it back too.
 */
export class RetryBudget {
  readonly #size: BudgetSize
  readonly #buckets = new Map<string, Bucket>()

  constructor(size: BudgetSize) {
    this.#size = size
  }

  /** An attempt at this provider answered. A bucket that was never touched is full. */
  give(provider: string): void {
    const bucket = this.#buckets.get(provider)
    if (bucket === undefined) return
    bucket.tokens = Math.min(this.#size.capacity, bucket.tokens + this.#size.perSuccess)
  }

  /** Takes one retry for this provider, at this time in ms; `false` when none is left. */
  take(provider: string, nowMs: number): boolean {
    const { capacity, refillPerSecond } = this.#size
    let bucket = this.#buckets.get(provider)
    if (bucket === undefined) {
      bucket = { tokens: capacity, atMs: nowMs }
      this.#buckets.set(provider, bucket)
    }
    const refilled = (Math.max(0, nowMs - bucket.atMs) / 1000) * refillPerSecond
    bucket.tokens = Math.min(capacity, bucket.tokens + refilled)
    bucket.atMs = nowMs
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}
