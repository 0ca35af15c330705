import { isLlmError, type LlmError } from "@switchyard/core"
import { checkDelete, checkStamp, checkUpsert, type VectorDelete, type VectorUpsert } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { Fragment } from "effect/sql/Statement"
import { conditionOf, parsed } from "./condition.ts"
import type { Database } from "./Database.ts"
import { texts, vectorAt } from "./embedding.ts"
import { encoded } from "./encoded.ts"
import { entriesOf, type Entry, longestId } from "./Entry.ts"
import { invalid } from "./failure.ts"
import { locked, settled } from "./locking.ts"
import { nameOf, type Space, tableOf } from "./Space.ts"
import { maxDimensions } from "./tables.ts"
import { indexWords } from "./words.ts"

/** What one statement takes. */
const most = { rows: 500, bytes: 8 * 2 ** 20 }

/** Says how many rows it wrote or deleted. */
export const upsert = Effect.fnUntraced(function* (
  database: Database,
  given: VectorUpsert,
): Effect.fn.Return<number, LlmError> {
  const name = nameOf(given)
  const refused = checkUpsert(given, { maxDimensions }) ?? checkName(name)
  if (refused !== undefined) return yield* refused
  const replaces = yield* parsed(given.replaces)
  const entries = entriesOf(given.records)
  if (isLlmError(entries)) return yield* entries
  const put = Effect.gen(function* () {
    const space = yield* locked(database, name, entries.length > 0 ? given.stamp : undefined)
    if (space === undefined) return 0
    const other = checkStamp(name, space.stamp, given.stamp)
    if (other !== undefined) return yield* other
    const gone = replaces === undefined ? 0 : yield* deleteRows(database, space, replaced(database, replaces, entries))
    let fresh = 0
    for (const batch of batches(entries)) fresh += yield* insert(database, space, batch)
    yield* settled(database, space, fresh - gone)
    return entries.length + gone
  })
  return yield* database.write(put)
})

/** Says how many records were there and are gone. */
export const remove = Effect.fnUntraced(function* (
  database: Database,
  what: VectorDelete,
): Effect.fn.Return<number, LlmError> {
  const refused = checkDelete(what)
  if (refused !== undefined) return yield* refused
  const { sql } = database
  const path = "filter" in what ? yield* parsed(what.filter) : undefined
  const condition = "ids" in what ? sql`id = ANY(${texts(what.ids.map(encoded))})` : conditionOf(sql, path)
  const drop = Effect.gen(function* () {
    const space = yield* locked(database, nameOf(what))
    if (space === undefined) return 0
    const gone = "all" in what ? space.count : yield* deleteRows(database, space, condition)
    yield* settled(database, space, -gone)
    return gone
  })
  return yield* database.write(drop)
})

interface Counted {
  readonly count: number
}

const checkName = (name: string): LlmError | undefined =>
  Buffer.byteLength(encoded(name)) > longestId
    ? invalid("namespace", `the name of a namespace has at most ${longestId} bytes: shorten it`)
    : undefined

/** Says how many there were. */
const deleteRows = ({ sql }: Database, space: Space, condition: Fragment) =>
  Effect.map(
    sql<Counted>`WITH gone AS (DELETE FROM ${sql(tableOf(space))} AS old WHERE ${condition} RETURNING 1)
      SELECT count(*)::int AS count FROM gone`,
    ([row]) => row?.count ?? 0,
  )

/** What matches and is not among the entries. */
const replaced = ({ sql }: Database, path: string, entries: ReadonlyArray<Entry>): Fragment =>
  sql`${conditionOf(sql, path)} AND NOT EXISTS (
    SELECT 1 FROM unnest(${texts(entries.map(({ id }) => id))}) AS fresh (id) WHERE fresh.id = old.id)`

/** Says how many were not there before. */
const insert = (database: Database, space: Space, entries: ReadonlyArray<Entry>) => {
  const { sql } = database
  const column = (name: "id" | "metadata" | "text" | "rest") => texts(entries.map((entry) => entry[name]))
  const words = entries.map(({ given }) => (given === undefined ? null : indexWords(given, space.language)))
  const vectors = entries.map(({ vector }) => vector)
  return Effect.map(
    sql<Counted>`WITH put AS (
      INSERT INTO ${sql(tableOf(space))} (id, embedding, metadata, text, words, rest)
      SELECT given.id, ${vectorAt(database, space, vectors)}, given.metadata::jsonb, given.text,
        to_tsvector(${space.language}::regconfig, given.words), given.rest
      FROM unnest(${column("id")}, ${column("metadata")}, ${column("text")}, ${texts(words)}, ${column("rest")})
        WITH ORDINALITY AS given (id, metadata, text, words, rest, at)
      ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding, metadata = EXCLUDED.metadata,
        text = EXCLUDED.text, words = EXCLUDED.words, rest = EXCLUDED.rest
      RETURNING xmax::text = '0' AS fresh
    ) SELECT count(*) FILTER (WHERE fresh)::int AS count FROM put`,
    ([row]) => row?.count ?? 0,
  )
}

const batches = function* (entries: ReadonlyArray<Entry>): Generator<ReadonlyArray<Entry>> {
  let batch: Array<Entry> = []
  let bytes = 0
  for (const entry of entries) {
    if (batch.length >= most.rows || (batch.length > 0 && bytes + entry.size > most.bytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += entry.size
  }
  if (batch.length > 0) yield batch
}
