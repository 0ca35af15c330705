import type { ExactStore, VectorQuery } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Connection } from "./Connection.ts"
import type { Ranked } from "./ranked.ts"
import { fromBytes } from "./sortable.ts"
import { type Space, tablesOf } from "./Space.ts"
import { bytesOf, floatsOf, keysOfJson, numberOf } from "./values.ts"

/** Queries that a namespace answers from the file before it is worth a copy: reading it takes as long as about ten. */
const queriesBefore = 8
/** Rows that are read at once. */
const page = 1_000

/** What is known of the copy of one namespace. The vectors are in the exact store, under the namespace's name. */
class Copy {
  readonly number: number
  readonly dimensions: number
  asked = 0
  loading = false
  /** All records with a key up to this one were read. */
  last = 0
  /** Those of the namespace when the copy was complete. */
  revision = 0
  removals = 0
  readonly keys = new Map<string, number>()

  constructor({ number, stamp }: Space) {
    this.number = number
    this.dimensions = stamp.dimensions
  }
}

/**
 * The vectors of namespaces that are asked often, packed in memory. Each is kept in step with the file by the counters of
 * its namespace and by its keys, which only grow: also with what other processes write.
 */
export class Copies {
  readonly #exact: ExactStore
  #limitBytes: number
  readonly #copies = new Map<string, Copy>()

  constructor(exact: ExactStore, limitBytes: number) {
    this.#exact = exact
    this.#limitBytes = limitBytes
  }

  /** Notes a query. Is the namespace asked often enough, and small enough, for a copy? */
  wants(space: Space): boolean {
    const copy = this.#of(space)
    copy.asked++
    if (copy.asked <= queriesBefore) return false
    if (this.fits(space)) return true
    this.#forget(space.name)
    return false
  }

  /** False when its reading goes on already. Whoever gets true reads on, and then says `stop`. */
  start(space: Space): boolean {
    const copy = this.#of(space)
    if (copy.loading) return false
    copy.loading = true
    return true
  }

  stop(name: string): void {
    const copy = this.#copies.get(name)
    if (copy !== undefined) copy.loading = false
  }

  /** Takes a page of what is new in the file. True: the copy is what the file is. */
  advance(db: Connection, space: Space): boolean {
    const copy = this.#of(space)
    if (copy.revision === space.revision) return true
    const { entries, vectors } = tablesOf(space.number)
    const rows = db.rows(
      `SELECT key, id, vector FROM ${vectors} JOIN ${entries} USING (key) WHERE key > ? ORDER BY key LIMIT ?`,
      [copy.last, page],
    )
    const records = rows.map((row) => {
      const [key, id] = [numberOf(row.key), fromBytes(bytesOf(row.id))]
      copy.keys.set(id, key)
      copy.last = key
      return { id, vector: floatsOf(row.vector), metadata: { key } }
    })
    const put = Effect.runSyncExit(this.#exact.upsert({ namespace: space.name, stamp: space.stamp, records }))
    if (Exit.isFailure(put)) {
      // The system gives no more memory: the file answers from now on.
      this.#limitBytes = 0
      this.#forget(space.name)
      return false
    }
    if (rows.length === page) return false
    if (copy.removals !== space.removals) this.#withoutRemoved(db, space, copy)
    copy.revision = space.revision
    copy.removals = space.removals
    return true
  }

  /** The copy must be what the file is. `keys`: those that a filter lets through. */
  nearest({ name }: Space, query: VectorQuery, keys: ReadonlyArray<number> | undefined): ReadonlyArray<Ranked> {
    const { filter: _, ...rest } = query
    const filter = keys === undefined ? {} : { filter: { key: { $in: keys } } }
    const found = now(this.#exact.query({ ...rest, ...filter, namespace: name }))
    return found.map(({ id, score, metadata }) => ({ id, score, key: Number(metadata.key) }))
  }

  #withoutRemoved(db: Connection, { name, number }: Space, copy: Copy): void {
    const row = db.row(`SELECT json_group_array(key) AS keys FROM ${tablesOf(number).entries}`)
    const there = new Set(keysOfJson(row?.keys))
    const ids = [...copy.keys].filter(([, key]) => !there.has(key)).map(([id]) => id)
    for (const id of ids) copy.keys.delete(id)
    now(this.#exact.delete({ namespace: name, ids }))
  }

  /** A namespace that was emptied and filled again is another one. */
  #of(space: Space): Copy {
    const found = this.#copies.get(space.name)
    if (found?.number === space.number) return found
    this.#forget(space.name)
    const fresh = new Copy(space)
    this.#copies.set(space.name, fresh)
    return fresh
  }

  #forget(name: string): void {
    this.#copies.delete(name)
    now(this.#exact.delete({ namespace: name, all: true }))
  }

  /** Is there room for it, beside the others? */
  fits({ name, count, stamp }: Space): boolean {
    let floats = count * stamp.dimensions
    for (const [other, { keys, dimensions }] of this.#copies) if (other !== name) floats += keys.size * dimensions
    return floats * Float32Array.BYTES_PER_ELEMENT <= this.#limitBytes
  }
}

/** The exact store never waits. */
const now = <A, E>(effect: Effect.Effect<A, E>): A => Effect.runSync(effect)
