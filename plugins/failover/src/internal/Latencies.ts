/** Observations kept per candidate: enough for a 99th percentile, small enough for a thousand candidates. */
const capacity = 128
/** The percentile is found anew after so many observations: sorting at every call would cost more than it tells. */
const renewEvery = 8

/** The most recent waits of one candidate, in ms. */
export class Latencies {
  readonly #ring = new Float64Array(capacity)
  #count = 0
  #sortedAt = 0
  #sorted: Float64Array = new Float64Array(0)

  observe(ms: number): void {
    this.#ring[this.#count++ % capacity] = ms
  }

  get samples(): number {
    return Math.min(this.#count, capacity)
  }

  /** The wait that `share` (0 to 1) of the calls did not exceed; `undefined` with none observed. Nearest rank. */
  percentile(share: number): number | undefined {
    if (this.#count === 0) return undefined
    if (this.#sorted.length === 0 || this.#count - this.#sortedAt >= renewEvery) {
      this.#sorted = this.#ring.slice(0, this.samples).sort()
      this.#sortedAt = this.#count
    }
    return this.#sorted[Math.max(0, Math.ceil(share * this.#sorted.length) - 1)]
  }
}
