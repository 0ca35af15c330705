import { hash } from "node:crypto"
import type { Metadata, MetadataPredicate } from "@switchyard/rag"

/** What an id stands for, at hand without a look into the records. */
export interface Entry {
  readonly id: string
  readonly metadata: Metadata
}

/**
 * Which ids stand at which slot of an index. Equal vectors share one: a graph with many nodes at one place does not find what
 * is beside them. What is gone leaves an empty slot, which is used again.
 */
export class Slots {
  readonly #slotOf = new Map<string, number>()
  /** By slot. */
  readonly #firsts: Array<Entry | undefined> = []
  /** By slot, where there are any, and then by id. */
  readonly #others = new Map<number, Map<string, Entry>>()
  readonly #free: Array<number> = []
  readonly #slotOfVector = new Map<string, number>()
  /** By slot. Those that were read from a file have none: of an equal vector that comes later, there are two slots. */
  readonly #digests: Array<string | undefined> = []

  /** How many ids there are. */
  get size(): number {
    return this.#slotOf.size
  }

  /** How many slots are used. */
  get used(): number {
    return this.#firsts.length - this.#free.length
  }

  slotOf(id: string): number | undefined {
    return this.#slotOf.get(id)
  }

  /** Gives the slot where a vector is the first of its kind. */
  put(entry: Entry, vector: Float32Array): number | undefined {
    const digest = hash("sha256", new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), "binary")
    const there = this.#slotOfVector.get(digest)
    if (there !== undefined) {
      this.place(entry, there)
      return undefined
    }
    const slot = this.#free.pop() ?? this.#firsts.length
    this.place(entry, slot)
    this.#slotOfVector.set(digest, slot)
    this.#digests[slot] = digest
    return slot
  }

  place(entry: Entry, slot: number): void {
    this.#slotOf.set(entry.id, slot)
    while (this.#firsts.length <= slot) {
      this.#firsts.push(undefined)
      this.#digests.push(undefined)
    }
    if (this.#firsts[slot] === undefined) this.#firsts[slot] = entry
    else {
      const others = this.#others.get(slot) ?? new Map<string, Entry>()
      this.#others.set(slot, others.set(entry.id, entry))
    }
  }

  /** Slots below the highest that nothing was placed at. */
  freeRest(): void {
    for (const [slot, entry] of this.#firsts.entries()) if (entry === undefined) this.#free.push(slot)
  }

  /** Gives the slot where nothing is left. */
  remove(id: string): number | undefined {
    const slot = this.#slotOf.get(id)
    if (slot === undefined) return undefined
    this.#slotOf.delete(id)
    const others = this.#others.get(slot)
    if (this.#firsts[slot]?.id === id) this.#firsts[slot] = others?.values().next().value
    const first = this.#firsts[slot]
    others?.delete(id)
    if (first !== undefined) others?.delete(first.id)
    if (others?.size === 0) this.#others.delete(slot)
    if (first !== undefined) return undefined
    const digest = this.#digests[slot]
    if (digest !== undefined) this.#slotOfVector.delete(digest)
    this.#digests[slot] = undefined
    this.#free.push(slot)
    return slot
  }

  /** Adds what passes of a slot to `into`: of several at most `k`, those whose ids sort first. */
  see(slot: number, k: number, accepts: MetadataPredicate | undefined, into: Array<Entry>): void {
    const first = this.#firsts[slot]
    const others = this.#others.get(slot)
    if (first === undefined) return
    if (others === undefined) {
      if (accepts === undefined || accepts(first.metadata)) into.push(first)
      return
    }
    const found: Array<Entry> = []
    for (const entry of [first, ...others.values()]) {
      if (found.length >= k && entry.id > found[k - 1]!.id) continue
      if (accepts !== undefined && !accepts(entry.metadata)) continue
      const at = found.findIndex(({ id }) => entry.id < id)
      found.splice(at < 0 ? found.length : at, 0, entry)
      if (found.length > k) found.pop()
    }
    into.push(...found)
  }

  /** About so many entries, evenly from all slots. */
  sample(count: number): ReadonlyArray<Entry> {
    const entries: Array<Entry> = []
    const step = Math.max(1, this.#firsts.length / count)
    for (let at = 0; at < this.#firsts.length; at += step) {
      const entry = this.#firsts[Math.floor(at)]
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  }
}
