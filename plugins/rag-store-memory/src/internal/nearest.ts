import type { Filter, MetadataPredicate, VectorMatch, VectorRecord } from "@switchyard/rag"
import type { Entry, Hnsw } from "./Hnsw.ts"
import type { Space } from "./Space.ts"

export interface Wanted {
  /** Of length 1. */
  readonly unit: Float32Array
  readonly k: number
  readonly filter: Filter | undefined
  /** The same filter as a function. */
  readonly accepts: MetadataPredicate | undefined
  readonly minScore: number
}

/** The records of these ids, with vectors of length 1. */
export type RecordsOf = (ids: ReadonlyArray<string>) => ReadonlyArray<VectorRecord>

/** Candidates without a filter: enough that the true ones are among them though the index is coarse. */
const looked = (k: number): number => Math.max(32, 3 * k)
/** More than these that are not in the index yet are as dear as comparing all. */
const mostWaiting = 500
/** What a record costs on each way, in tests of a filter (40 ns), as measured. */
const costs = {
  /** Given by the index. */
  candidate: (dimensions: number) => 30 + dimensions / 4,
  /** Found by its metadata, then compared. */
  match: 42,
  /** Compared with all others. */
  compared: (dimensions: number) => dimensions / 128,
}

/**
 * The best matches, scored by their vectors. Without a filter they are among the candidates of the index. With one it depends
 * on the share of records that it lets through, which a sample tells: of many, the index is asked for so many more; of few,
 * all that match are compared. `undefined` where comparing every record is the cheapest, or the index cannot tell.
 */
export const nearest = (space: Space, recordsOf: RecordsOf, wanted: Wanted): ReadonlyArray<VectorMatch> | undefined => {
  const { entries, hnsw } = space
  if (hnsw === undefined || hnsw.waiting.size > mostWaiting) return undefined
  const { unit, accepts } = wanted
  const few = entries.size * (1 + costs.match * shareOf(space, hnsw, wanted))
  const all = entries.size * costs.compared(unit.length)
  const scored = (found: Iterable<Entry>) => ranked(recordsOf(Array.from(found, ({ id }) => id)), wanted)
  const candidates = throughIndex(space, hnsw, wanted, accepts === undefined ? Infinity : Math.min(few, all))
  if (candidates !== undefined) return scored([...candidates, ...through(hnsw.waiting.values(), accepts)])
  return accepts === undefined || few > all ? undefined : scored(through(entries.values(), accepts))
}

const through = (entries: Iterable<Entry>, accepts: MetadataPredicate | undefined): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  for (const entry of entries) if (accepts === undefined || accepts(entry.metadata)) found.push(entry)
  return found
}

/** Candidates among which the best are; `undefined` where they would cost more than `most`. */
const throughIndex = (space: Space, hnsw: Hnsw, wanted: Wanted, most: number): ReadonlyArray<Entry> | undefined => {
  const { unit, k, accepts } = wanted
  const enough = accepts === undefined ? k : 2 * k
  let share = shareOf(space, hnsw, wanted)
  // The records near a query may pass more rarely than those of the sample: once more, by what came through.
  for (let look = 0; look < 2; look++) {
    const n = Math.max(looked(k), Math.ceil((1.25 * enough) / share))
    if (n * costs.candidate(unit.length) > most || n > hnsw.size / 2) return undefined
    const seen = hnsw.nearest(unit, n)
    const passed = through(seen, accepts)
    if (passed.length >= enough) return passed
    // A graph that gives fewer than asked for has parts that are not reached.
    if (seen.length < n) return undefined
    share = Math.max(passed.length, 0.5) / n
  }
  return undefined
}

const sampled = 1024
const mostShares = 64

/** The share of records that pass, of a sample; where none does, half of one. It is kept until the records change. */
const shareOf = ({ shares }: Space, hnsw: Hnsw, { filter, accepts }: Wanted): number => {
  if (accepts === undefined) return 1
  const key = JSON.stringify(filter)
  let share = shares.get(key)
  if (share !== undefined) return share
  const sample = hnsw.sample(sampled)
  share = Math.max(through(sample, accepts).length, 0.5) / Math.max(sample.length, 1)
  if (shares.size >= mostShares) shares.clear()
  shares.set(key, share)
  return share
}

const ranked = (records: ReadonlyArray<VectorRecord>, { unit, k, minScore }: Wanted): ReadonlyArray<VectorMatch> =>
  records
    .map((record) => ({ record, score: cosineOf(unit, record.vector) }))
    .filter(({ score }) => score >= minScore)
    .sort((a, b) => b.score - a.score || (a.record.id < b.record.id ? -1 : 1))
    .slice(0, k)
    .map(({ record: { vector: _vector, metadata = {}, ...rest }, score }) => ({ ...rest, metadata, score }))

/** Of two vectors of length 1. */
const cosineOf = (a: Float32Array, b: Float32Array): number => {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = 0
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!
  return Math.max(-1, Math.min(1, Math.fround(s0 + s1 + (s2 + s3))))
}

/** Scaled to length 1; `undefined` for zeros, which are as near to everything. */
export const unitOf = (vector: Float32Array): Float32Array | undefined => {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return undefined
  const length = Math.sqrt(squares)
  return vector.map((value) => value / length)
}
