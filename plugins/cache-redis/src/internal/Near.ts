import { ownCopy } from "@switchyard/caching"
import { LRUCache } from "lru-cache"
import type { NearSettings } from "../Options.ts"
import type { Kept } from "./Kept.ts"
import type { Tally } from "./Tally.ts"

interface NearEntry {
  readonly kept: Kept
  readonly until: number
  readonly bytes: number
}

/**
 * Answers that this process has seen in Redis, least recently used first out. It is empty while changes by others could be
 * missed, and what changes while it is being read is not taken in.
 */
export class Near {
  readonly #entries: LRUCache<string, NearEntry>
  readonly #reading = new Map<string, symbol>()
  readonly #settings: NearSettings
  #open = false

  constructor(settings: NearSettings, tally: Tally) {
    this.#settings = settings
    this.#entries = new LRUCache({
      max: settings.maxEntries,
      maxSize: settings.maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (_, __, reason) => (reason === "evict" ? tally.add("evictions") : undefined),
    })
  }

  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#entries.calculatedSize }
  }

  /** Nothing is missed from now on. */
  open(): void {
    this.close()
    this.#open = true
  }

  close(): void {
    this.#open = false
    this.#entries.clear()
    this.#reading.clear()
  }

  get(member: string, now: number): Kept | undefined {
    const entry = this.#entries.get(member)
    if (entry === undefined) return undefined
    if (now < entry.until && now >= entry.until - this.#settings.forMs) return entry.kept
    this.#entries.delete(member)
    return undefined
  }

  /** Redis is about to be asked: what it says counts unless the entry changes meanwhile. */
  reading(member: string): symbol {
    const mark = Symbol()
    if (this.#open) this.#reading.set(member, mark)
    return mark
  }

  /** Whatever came of it. */
  read(
    member: string,
    mark: symbol,
    found: { readonly kept: Kept; readonly bytes: number } | undefined,
    now: number,
  ): void {
    if (this.#reading.get(member) !== mark) return
    this.#reading.delete(member)
    if (found !== undefined) this.put(member, found.kept, found.bytes, now)
  }

  put(member: string, kept: Kept, bytes: number, now: number): void {
    if (!this.#open || bytes > this.#settings.maxBytes) return
    this.#entries.set(member, {
      kept: { ...kept, response: ownCopy(kept.response) },
      until: now + this.#settings.forMs,
      bytes,
    })
  }

  forget(member: string): void {
    this.#entries.delete(member)
    this.#reading.delete(member)
  }
}
