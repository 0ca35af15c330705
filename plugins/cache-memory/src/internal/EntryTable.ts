import type { Entry, Room } from "./Entry.ts"
import { FrequencySketch, hashOf } from "./FrequencySketch.ts"
import { GreedyDual } from "./GreedyDual.ts"
import type { Tally } from "./Tally.ts"

/** So many entries are looked at for their end with every one that is added. */
const swept = 4

/** The entries in memory, within a number and within bytes. Everything is O(1), but an eviction, which is O(log n). */
export class EntryTable {
  readonly #room: Room
  readonly #entries = new Map<string, Entry>()
  readonly #queue = new GreedyDual<Entry>()
  readonly #asked: FrequencySketch
  #hand: Iterator<Entry> | undefined
  #bytes = 0
  readonly #tally: Tally

  constructor(room: Room, tally: Tally) {
    this.#tally = tally
    this.#room = room
    this.#asked = new FrequencySketch(room.maxEntries)
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  all(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Looks without being counted. */
  peek(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** Somebody asks for it, whether it is there or not. */
  find(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    this.#asked.count(entry?.hash ?? hashOf(id))
    return entry
  }

  /** It was given to somebody. */
  used(entry: Entry): void {
    entry.hits++
    entry.frequency++
    this.#queue.touch(entry)
  }

  /** Puts it in, and lets those go that are worth least: it may be this one. */
  add(entry: Entry, isOver: (entry: Entry) => boolean): void {
    this.remove(entry.kept.id)
    this.#sweep(isOver)
    entry.frequency = Math.max(entry.hits, this.#asked.estimate(entry.hash), 1)
    this.#entries.set(entry.kept.id, entry)
    this.#bytes += entry.bytes
    this.#queue.add(entry)
    while (this.#entries.size > this.#room.maxEntries || this.#bytes > this.#room.maxBytes) {
      const gone = this.#queue.evict()
      if (gone === undefined) return
      this.#tally.add("evictions")
      this.#forget(gone)
    }
  }

  remove(id: string): boolean {
    const entry = this.#entries.get(id)
    if (entry === undefined) return false
    this.#queue.remove(entry)
    this.#forget(entry)
    return true
  }

  clear(): void {
    for (const id of this.#entries.keys()) this.remove(id)
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.kept.id)
    this.#bytes -= entry.bytes
  }

  /** A few steps of an endless round: what is over does not wait until somebody asks for it. */
  #sweep(isOver: (entry: Entry) => boolean): void {
    for (let step = 0; step < swept; step++) {
      this.#hand ??= this.#entries.values()
      const { done, value } = this.#hand.next()
      if (done === true) {
        this.#hand = undefined
        return
      }
      if (!isOver(value)) continue
      this.remove(value.kept.id)
      this.#tally.add("expired")
    }
  }
}
