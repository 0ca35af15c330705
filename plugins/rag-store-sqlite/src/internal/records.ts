import type { Json } from "@switchyard/core"
import type { Metadata, VectorRecord } from "@switchyard/rag"
import type { Connection } from "./Connection.ts"
import { invalid } from "./failure.ts"
import { type FieldRow, fieldRows } from "./fields.ts"
import { toBytes } from "./sortable.ts"
import { tablesOf } from "./Space.ts"
import { blobOf, metadataOf, numberOf, unit } from "./values.ts"
import { indexWords } from "./words.ts"

/**
 * Puts records of one namespace into its tables, and takes them out. Of a record that differs in its metadata alone, its
 * vector, content and words are left as they are.
 */
export interface Records {
  /** How many it took the place of: 0 or 1. `path` names the record in a refusal. */
  readonly put: (record: VectorRecord, path: string) => number
  /** How many were there and are gone: 0 or 1. One that was put stays. */
  readonly remove: (key: number) => number
  readonly removeId: (id: string) => number
}

export const recordsOf = (db: Connection, space: number): Records => {
  const to = statementsOf(db, space)
  const kept = new Set<number>()
  const addFields = (key: number | bigint, rows: ReadonlyArray<FieldRow>): void => {
    for (const [name, value] of rows) to.addField.run(name, value, key)
  }
  const removeFields = (key: number, metadata: Metadata): void => {
    for (const [name, value] of fieldRows(metadata, "metadata")) to.removeField.run(name, value, key)
  }
  const remove = (key: number): number => {
    const row = kept.has(key) ? undefined : to.metadata.get(key)
    if (row === undefined) return 0
    removeFields(key, metadataOf(row.metadata))
    to.removeWords.run(BigInt(key))
    for (const statement of to.remove) statement.run(key)
    return 1
  }
  return {
    remove,
    removeId: (id) => {
      const row = to.find.get(toBytes(id))
      return row === undefined ? 0 : remove(numberOf(row.key))
    },
    put: ({ id, vector, metadata = {}, text, payload }, path) => {
      if (typeof id !== "string") throw invalid(`${path}.id`, `an id is a string, and this one is ${typeof id}`)
      const rows = fieldRows(metadata, `${path}.metadata`)
      const content = text === undefined && payload === undefined ? null : asJson(text, payload, path)
      const blob = blobOf(unit(vector))
      const old = to.find.get(toBytes(id))
      if (old !== undefined && old.content === content && sameBytes(old.vector, blob)) {
        const key = numberOf(old.key)
        removeFields(key, metadataOf(old.metadata))
        to.setMetadata.run(JSON.stringify(metadata), key)
        addFields(key, rows)
        kept.add(key)
        return 1
      }
      const removed = old === undefined ? 0 : remove(numberOf(old.key))
      const key = to.addEntry.run(toBytes(id), JSON.stringify(metadata)).lastInsertRowid
      to.addVector.run(key, blob)
      addFields(key, rows)
      if (content !== null) to.addContent.run(key, content)
      const found = text === undefined ? "" : indexWords(text)
      if (found !== "") to.addWords.run(BigInt(key), found)
      return removed
    },
  }
}

const statementsOf = (db: Connection, space: number) => {
  const { entries, vectors, contents, fields, words } = tablesOf(space)
  return {
    find: db.prepare(
      `SELECT key, metadata, vector, content FROM ${entries} LEFT JOIN ${vectors} USING (key) ` +
        `LEFT JOIN ${contents} USING (key) WHERE id = ?`,
    ),
    metadata: db.prepare(`SELECT metadata FROM ${entries} WHERE key = ?`),
    setMetadata: db.prepare(`UPDATE ${entries} SET metadata = ? WHERE key = ?`),
    addEntry: db.prepare(`INSERT INTO ${entries} (id, metadata) VALUES (?, ?)`),
    addVector: db.prepare(`INSERT INTO ${vectors} (key, vector) VALUES (?, ?)`),
    addContent: db.prepare(`INSERT INTO ${contents} (key, content) VALUES (?, ?)`),
    addField: db.prepare(`INSERT OR IGNORE INTO ${fields} (field, value, key) VALUES (?, ?, ?)`),
    addWords: db.prepare(`INSERT INTO ${words} (rowid, words) VALUES (?, ?)`),
    removeField: db.prepare(`DELETE FROM ${fields} WHERE field = ? AND value = ? AND key = ?`),
    removeWords: db.prepare(`DELETE FROM ${words} WHERE rowid = ?`),
    remove: [entries, vectors, contents].map((table) => db.prepare(`DELETE FROM ${table} WHERE key = ?`)),
  }
}

const sameBytes = (a: unknown, b: Uint8Array): boolean => a instanceof Uint8Array && Buffer.compare(a, b) === 0

const asJson = (text: string | undefined, payload: Json | undefined, path: string): string => {
  try {
    return JSON.stringify({ text, payload })
  } catch (thrown) {
    throw invalid(`${path}.payload`, `it cannot be written as JSON: ${String(thrown)}`)
  }
}
