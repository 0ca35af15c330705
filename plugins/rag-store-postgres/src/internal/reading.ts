import type { VectorRecord, VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { conditionOf, parsed } from "./condition.ts"
import type { Database } from "./Database.ts"
import { decoded, encoded } from "./encoded.ts"
import { keptVector, type KeptVector, texts, vectorOf } from "./embedding.ts"
import { contentOf, metadataOf, type Row, shown } from "./Entry.ts"
import { paged } from "./paged.ts"
import { allSpaces, findSpace, nameOf, type Spaces, tableOf } from "./Space.ts"

/** Rows of one page. */
const listed = 2000
const streamed = 200
/** Ids of one question. */
const gotten = 5000

interface RecordRow extends Row {
  readonly vector: KeptVector
}

const recordOf = ({ vector, ...row }: RecordRow): VectorRecord => ({ ...contentOf(row), vector: vectorOf(vector) })

const afterOf = (sql: SqlClient, id: string | undefined): Fragment => (id === undefined ? sql`TRUE` : sql`id > ${id}`)

type Readings = Pick<VectorStore, "get" | "count" | "namespaces" | "records" | "list">

/** What names records and gives them back, without looking for the nearest. */
export const readings = (database: Database, spaces: Spaces): Readings => ({
  ...listings(database, spaces),
  get: Effect.fnUntraced(function* (ids, within = {}) {
    const found = new Map<string, RecordRow>()
    for (let at = 0; at < ids.length; at += gotten) {
      const rows = yield* some(database, spaces, nameOf(within), ids.slice(at, at + gotten))
      for (const row of rows) found.set(decoded(row.id), row)
    }
    return ids.flatMap((id) => {
      const row = found.get(id)
      return row === undefined ? [] : [recordOf(row)]
    })
  }),
  count: Effect.fnUntraced(function* (within = {}) {
    const { sql, read } = database
    const path = yield* parsed(within.filter)
    if (path === undefined) return (yield* read(findSpace(sql, nameOf(within))))?.count ?? 0
    const counted = spaces.within(nameOf(within), 0, (space) =>
      Effect.map(
        sql<{ readonly count: number }>`
          SELECT count(*)::float8 AS count FROM ${sql(tableOf(space))} WHERE ${conditionOf(sql, path)}`,
        ([row]) => row?.count ?? 0,
      ),
    )
    return yield* read(counted)
  }),
  namespaces: Effect.map(database.read(allSpaces(database.sql)), (all) =>
    all.map(({ name, stamp, count }) => ({ name, stamp, count })),
  ),
})

const listings = ({ sql, read }: Database, spaces: Spaces): Pick<Readings, "list" | "records"> => ({
  list: (within = {}) => {
    const none: ReadonlyArray<Pick<Row, "id" | "metadata">> = []
    const pages = Effect.map(parsed(within.filter), (path) =>
      paged(listed, (after) =>
        read(
          spaces.within(
            nameOf(within),
            none,
            (space) => sql<(typeof none)[number]>`SELECT id, metadata::text AS metadata FROM ${sql(tableOf(space))}
              WHERE ${afterOf(sql, after)} AND ${conditionOf(sql, path)} ORDER BY id LIMIT ${listed}`,
          ),
        ),
      ),
    )
    return Stream.map(Stream.unwrap(pages), ({ id, metadata }) => ({ id: decoded(id), metadata: metadataOf(metadata) }))
  },
  records: (within = {}) => {
    const none: ReadonlyArray<RecordRow> = []
    const pages = paged(streamed, (after) =>
      read(
        spaces.within(
          nameOf(within),
          none,
          (space) => sql<RecordRow>`
            SELECT id, ${sql.literal(shown)}, ${keptVector(sql, space)} AS vector FROM ${sql(tableOf(space))}
            WHERE ${afterOf(sql, after)} ORDER BY id LIMIT ${streamed}`,
        ),
      ),
    )
    return Stream.map(pages, recordOf)
  },
})

const some = ({ sql, read }: Database, spaces: Spaces, name: string, ids: ReadonlyArray<string>) => {
  const none: ReadonlyArray<RecordRow> = []
  return read(
    spaces.within(
      name,
      none,
      (space) => sql<RecordRow>`
        SELECT id, ${sql.literal(shown)}, ${keptVector(sql, space)} AS vector
        FROM ${sql(tableOf(space))} WHERE id = ANY(${texts(ids.map(encoded))})`,
    ),
  )
}
