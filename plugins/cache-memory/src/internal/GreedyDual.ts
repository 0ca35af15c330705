/** What the queue needs to know of an entry, and what it notes in it. */
export interface Ranked {
  /** What it costs to get it again. */
  readonly worth: number
  /** The share of the cache that it takes, above 0. */
  readonly share: number
  frequency: number
  /** Its rank now; `queued` is the one by which it stands in the queue, at `place`. */
  rank: number
  queued: number
  place: number
}

/**
 * Who goes first when room is needed: the entry with the least `age + frequency × worth / share`, where `age` is the rank
 * of the last one that went. So cost counts, and likelihood of reuse, and size; and what is no longer asked for goes in the
 * end, whatever it cost. (Cherkasova: Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy,
 * HP Laboratories HPL-98-69R1, 1998.)
 *
 * Ranks only rise, so a hit notes the new rank in O(1), and the binary heap is put right when somebody must go: O(log n).
 */
export class GreedyDual<E extends Ranked> {
  readonly #heap: Array<E> = []
  #age: number

  /** `age`: where an earlier queue has stopped. */
  constructor(age = 0) {
    this.#age = age
  }

  get age(): number {
    return this.#age
  }

  get size(): number {
    return this.#heap.length
  }

  add(entry: E): void {
    this.touch(entry)
    entry.queued = entry.rank
    entry.place = this.#heap.length
    this.#heap.push(entry)
    this.#up(entry)
  }

  /** It was asked for: its `frequency` is the new one already. */
  touch(entry: E): void {
    entry.rank = this.#age + (entry.frequency * entry.worth) / entry.share
  }

  remove(entry: E): void {
    const { place } = entry
    if (this.#heap[place] !== entry) return
    const last = this.#heap.pop()
    entry.place = -1
    if (last === undefined || last === entry) return
    last.place = place
    this.#heap[place] = last
    this.#up(last)
    this.#down(last)
  }

  /** Takes out the one that is worth least. */
  evict(): E | undefined {
    for (;;) {
      const [first] = this.#heap
      if (first === undefined) return undefined
      if (first.rank > first.queued) {
        first.queued = first.rank
        this.#down(first)
      } else {
        this.remove(first)
        this.#age = Math.max(this.#age, first.rank)
        return first
      }
    }
  }

  #up(entry: E): void {
    let { place } = entry
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above]
      if (parent === undefined || parent.queued <= entry.queued) break
      this.#put(parent, place)
      place = above
    }
    this.#put(entry, place)
  }

  #down(entry: E): void {
    let { place } = entry
    for (;;) {
      const left = place * 2 + 1
      const [a, b] = [this.#heap[left], this.#heap[left + 1]]
      if (a === undefined) break
      const least = b !== undefined && b.queued < a.queued ? b : a
      if (least.queued >= entry.queued) break
      const below = least.place
      this.#put(least, place)
      place = below
    }
    this.#put(entry, place)
  }

  #put(entry: E, place: number): void {
    this.#heap[place] = entry
    entry.place = place
  }
}
