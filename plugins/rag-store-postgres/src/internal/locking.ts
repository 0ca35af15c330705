import type { EmbedderStamp } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Database } from "./Database.ts"
import { encoded } from "./encoded.ts"
import { columns, type Space, spaceOf, type SpaceRow } from "./Space.ts"
import { createIndex, createTable, dropSpace, indexType } from "./tables.ts"

/**
 * The namespace, locked until the transaction ends: its writers take turns, in whichever process they are. One that is not
 * there is made with the stamp, if there is one; of several that make it at once the first wins, and the others see it.
 */
export const locked = Effect.fnUntraced(function* (
  database: Database,
  name: string,
  stamp?: EmbedderStamp,
): Effect.fn.Return<Space | undefined, SqlError> {
  const { sql, engine, settings } = database
  const [there] = yield* sql<SpaceRow>`
    SELECT ${sql.literal(columns)} FROM switchyard_rag_namespaces WHERE name = ${encoded(name)} FOR UPDATE`
  if (there !== undefined) return spaceOf(there)
  if (stamp === undefined) return undefined
  const { id, version, dimensions } = stamp
  const [made] = yield* sql<SpaceRow & { readonly fresh: boolean }>`
    INSERT INTO switchyard_rag_namespaces (name, embedder, version, dimensions, vectors, language)
    VALUES (${encoded(name)}, ${encoded(id)}, ${encoded(version)}, ${dimensions}, ${engine._tag}, ${settings.language})
    ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
    RETURNING ${sql.literal(columns)}, xmax::text = '0' AS fresh`
  if (made === undefined) return undefined
  const space = spaceOf(made)
  if (made.fresh) yield* createTable(database, space)
  return space
})

/** What a change of so many records means for the namespace: its count, its index, or its end. */
export const settled = Effect.fnUntraced(function* (database: Database, space: Space, change: number) {
  const { sql, settings } = database
  const count = space.count + change
  if (count === 0) return yield* dropSpace(sql, space)
  if (change !== 0) {
    yield* sql`UPDATE switchyard_rag_namespaces SET count = ${count} WHERE number = ${space.number}::bigint`
  }
  if (space.vectors === "scan" || space.indexed !== null || count <= settings.indexAbove) return undefined
  const type = indexType(database, space)
  return type === undefined ? undefined : yield* createIndex(database, space, type)
})
