import type { MetadataPredicate } from "@switchyard/rag"
import type { Index } from "usearch"
import { type Entry, Slots } from "./Slots.ts"

/** The part of `usearch` that is used here. */
export type Usearch = Pick<typeof import("usearch"), "Index" | "MetricKind" | "ScalarKind">

/** Shorter vectors lose too much as bytes, and are small anyway. */
const bytesFrom = 64

/** About 4 ms of adding, measured at 384 dimensions. */
const addedAtOnce = (dimensions: number): number => Math.max(1, Math.min(32, Math.round(2048 / dimensions)))

export interface Nearest {
  readonly n: number
  readonly places: number
  readonly k: number
  readonly accepts?: MetadataPredicate | undefined
}

export interface Found {
  readonly passed: ReadonlyArray<Entry>
  readonly seen: number
}

/**
 * An index of one namespace's vectors, which must have length 1: a hierarchical navigable small world (Malkov & Yashunin,
 * 2018) of `usearch`. It holds numbers of one byte, a quarter of the vectors' size, so what it gives are candidates in nearly
 * the right order, to be scored again. Ids wait until they are added, a few at a time.
 */
export class Hnsw {
  readonly #index: Index
  readonly #slots = new Slots()
  readonly #waiting = new Map<string, Entry>()
  readonly atOnce: number

  constructor({ Index, MetricKind, ScalarKind }: Usearch, dimensions: number) {
    this.#index = new Index({
      dimensions,
      metric: MetricKind.IP,
      quantization: dimensions < bytesFrom ? ScalarKind.F32 : ScalarKind.I8,
      // Twice what usearch takes for good: with less, a short question about texts misses one in ten. Searching looks at
      // as many as are asked for.
      connectivity: 32,
      expansion_add: 256,
      expansion_search: 0,
      multi: false,
    })
    this.atOnce = addedAtOnce(dimensions)
  }

  /** How many ids it finds. */
  get size(): number {
    return this.#slots.size
  }

  /** How many different vectors it holds. */
  get nodes(): number {
    return this.#slots.used
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
    const slot = this.#slots.remove(id)
    if (slot !== undefined) this.#index.remove(BigUint64Array.of(BigInt(slot)))
  }

  /** Takes in vectors whose ids waited. */
  add(records: ReadonlyArray<{ readonly id: string; readonly vector: Float32Array }>): void {
    const [first] = records
    if (first === undefined) return
    const keys = new BigUint64Array(records.length)
    const rows = new Float32Array(records.length * first.vector.length)
    let fresh = 0
    for (const { id, vector } of records) {
      const entry = this.#waiting.get(id)
      if (entry === undefined) throw new Error(`"${id}" does not wait to be added`)
      this.#waiting.delete(id)
      const slot = this.#slots.put(entry, vector)
      if (slot === undefined) continue
      keys[fresh] = BigInt(slot)
      rows.set(vector, fresh++ * vector.length)
    }
    // One thread: more of them spin against each other as soon as the machine has other work.
    if (fresh > 0) this.#index.add(keys.subarray(0, fresh), rows.subarray(0, fresh * first.vector.length), 1)
  }

  /**
   * What passes at about the `n` nearest places, best first, until so many `places` had something; and how many places the
   * index gave: fewer than `n` where the graph has parts that are not reached. Of equal vectors at most `k`, those whose ids
   * sort first.
   */
  nearest(unit: Float32Array, { n, places, k, accepts }: Nearest): Found {
    const { keys } = this.#index.search(unit, n, 1)
    const passed: Array<Entry> = []
    let left = places
    for (let at = 0; at < keys.length && left > 0; at++) {
      const before = passed.length
      this.#slots.see(Number(keys[at]), k, accepts, passed)
      if (passed.length > before) left--
    }
    return { passed, seen: keys.length }
  }

  /** About so many of those that it finds, evenly from all of them. */
  sample(count: number): ReadonlyArray<Entry> {
    return this.#slots.sample(count)
  }

  /** Writes the index; gives the slot of each id, -1 for those that wait. */
  save(path: string, ids: ReadonlyArray<string>): Int32Array {
    this.#index.save(path)
    return Int32Array.from(ids, (id) => this.#slots.slotOf(id) ?? -1)
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
      else hnsw.#slots.place(entry, slot)
    }
    hnsw.#slots.freeRest()
    if (hnsw.#index.size() !== hnsw.nodes) throw new Error("the index holds other vectors than the store")
    return hnsw
  }
}
