import type { Metadata } from "@switchyard/rag"
import type { Index } from "usearch"

/** The part of `usearch` that is used here. */
export type Usearch = Pick<typeof import("usearch"), "Index" | "MetricKind" | "ScalarKind">

/** Shorter vectors lose too much as bytes, and are small anyway. */
const bytesFrom = 64

/** About 4 ms of adding, measured at 384 dimensions. */
const addedAtOnce = (dimensions: number): number => Math.max(1, Math.min(64, Math.round(4096 / dimensions)))

/** What an id stands for, at hand without a look into the records. */
export interface Entry {
  readonly id: string
  readonly metadata: Metadata
}

/**
 * An index of one namespace's vectors, which must have length 1: a hierarchical navigable small world (Malkov & Yashunin,
 * 2018) of `usearch`. It holds numbers of one byte, a quarter of the vectors' size, so what it gives are candidates in nearly
 * the right order, to be scored again. Ids wait until they are added, a few at a time.
 */
export class Hnsw {
  readonly #index: Index
  readonly #slotOf = new Map<string, number>()
  /** By slot. What is gone leaves an empty one, which is used again. */
  readonly #entries: Array<Entry | undefined> = []
  readonly #free: Array<number> = []
  readonly #waiting = new Map<string, Entry>()
  readonly atOnce: number

  constructor({ Index, MetricKind, ScalarKind }: Usearch, dimensions: number) {
    this.#index = new Index({
      dimensions,
      metric: MetricKind.IP,
      quantization: dimensions < bytesFrom ? ScalarKind.F32 : ScalarKind.I8,
      // What usearch takes for good: 16 neighbours, 128 looked at when adding, 64 when searching.
      connectivity: 0,
      expansion_add: 0,
      expansion_search: 0,
      multi: false,
    })
    this.atOnce = addedAtOnce(dimensions)
  }

  /** How many ids it finds. */
  get size(): number {
    return this.#slotOf.size
  }

  /** What is not in it yet, by id. */
  get waiting(): ReadonlyMap<string, Entry> {
    return this.#waiting
  }

  /** The vector of an id is new: it waits to be added. */
  renew(entry: Entry): void {
    this.remove(entry.id)
    this.#waiting.set(entry.id, entry)
  }

  remove(id: string): void {
    this.#waiting.delete(id)
    const slot = this.#slotOf.get(id)
    if (slot === undefined) return
    this.#index.remove(BigUint64Array.of(BigInt(slot)))
    this.#slotOf.delete(id)
    this.#entries[slot] = undefined
    this.#free.push(slot)
  }

  /** Takes in vectors whose ids waited. */
  add(records: ReadonlyArray<{ readonly id: string; readonly vector: Float32Array }>): void {
    const [first] = records
    if (first === undefined) return
    const keys = new BigUint64Array(records.length)
    const rows = new Float32Array(records.length * first.vector.length)
    for (const [i, { id, vector }] of records.entries()) {
      const entry = this.#waiting.get(id)
      if (entry === undefined) throw new Error(`"${id}" does not wait to be added`)
      const slot = this.#free.pop() ?? this.#entries.length
      this.#place(entry, slot)
      keys[i] = BigInt(slot)
      rows.set(vector, i * vector.length)
    }
    // One thread: more of them spin against each other as soon as the machine has other work.
    this.#index.add(keys, rows, 1)
  }

  /** About the `n` nearest, best first; fewer where there are no more. */
  nearest(unit: Float32Array, n: number): ReadonlyArray<Entry> {
    const { keys } = this.#index.search(unit, n, 1)
    const found: Array<Entry> = []
    for (const key of keys) {
      const entry = this.#entries[Number(key)]
      if (entry !== undefined) found.push(entry)
    }
    return found
  }

  /** About so many of those that it finds, evenly from all of them. */
  sample(count: number): ReadonlyArray<Entry> {
    const entries: Array<Entry> = []
    const step = Math.max(1, this.#entries.length / count)
    for (let at = 0; at < this.#entries.length; at += step) {
      const entry = this.#entries[Math.floor(at)]
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  }

  /** Writes the index; gives the slot of each id, -1 for those that wait. */
  save(path: string, ids: ReadonlyArray<string>): Int32Array {
    this.#index.save(path)
    return Int32Array.from(ids, (id) => this.#slotOf.get(id) ?? -1)
  }

  /** Reads what `save` wrote. Throws when it does not belong to these slots. */
  static load(
    usearch: Usearch,
    dimensions: number,
    path: string,
    entries: ReadonlyArray<Entry>,
    slots: Int32Array,
  ): Hnsw {
    const hnsw = new Hnsw(usearch, dimensions)
    hnsw.#index.load(path)
    for (const [i, entry] of entries.entries()) {
      const slot = slots[i] ?? -1
      if (slot < 0) hnsw.#waiting.set(entry.id, entry)
      else hnsw.#place(entry, slot)
    }
    for (let slot = 0; slot < hnsw.#entries.length; slot++) {
      if (hnsw.#entries[slot] === undefined) hnsw.#free.push(slot)
    }
    if (hnsw.#index.size() !== hnsw.size) throw new Error("the index holds other vectors than the store")
    return hnsw
  }

  #place(entry: Entry, slot: number): void {
    this.#waiting.delete(entry.id)
    this.#slotOf.set(entry.id, slot)
    while (this.#entries.length < slot) this.#entries.push(undefined)
    this.#entries[slot] = entry
  }
}
