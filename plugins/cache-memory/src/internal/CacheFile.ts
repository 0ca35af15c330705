import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { PersistSettings } from "../Options.ts"
import { type Kept, shareOf, worthOf } from "./Entry.ts"
import { readBack, type Written, written } from "./keptCodec.ts"
import type { Tally } from "./Tally.ts"

type Failing<A> = Effect.Effect<A, SqlError>

/** Clocks of one machine differ by less than this, in ms. */
const slackMs = 60_000
const page = 500
/** The size is counted anew after so many writes, since other processes write too. */
const recount = 256

interface Row extends Written {
  readonly id: string
  readonly hits: number
}

/** The entries in a SQLite file. The same order of eviction as in memory, kept in the column `rank`. */
export class CacheFile {
  readonly #sql: SqlClient
  readonly #room: PersistSettings & { readonly usdPerSecond: number }
  readonly #tally: Tally
  #age = 0
  #entries = 0
  #bytes = 0
  #writes = 0
  #generation = 0

  constructor(sql: SqlClient, room: PersistSettings & { readonly usdPerSecond: number }, tally: Tally) {
    this.#sql = sql
    this.#room = room
    this.#tally = tally
  }

  /** Gives the latest time that the file knows of. Where that is in the future the clock was set back: all ages are unknown. */
  open(wall: number): Failing<number> {
    const sql = this.#sql
    return Effect.gen({ self: this }, function* () {
      const [newest] = yield* sql<{ at: number | null }>`SELECT MAX(stored_at) AS at FROM switchyard_cache_entries`
      let least = newest?.at ?? wall
      if (least > wall + slackMs) {
        this.#tally.add("fromFuture", (yield* this.clear).size)
        least = wall
      }
      const [lowest] = yield* sql<{ rank: number | null }>`SELECT MIN(rank) AS rank FROM switchyard_cache_entries`
      this.#age = lowest?.rank ?? 0
      this.#generation = yield* this.#currentGeneration
      yield* this.count
      return least
    })
  }

  /** What the file holds. */
  get count(): Failing<{ readonly entries: number; readonly bytes: number }> {
    const found = this.#sql<{ entries: number; bytes: number }>`
      SELECT COUNT(*) AS entries, COALESCE(SUM(bytes), 0) AS bytes FROM switchyard_cache_entries`
    return Effect.map(found, ([row = { entries: 0, bytes: 0 }]) => {
      this.#entries = row.entries
      this.#bytes = row.bytes
      return { entries: row.entries, bytes: row.bytes }
    })
  }

  get(id: string, now: number): Failing<{ readonly kept: Kept; readonly hits: number } | undefined> {
    const sql = this.#sql
    return Effect.gen({ self: this }, function* () {
      const [row] = yield* sql<Row>`SELECT id, version, checksum, body, hits FROM switchyard_cache_entries
        WHERE id = ${id}`
      if (row === undefined) return undefined
      const kept = yield* this.#trusted(row, now)
      if (kept === undefined) return undefined
      yield* sql`UPDATE switchyard_cache_entries SET hits = hits + 1, rank = ${this.#age} + (hits + 2) * value
        WHERE id = ${id}`
      return { kept, hits: row.hits + 1 }
    })
  }

  put(kept: Kept, keptUntil: number): Failing<void> {
    return Effect.suspend(() => {
      const { version, checksum, body } = written(kept)
      const bytes = Buffer.byteLength(body)
      const value = worthOf(kept, this.#room) / shareOf(bytes, this.#room)
      const row = { id: kept.id, version, checksum, body, bytes, stored_at: kept.storedAt, kept_until: keptUntil }
      const rank = this.#age + value
      const sql = this.#sql
      const insert = sql`INSERT INTO switchyard_cache_entries ${sql.insert({ ...row, hits: 0, value, rank })}
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, checksum = excluded.checksum, body = excluded.body,
          bytes = excluded.bytes, stored_at = excluded.stored_at, kept_until = excluded.kept_until,
          value = excluded.value, rank = ${this.#age} + (hits + 1) * excluded.value`
      this.#entries++
      this.#bytes += bytes
      return sql.withTransaction(Effect.andThen(insert, this.#makeRoom(kept.storedAt)))
    })
  }

  remove(ids: ReadonlyArray<string>): Failing<void> {
    const sql = this.#sql
    return Effect.asVoid(sql`DELETE FROM switchyard_cache_entries WHERE ${sql.in("id", ids)}`)
  }

  /** Drops what the function is true for, page by page, and what is damaged. Gives the ids of the former. */
  drop(isDropped: (kept: Kept) => boolean, now: number): Failing<ReadonlySet<string>> {
    const sql = this.#sql
    return Effect.gen({ self: this }, function* () {
      const dropped = new Set<string>()
      let after = ""
      for (;;) {
        const rows = yield* sql<Row>`SELECT id, version, checksum, body, hits FROM switchyard_cache_entries
          WHERE id > ${after} ORDER BY id LIMIT ${page}`
        const ids: Array<string> = []
        for (const row of rows) {
          const kept = yield* this.#trusted(row, now)
          if (kept !== undefined && isDropped(kept)) ids.push(row.id)
        }
        if (ids.length > 0) yield* this.remove(ids)
        for (const id of ids) dropped.add(id)
        const last = rows.at(-1)
        if (last === undefined || rows.length < page) break
        after = last.id
      }
      if (dropped.size > 0) {
        yield* this.bump
        yield* this.count
      }
      return dropped
    })
  }

  /** Drops everything. Gives the ids. */
  get clear(): Failing<ReadonlySet<string>> {
    const gone = this.#sql<{ id: string }>`DELETE FROM switchyard_cache_entries RETURNING id`
    return Effect.tap(
      Effect.map(gone, (rows) => new Set(rows.map(({ id }) => id))),
      () => Effect.andThen(this.bump, this.count),
    )
  }

  /** Other processes must forget what they have in memory. */
  get bump(): Failing<void> {
    return Effect.map(
      this.#sql<{ value: number }>`UPDATE switchyard_cache_state SET value = value + 1
        WHERE name = 'generation' RETURNING value`,
      ([row]) => {
        // Where another process dropped something at the same time, the difference stays to be seen.
        if (row?.value === this.#generation + 1) this.#generation = row.value
      },
    )
  }

  /** Has another process dropped entries since this was asked last? */
  get changed(): Failing<boolean> {
    return Effect.map(this.#currentGeneration, (generation) => {
      const changed = generation !== this.#generation
      this.#generation = generation
      return changed
    })
  }

  /** Adds to the counts of all processes that have used this file. */
  note(added: ReadonlyArray<readonly [name: string, amount: number]>): Failing<void> {
    const sql = this.#sql
    const [first, ...rest] = added.map(([name, value]) => ({ name: `count:${name}`, value }))
    if (first === undefined) return Effect.void
    return Effect.asVoid(sql`INSERT INTO switchyard_cache_state ${sql.insert([first, ...rest])}
      ON CONFLICT (name) DO UPDATE SET value = switchyard_cache_state.value + excluded.value`)
  }

  get noted(): Failing<ReadonlyMap<string, number>> {
    const found = this.#sql<{ name: string; value: number }>`SELECT name, value FROM switchyard_cache_state`
    return Effect.map(
      found,
      (rows) => new Map(rows.map(({ name, value }) => [name.replace(/^count:/, ""), value] as const)),
    )
  }

  get #currentGeneration(): Failing<number> {
    return Effect.map(
      this.#sql<{ value: number }>`SELECT value FROM switchyard_cache_state WHERE name = 'generation'`,
      ([row]) => row?.value ?? 0,
    )
  }

  /** What a row holds; one that is not to be trusted is dropped and counted. */
  #trusted(row: Row, now: number): Failing<Kept | undefined> {
    const kept = readBack(row.id, row)
    if (typeof kept !== "string" && kept.storedAt <= now + slackMs) return Effect.succeed(kept)
    this.#tally.add(typeof kept === "string" ? kept : "fromFuture")
    return Effect.as(this.remove([row.id]), undefined)
  }

  #makeRoom(now: number): Failing<void> {
    const sql = this.#sql
    const isFull = () => this.#entries > this.#room.maxEntries || this.#bytes > this.#room.maxBytes
    return Effect.gen({ self: this }, function* () {
      if (++this.#writes % recount === 0 || isFull()) {
        yield* sql`DELETE FROM switchyard_cache_entries WHERE kept_until < ${now}`
        yield* this.count
      }
      while (isFull()) {
        const least = yield* sql<{ id: string; bytes: number; rank: number }>`
          SELECT id, bytes, rank FROM switchyard_cache_entries ORDER BY rank LIMIT 64`
        const ids: Array<string> = []
        for (const { id, bytes, rank } of least) {
          if (!isFull()) break
          ids.push(id)
          this.#entries--
          this.#bytes -= bytes
          this.#age = Math.max(this.#age, rank)
        }
        if (ids.length === 0) return
        yield* this.remove(ids)
      }
    })
  }
}
