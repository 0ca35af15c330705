/** The last so many values and when each came. */
export class RingWindow {
  readonly #values: Float64Array
  readonly #times: Float64Array
  #next = 0
  #size = 0

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity)
    this.#times = new Float64Array(capacity)
  }

  add(value: number, atMs: number): void {
    this.#values[this.#next] = value
    this.#times[this.#next] = atMs
    this.#next = (this.#next + 1) % this.#values.length
    this.#size = Math.min(this.#size + 1, this.#values.length)
  }

  /** Those that came at this time or later, oldest first. */
  since(ms: number): ReadonlyArray<number> {
    const capacity = this.#values.length
    const first = (this.#next - this.#size + capacity) % capacity
    const values: Array<number> = []
    for (let i = 0; i < this.#size; i++) {
      const at = (first + i) % capacity
      if ((this.#times[at] ?? 0) >= ms) values.push(this.#values[at] ?? 0)
    }
    return values
  }
}
