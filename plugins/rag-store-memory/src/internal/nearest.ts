import type { Filter, MetadataPredicate, VectorMatch, VectorRecord } from "@switchyard/rag"
import type { Hnsw } from "./Hnsw.ts"
import type { Entry } from "./Slots.ts"
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

/** The records of a namespace. */
export interface Records {
  readonly get: (ids: ReadonlyArray<string>) => ReadonlyArray<VectorRecord>
  readonly scores: (unit: Float32Array, ids: ReadonlyArray<string>) => ReadonlyArray<number | undefined>
}

/**
 * How far the index is searched without a filter: enough that the true ones are among what it sees. Measured with short
 * questions about 100,000 pieces of documentation, where 100 find 0.971 of the ten nearest and 130 find 0.977.
 */
const looked = (k: number): number => Math.max(130, 4 * k)
/** How many of the best are scored by their vectors: the index has them nearly in order. */
const scoredAgain = (k: number): number => Math.max(40, 4 * k)
/** How many times more are asked for than a filter's share says: it is of a sample, and the index is coarse. */
const spare = 2.5
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
export const nearest = (space: Space, records: Records, wanted: Wanted): ReadonlyArray<VectorMatch> | undefined => {
  const { entries, hnsw } = space
  if (hnsw === undefined || hnsw.waiting.size > mostWaiting) return undefined
  const { unit, accepts } = wanted
  const few = entries.size * (1 + costs.match * shareOf(space, hnsw, wanted))
  const all = entries.size * costs.compared(unit.length)
  const scored = (found: Iterable<Entry>) =>
    ranked(
      records,
      Array.from(found, ({ id }) => id),
      wanted,
    )
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
    const n = Math.max(looked(k), Math.ceil((spare * enough) / share))
    if (n * costs.candidate(unit.length) > most || n > hnsw.nodes / 2) return undefined
    const { passed, seen } = hnsw.nearest(unit, { n, places: scoredAgain(k), k, accepts })
    if (passed.length >= enough) return passed
    // A graph that gives fewer than asked for has parts that are not reached.
    if (seen < n) return undefined
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

const ranked = (
  records: Records,
  ids: ReadonlyArray<string>,
  { unit, k, minScore }: Wanted,
): ReadonlyArray<VectorMatch> => {
  const scores = records.scores(unit, ids)
  const best = ids
    .map((id, i) => ({ id, score: scores[i] ?? -Infinity }))
    .filter(({ score }) => score >= minScore)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, k)
  const found = records.get(best.map(({ id }) => id))
  return found.map(({ vector: _vector, metadata = {}, ...rest }, i) => ({
    ...rest,
    metadata,
    score: best[i]?.score ?? Number.NaN,
  }))
}

/** Scaled to length 1; `undefined` for zeros, which are as near to everything. */
export const unitOf = (vector: Float32Array): Float32Array | undefined => {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return undefined
  const length = Math.sqrt(squares)
  return vector.map((value) => value / length)
}
