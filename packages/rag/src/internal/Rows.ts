import type { EmbedderStamp } from "../EmbedderStamp.ts"
import type { MetadataPredicate } from "../Filter.ts"
import type { Metadata } from "../Metadata.ts"
import type { VectorListing, VectorMatch, VectorRecord } from "../VectorStore.ts"
import { type Arena, blockFloats, strideOf } from "./Arena.ts"
import { normalise } from "./normalise.ts"
import { TopK } from "./TopK.ts"

/** Everything of a record but its vector. */
type Entry = Omit<VectorRecord, "vector"> & { readonly metadata: Metadata }

export interface Search {
  readonly vector: Float32Array
  readonly k: number
  readonly accepts: MetadataPredicate | undefined
  readonly minScore: number
}

/** The records of one namespace: vectors of length 1 in the arena's blocks, row by row without gaps. */
export class Rows {
  readonly stamp: EmbedderStamp
  readonly #arena: Arena
  readonly #stride: number
  readonly #perBlock: number
  readonly #blocks: Array<number> = []
  readonly #entries: Array<Entry> = []
  readonly #rowOf = new Map<string, number>()

  constructor(arena: Arena, stamp: EmbedderStamp) {
    this.stamp = stamp
    this.#arena = arena
    this.#stride = strideOf(stamp.dimensions)
    this.#perBlock = Math.floor(blockFloats / this.#stride)
  }

  get count(): number {
    return this.#entries.length
  }

  get ids(): ReadonlyArray<string> {
    return this.#entries.map(({ id }) => id)
  }

  /** Makes room for all the records before any is put, so that an upsert is whole or not at all. */
  reserve(records: ReadonlyArray<VectorRecord>): boolean {
    const fresh = new Set<string>()
    for (const { id } of records) if (!this.#rowOf.has(id)) fresh.add(id)
    const needed = Math.ceil((this.count + fresh.size) / this.#perBlock)
    while (this.#blocks.length < needed) {
      const block = this.#arena.allocate()
      if (block === undefined) {
        this.#trim()
        return false
      }
      this.#blocks.push(block)
    }
    return true
  }

  /** There must be room: see `reserve`. */
  put({ vector, metadata = {}, ...rest }: VectorRecord): void {
    const entry: Entry = { ...rest, metadata }
    const row = this.#rowOf.get(entry.id) ?? this.#entries.length
    this.#entries[row] = entry
    this.#rowOf.set(entry.id, row)
    const floats = this.#row(row)
    floats.fill(0)
    floats.set(vector)
    normalise(floats)
  }

  /** The last row takes the place of the one that goes. */
  remove(id: string): boolean {
    const row = this.#rowOf.get(id)
    const last = this.#entries.at(-1)
    if (row === undefined || last === undefined) return false
    if (last.id !== id) {
      this.#row(row).set(this.#row(this.#entries.length - 1))
      this.#entries[row] = last
      this.#rowOf.set(last.id, row)
    }
    this.#entries.pop()
    this.#rowOf.delete(id)
    this.#trim()
    return true
  }

  get(id: string): VectorRecord | undefined {
    const row = this.#rowOf.get(id)
    const entry = row === undefined ? undefined : this.#entries[row]
    if (row === undefined || entry === undefined) return undefined
    return { ...entry, vector: this.#row(row).slice(0, this.stamp.dimensions) }
  }

  /** The cosine with each of these ids; `undefined` for those that are not there. Nothing is copied. */
  scores(vector: Float32Array, ids: ReadonlyArray<string>): ReadonlyArray<number | undefined> {
    const unit = vector.slice()
    normalise(unit)
    return ids.map((id) => {
      const row = this.#rowOf.get(id)
      return row === undefined ? undefined : Math.max(-1, Math.min(1, dot(unit, this.#row(row))))
    })
  }

  matching(accepts: MetadataPredicate): ReadonlyArray<string> {
    return this.#entries.filter(({ metadata }) => accepts(metadata)).map(({ id }) => id)
  }

  listing(accepts: MetadataPredicate | undefined): ReadonlyArray<VectorListing> {
    const entries = accepts === undefined ? this.#entries : this.#entries.filter(({ metadata }) => accepts(metadata))
    return entries.map(({ id, metadata }) => ({ id, metadata }))
  }

  clear(): void {
    this.#entries.length = 0
    this.#rowOf.clear()
    this.#trim()
  }

  /** Filters are asked only about rows whose score would get them in. */
  search({ vector, k, accepts, minScore }: Search): ReadonlyArray<VectorMatch> {
    const entries = this.#entries
    const best = new TopK(
      k,
      (scoreA, a, scoreB, b) => scoreA < scoreB || (scoreA === scoreB && entries[a]!.id > entries[b]!.id),
    )
    this.#load(vector)
    let bar = minScore
    for (let first = 0, at = 0; first < entries.length; first += this.#perBlock, at++) {
      const rows = Math.min(this.#perBlock, entries.length - first)
      const scores = this.#arena.scan(this.#blocks[at]!, rows)
      for (let i = 0; i < rows; i++) {
        const score = scores[i]!
        if (score < bar) continue
        const row = first + i
        if (accepts !== undefined && !accepts(entries[row]!.metadata)) continue
        best.offer(score, row)
        bar = Math.max(minScore, best.bar)
      }
    }
    return best.sorted().map(({ score, row }) => ({ ...entries[row]!, score: Math.max(-1, Math.min(1, score)) }))
  }

  #load(vector: Float32Array): void {
    const query = new Float32Array(this.#stride)
    query.set(vector)
    normalise(query)
    this.#arena.load(query)
  }

  #row(row: number): Float32Array {
    const at = (row % this.#perBlock) * this.#stride
    return this.#arena.view(this.#blocks[Math.floor(row / this.#perBlock)]!).subarray(at, at + this.#stride)
  }

  /** Gives back the blocks that hold no row. */
  #trim(): void {
    const needed = Math.ceil(this.count / this.#perBlock)
    while (this.#blocks.length > needed) this.#arena.free(this.#blocks.pop()!)
  }
}

/** Of the numbers of `a`: `b` may have more. */
const dot = (a: Float32Array, b: Float32Array): number => {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!
  return Math.fround(s0 + s1 + (s2 + s3))
}
