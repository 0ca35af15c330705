/** What a window saw: `slow` counts successes and failures alike. */
export interface Tally {
  readonly calls: number
  readonly failed: number
  readonly slow: number
}

/** A sliding record of how calls ended. `at` in ms, never going back. */
export interface Window {
  readonly record: (failed: boolean, slow: boolean, at: number) => void
  readonly tally: (at: number) => Tally
}

const failedBit = 1
const slowBit = 2

/** The last `size` calls: a ring of one byte a call, with running sums. */
export class CountWindow implements Window {
  readonly #ring: Uint8Array
  #next = 0
  #calls = 0
  #failed = 0
  #slow = 0

  constructor(size: number) {
    this.#ring = new Uint8Array(size)
  }

  record(failed: boolean, slow: boolean): void {
    const ring = this.#ring
    const oldest = ring[this.#next] ?? 0
    if (this.#calls === ring.length) {
      this.#failed -= oldest & failedBit
      this.#slow -= (oldest & slowBit) >> 1
    } else {
      this.#calls++
    }
    ring[this.#next] = (failed ? failedBit : 0) | (slow ? slowBit : 0)
    this.#next = (this.#next + 1) % ring.length
    if (failed) this.#failed++
    if (slow) this.#slow++
  }

  tally(): Tally {
    return { calls: this.#calls, failed: this.#failed, slow: this.#slow }
  }
}

/** More buckets would be finer than any breaker needs and cost memory per model. */
const mostBuckets = 60

/**
 * The calls of the last `ms`, in buckets of a second or of a sixtieth of the window. Buckets are told apart by time and
 * not by call, so that after an idle gap nothing stale is left. Buckets are whole ms, rounded up.
 */
export class TimeWindow implements Window {
  readonly #buckets: number
  readonly #bucketMs: number
  /** Three counters a bucket: calls, failed, slow. */
  readonly #counts: Int32Array
  #epoch = Number.NEGATIVE_INFINITY
  #calls = 0
  #failed = 0
  #slow = 0

  constructor(ms: number) {
    this.#buckets = Math.max(1, Math.min(mostBuckets, Math.ceil(ms / 1000)))
    this.#bucketMs = Math.ceil(ms / this.#buckets)
    this.#counts = new Int32Array(this.#buckets * 3)
  }

  record(failed: boolean, slow: boolean, at: number): void {
    const base = this.#advance(at)
    const counts = this.#counts
    counts[base] = (counts[base] ?? 0) + 1
    this.#calls++
    if (failed) {
      counts[base + 1] = (counts[base + 1] ?? 0) + 1
      this.#failed++
    }
    if (slow) {
      counts[base + 2] = (counts[base + 2] ?? 0) + 1
      this.#slow++
    }
  }

  tally(at: number): Tally {
    this.#advance(at)
    return { calls: this.#calls, failed: this.#failed, slow: this.#slow }
  }

  /** Empties what has left the window; gives where the bucket of `at` begins. */
  #advance(at: number): number {
    const epoch = Math.floor(at / this.#bucketMs)
    const passed = Math.min(epoch - this.#epoch, this.#buckets)
    for (let step = 1; step <= passed; step++) this.#clear(this.#indexOf(epoch - passed + step))
    if (epoch > this.#epoch) this.#epoch = epoch
    return this.#indexOf(this.#epoch)
  }

  #indexOf(epoch: number): number {
    return (((epoch % this.#buckets) + this.#buckets) % this.#buckets) * 3
  }

  #clear(base: number): void {
    const counts = this.#counts
    this.#calls -= counts[base] ?? 0
    this.#failed -= counts[base + 1] ?? 0
    this.#slow -= counts[base + 2] ?? 0
    counts.fill(0, base, base + 3)
  }
}
