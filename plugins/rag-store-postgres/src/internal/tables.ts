import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Database } from "./Database.ts"
import { type IndexType, type Space, tableOf } from "./Space.ts"

/** pgvector's limits: dimensions that a `vector` has, and that an index takes of each type. */
export const maxDimensions = 16_000
const indexable = { vector: 2000, halfvec: 4000 } as const

/**
 * Each namespace has a table: its vectors have one size, an index holds nothing of others and is built while others are
 * written to, and what is emptied is gone at once.
 */
export const createTable = Effect.fnUntraced(function* ({ sql, extension }: Database, space: Space) {
  const table = tableOf(space)
  const type = space.vectors === "scan" ? "bytea" : `${extension?.schema ?? "public"}.vector(${space.stamp.dimensions})`
  yield* sql.unsafe(`CREATE TABLE ${table} (
    id text COLLATE "C" PRIMARY KEY,
    embedding ${type} NOT NULL,
    metadata jsonb NOT NULL,
    text text,
    words tsvector,
    rest text NOT NULL
  )`)
  // Floats do not get smaller by packing.
  yield* sql.unsafe(`ALTER TABLE ${table} ALTER COLUMN embedding SET STORAGE EXTERNAL`)
  yield* sql.unsafe(`CREATE INDEX ON ${table} USING gin (metadata jsonb_path_ops) WITH (fastupdate = off)`)
  yield* sql.unsafe(`CREATE INDEX ON ${table} USING gin (words)`)
})

/** The namespace is empty: it is none. */
export const dropSpace = Effect.fnUntraced(function* (sql: SqlClient, space: Space) {
  yield* sql.unsafe(`DROP TABLE ${tableOf(space)}`)
  yield* sql`DELETE FROM switchyard_rag_namespaces WHERE number = ${space.number}::bigint`
})

/** What an index of a namespace is on: the one it has, or would get. `undefined`: so many dimensions have none. */
export const indexType = ({ extension, settings }: Database, { indexed, stamp }: Space): IndexType | undefined => {
  const type = indexed ?? (stamp.dimensions > indexable.vector ? "halfvec" : settings.indexed)
  return extension === undefined || stamp.dimensions > indexable[type] ? undefined : type
}

export const createIndex = Effect.fnUntraced(function* (database: Database, space: Space, type: IndexType) {
  const { sql, extension, settings } = database
  const schema = extension?.schema ?? "public"
  const { m, efConstruction } = settings
  yield* sql.unsafe(`CREATE INDEX ON ${tableOf(space)}
    USING hnsw ((embedding::${schema}.${type}(${space.stamp.dimensions})) ${schema}.${type}_ip_ops)
    WITH (m = ${m}, ef_construction = ${efConstruction})`)
  yield* sql`UPDATE switchyard_rag_namespaces SET indexed = ${type} WHERE number = ${space.number}::bigint`
})
