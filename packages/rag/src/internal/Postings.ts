/** Where a word occurs: slots of texts, ascending, and how often in each. Counts above 255 are 255: more says no more. */
export class Postings {
  slots = new Uint32Array(2)
  counts = new Uint8Array(2)
  length = 0
  /** How many of them are texts that are still there. */
  live = 0

  add(slot: number, count: number): void {
    if (this.length === this.slots.length) this.#resize(this.length * 2)
    this.slots[this.length] = slot
    this.counts[this.length++] = Math.min(255, count)
    this.live++
  }

  /** Slots have moved: `moved[old]` is the new one, -1 of a text that is gone. */
  move(moved: Int32Array): void {
    let kept = 0
    for (let at = 0; at < this.length; at++) {
      const slot = moved[this.slots[at]!]!
      if (slot < 0) continue
      this.slots[kept] = slot
      this.counts[kept++] = this.counts[at]!
    }
    this.length = kept
    if (kept * 4 < this.slots.length) this.#resize(Math.max(2, kept))
  }

  #resize(size: number): void {
    const [slots, counts] = [this.slots, this.counts]
    this.slots = new Uint32Array(size)
    this.counts = new Uint8Array(size)
    this.slots.set(slots.subarray(0, this.length))
    this.counts.set(counts.subarray(0, this.length))
  }
}
