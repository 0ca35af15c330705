import type { TextQuery, VectorListing, VectorMatch, VectorQuery, VectorRecord } from "@switchyard/rag"
import type { Connection, Row } from "./Connection.ts"
import type { Condition } from "./filterSql.ts"
import { bestFirst, type Ranked, type Scored, withTies } from "./ranked.ts"
import { fromBytes, toBytes } from "./sortable.ts"
import { type Space, tablesOf } from "./Space.ts"
import { blobOf, bytesOf, contentOf, floatsOf, keysOfJson, metadataOf, numberOf, unit } from "./values.ts"
import { matchFor } from "./words.ts"

const scoredOf = (row: Row): Scored => ({ key: numberOf(row.key), score: numberOf(row.score) })

/** The nearest, by comparing with every vector that the condition lets through. */
export const nearest = (
  db: Connection,
  { number, count }: Space,
  { vector, k, minScore = -Infinity }: VectorQuery,
  { sql, params }: Condition,
): ReadonlyArray<VectorMatch> => {
  const { vectors } = tablesOf(number)
  const text =
    `SELECT key, 1 - ifnull(vec_distance_cosine(vector, ?), 1) AS score FROM ${vectors} WHERE ${sql} ` +
    `ORDER BY score DESC LIMIT ?`
  const asked = blobOf(unit(vector))
  const found = withTies(k, count, (limit) => db.rows(text, [asked, ...params, limit]).map(scoredOf))
  const near = found
    .map(({ key, score }) => ({ key, score: Math.max(-1, Math.min(1, score)) }))
    .filter(({ score }) => score >= minScore)
  return matchesOf(db, number, bestFirst(withIds(db, number, near), k))
}

/** The column to ask a filter about in a search. `+` keeps SQLite from searching anew for each record that gets through. */
export const searchedKey = "+rowid"

/** What has one of the words, by BM25. */
export const matching = (
  db: Connection,
  { number, count }: Space,
  { text, k }: TextQuery,
  { sql, params }: Condition,
): ReadonlyArray<VectorMatch> => {
  const match = matchFor(text)
  if (match === undefined) return []
  const { words } = tablesOf(number)
  const statement =
    `SELECT rowid AS key, -bm25(${words}) AS score FROM ${words} WHERE ${words} MATCH ? AND ${sql} ` +
    `ORDER BY score DESC LIMIT ?`
  const found = withTies(k, count, (limit) => db.rows(statement, [match, ...params, limit]).map(scoredOf))
  return matchesOf(db, number, bestFirst(withIds(db, number, found), k))
}

const withIds = (db: Connection, number: number, found: ReadonlyArray<Scored>): ReadonlyArray<Ranked> => {
  const statement = db.prepare(`SELECT id FROM ${tablesOf(number).entries} WHERE key = ?`)
  return found.map(({ key, score }) => ({ key, score, id: fromBytes(bytesOf(statement.get(key)?.id)) }))
}

/** Ranked records with all that a match has. One that has gone meanwhile is left out. */
export const matchesOf = (db: Connection, number: number, found: ReadonlyArray<Ranked>): ReadonlyArray<VectorMatch> => {
  const { entries, contents } = tablesOf(number)
  const entry = db.prepare(`SELECT metadata FROM ${entries} WHERE key = ?`)
  const content = db.prepare(`SELECT content FROM ${contents} WHERE key = ?`)
  return found.flatMap(({ key, id, score }) => {
    const row = entry.get(key)
    return row === undefined
      ? []
      : [{ id, score, metadata: metadataOf(row.metadata), ...contentOf(content.get(key)?.content) }]
  })
}

/** The records of these ids, in their order. */
export const recordsById = (
  db: Connection,
  { number }: Space,
  ids: ReadonlyArray<string>,
): ReadonlyArray<VectorRecord> => {
  const { entries, vectors, contents } = tablesOf(number)
  const statement = db.prepare(
    `SELECT metadata, vector, content FROM ${entries} JOIN ${vectors} USING (key) LEFT JOIN ${contents} USING (key) ` +
      `WHERE id = ?`,
  )
  return ids.flatMap((id) => {
    const row = statement.get(toBytes(id))
    return row === undefined ? [] : [recordOf(id, row)]
  })
}

const recordOf = (id: string, { metadata, vector, content }: Row): VectorRecord => ({
  id,
  vector: floatsOf(vector),
  metadata: metadataOf(metadata),
  ...contentOf(content ?? undefined),
})

/** What begins after this id: all of it, for `undefined`. */
export interface Page {
  readonly after: string | undefined
  readonly limit: number
}

const begin = ({ after }: Page): Condition =>
  after === undefined ? { sql: "1", params: [] } : { sql: "id > ?", params: [toBytes(after)] }

export const listPage = (
  db: Connection,
  { number }: Space,
  page: Page,
  { sql, params }: Condition,
): ReadonlyArray<VectorListing> => {
  const from = begin(page)
  const text = `SELECT id, metadata FROM ${tablesOf(number).entries} WHERE ${from.sql} AND ${sql} ORDER BY id LIMIT ?`
  return db
    .rows(text, [...from.params, ...params, page.limit])
    .map(({ id, metadata }) => ({ id: fromBytes(bytesOf(id)), metadata: metadataOf(metadata) }))
}

export const recordPage = (db: Connection, { number }: Space, page: Page): ReadonlyArray<VectorRecord> => {
  const { entries, vectors, contents } = tablesOf(number)
  const from = begin(page)
  const text =
    `SELECT id, metadata, vector, content FROM ${entries} JOIN ${vectors} USING (key) LEFT JOIN ${contents} USING (key) ` +
    `WHERE ${from.sql} ORDER BY id LIMIT ?`
  return db.rows(text, [...from.params, page.limit]).map((row) => recordOf(fromBytes(bytesOf(row.id)), row))
}

export const countOf = (db: Connection, { number }: Space, { sql, params }: Condition): number =>
  numberOf(db.row(`SELECT count(*) AS count FROM ${tablesOf(number).entries} WHERE ${sql}`, params)?.count)

/** The keys of the records that a filter lets through. */
export const keysWhere = (db: Connection, { number }: Space, { sql, params }: Condition): ReadonlyArray<number> =>
  keysOfJson(db.row(`SELECT json_group_array(key) AS keys FROM ${tablesOf(number).entries} WHERE ${sql}`, params)?.keys)
