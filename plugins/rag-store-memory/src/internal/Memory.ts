import { LlmError } from "@switchyard/core"
import {
  checkDelete,
  checkQuery,
  defaultNamespace,
  type ExactStore,
  type Filter,
  filterPredicate,
  type InNamespace,
  type MetadataPredicate,
  parseFilter,
  stampOf,
  type VectorDelete,
  type VectorMatch,
  type VectorQuery,
  type VectorRecord,
  type VectorUpsert,
} from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { Hnsw, type Usearch } from "./Hnsw.ts"
import { nearest, type Records, unitOf } from "./nearest.ts"
import { Space } from "./Space.ts"

/** Hears which ids of a namespace were put or removed. */
export type Watcher = (namespace: string, ids: ReadonlyArray<string>) => void

/**
 * The records in an exact store, and beside it what finds them faster. Each method is one step that nothing comes between,
 * so both always tell of the same records.
 */
export class Memory {
  readonly spaces = new Map<string, Space>()
  /** Grows with every change, also of the approximate indexes. */
  changes = 0
  /** Why there are no approximate indexes any more. */
  trouble: string | undefined
  /** Nobody has logged the trouble yet. */
  untold = false
  readonly #exact: ExactStore
  readonly #limit: number
  readonly #watchers = new Set<Watcher>()
  #usearch: Usearch | undefined

  constructor(exact: ExactStore, limit: number) {
    this.#exact = exact
    this.#limit = limit
  }

  upsert(upsert: VectorUpsert): LlmError | undefined {
    const { namespace = defaultNamespace, stamp, records, replaces } = upsert
    const accepts = predicateOf(replaces)
    if (accepts instanceof LlmError) return accepts
    const replaced = accepts === undefined ? [] : this.#matching(namespace, accepts)
    const refused = now(this.#exact.upsert(upsert))
    if (refused instanceof LlmError) return refused
    const space = this.spaces.get(namespace) ?? new Space(stampOf(stamp))
    const fresh = new Set(records.map(({ id }) => id))
    const gone = replaced.filter((id) => !fresh.has(id))
    this.#withIndex(space, () => {
      for (const id of gone) space.remove(id)
      for (const record of records) space.put(record)
    })
    this.#changed(namespace, space, [...gone, ...fresh])
    return undefined
  }

  delete(what: VectorDelete): number | LlmError {
    const { namespace = defaultNamespace } = what
    const refused = checkDelete(what)
    if (refused !== undefined) return refused
    const accepts = "filter" in what ? predicateOf(what.filter) : undefined
    if (accepts instanceof LlmError) return accepts
    const space = this.spaces.get(namespace)
    if (space === undefined) return 0
    const ids = "ids" in what ? what.ids.filter((id) => space.entries.has(id)) : this.#matching(namespace, accepts)
    const count = now(this.#exact.delete(what))
    if (count instanceof LlmError) return count
    if ("all" in what) this.spaces.delete(namespace)
    else
      this.#withIndex(space, () => {
        for (const id of ids) space.remove(id)
      })
    if (ids.length > 0) this.#changed(namespace, "all" in what ? undefined : space, ids)
    return count
  }

  query(query: VectorQuery): ReadonlyArray<VectorMatch> | LlmError {
    const { namespace = defaultNamespace, vector, k, filter, minScore = -Infinity } = query
    const space = this.spaces.get(namespace)
    if (space?.hnsw === undefined) return now(this.#exact.query(query))
    const accepts = predicateOf(filter)
    if (accepts instanceof LlmError) return accepts
    const refused = checkQuery(query, space.stamp)
    if (refused !== undefined) return refused
    const unit = unitOf(vector)
    const found =
      unit === undefined
        ? undefined
        : this.#withIndex(space, () =>
            nearest(space, this.recordsOf(namespace), { unit, k, filter, accepts, minScore }),
          )
    return found ?? now(this.#exact.query(query))
  }

  /** Of the texts that were read: see `step`. */
  search(text: string, k: number, filter: Filter | undefined, { namespace = defaultNamespace }: InNamespace) {
    const accepts = predicateOf(filter)
    const space = this.spaces.get(namespace)
    if (accepts instanceof LlmError || space === undefined) return []
    const found = space.search(text, k, accepts)
    const scores = new Map(found.map(({ id, score }) => [id, score]))
    return this.records(namespace, [...scores.keys()]).map(({ vector: _vector, metadata = {}, ...rest }) => ({
      ...rest,
      metadata,
      score: scores.get(rest.id) ?? 0,
    }))
  }

  records(namespace: string, ids: ReadonlyArray<string>): ReadonlyArray<VectorRecord> {
    const records = now(this.#exact.get(ids, { namespace }))
    return records instanceof LlmError ? [] : records
  }

  recordsOf(namespace: string): Records {
    return {
      get: (ids) => this.records(namespace, ids),
      scores: (vector, ids) => Effect.runSync(this.#exact.scores({ namespace, vector, ids })),
    }
  }

  /** Does a little of what waits, a few ms: reads texts, adds vectors to indexes. Is there more? */
  step(): boolean {
    for (const [namespace, space] of this.spaces) {
      if (space.unread) {
        space.readSome()
        return true
      }
      const { hnsw } = space
      if (hnsw === undefined || hnsw.waiting.size === 0) continue
      const ids = [...take(hnsw.waiting.keys(), hnsw.atOnce)]
      this.#withIndex(space, () => space.hnsw?.add(this.records(namespace, ids)))
      this.changes++
      return true
    }
    return false
  }

  /** Is a namespace large enough for an index, and nobody has looked for the library yet? */
  get wantsUsearch(): boolean {
    return (
      this.#usearch === undefined &&
      this.trouble === undefined &&
      [...this.spaces.values()].some(({ entries }) => entries.size > this.#limit)
    )
  }

  /** Gives the library. */
  useUsearch(usearch: Usearch): void {
    if (this.trouble !== undefined) return
    this.#usearch = usearch
    for (const space of this.spaces.values()) this.#settle(space)
  }

  /** There are no approximate indexes from here on. Of several reasons the first is kept. */
  giveUp(trouble: string): void {
    this.#usearch = undefined
    for (const space of this.spaces.values()) space.hnsw = undefined
    if (this.trouble !== undefined) return
    this.trouble = trouble
    this.untold = true
  }

  /** Tells of changes until what it gives is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** Takes over an index that was saved with the records of the namespace; one that does not fit is left. */
  adopt(namespace: string, path: string, ids: ReadonlyArray<string>, slots: Int32Array): void {
    const space = this.spaces.get(namespace)
    if (space?.hnsw === undefined || this.#usearch === undefined) return
    const entries = ids.map((id) => space.entries.get(id) ?? { id, metadata: {} })
    try {
      space.hnsw = Hnsw.load(this.#usearch, space.stamp.dimensions, path, entries, slots)
    } catch {
      // It is made again from the vectors.
    }
  }

  #matching(namespace: string, accepts: MetadataPredicate | undefined): ReadonlyArray<string> {
    const ids: Array<string> = []
    for (const { id, metadata } of this.spaces.get(namespace)?.entries.values() ?? [])
      if (accepts === undefined || accepts(metadata)) ids.push(id)
    return ids
  }

  #changed(namespace: string, space: Space | undefined, ids: ReadonlyArray<string>): void {
    if (space === undefined || space.entries.size === 0) this.spaces.delete(namespace)
    else {
      this.spaces.set(namespace, space)
      space.shares.clear()
      this.#settle(space)
    }
    this.changes++
    for (const watcher of this.#watchers) watcher(namespace, ids)
  }

  /** A namespace that grows above the limit gets an index; one that shrinks to half of it loses it. */
  #settle(space: Space): void {
    const { size } = space.entries
    if (space.hnsw !== undefined && size <= this.#limit / 2) space.hnsw = undefined
    if (space.hnsw !== undefined || this.#usearch === undefined || size <= this.#limit) return
    this.#withIndex(space, () => {
      if (this.#usearch === undefined) return
      const hnsw = new Hnsw(this.#usearch, space.stamp.dimensions)
      for (const entry of space.entries.values()) hnsw.renew(entry)
      space.hnsw = hnsw
    })
  }

  /** An index that fails is given up, and all others with it: `use` runs again without, and queries compare everything. */
  #withIndex<A>(space: Space, use: () => A): A {
    try {
      return use()
    } catch (thrown) {
      if (this.#usearch === undefined) throw thrown
      this.giveUp(
        `gives its approximate indexes up: ${thrown instanceof Error ? thrown.message : String(thrown)}. ` +
          `Open the store again for new ones`,
      )
      space.hnsw = undefined
      return use()
    }
  }
}

/** Runs an operation of the exact store: none of them waits. */
const now = <A>(effect: Effect.Effect<A, LlmError>): A | LlmError =>
  Effect.runSync(Effect.match(effect, { onFailure: (error): A | LlmError => error, onSuccess: (value) => value }))

/** Checks a filter; `undefined` is one that lets all through. */
export const predicateOf = (filter: Filter | undefined): MetadataPredicate | undefined | LlmError => {
  if (filter === undefined) return undefined
  const node = parseFilter(filter)
  return node instanceof LlmError ? node : filterPredicate(node)
}

function* take<A>(from: Iterable<A>, count: number): Generator<A> {
  let taken = 0
  for (const each of from) {
    if (taken++ >= count) return
    yield each
  }
}
