import type { EmbedderStamp } from "@switchyard/rag"
import type { Connection, Row } from "./Connection.ts"
import { fromBytes, toBytes } from "./sortable.ts"
import { numberOf, stampOfJson } from "./values.ts"

/**
 * A namespace, with tables of its own: the statistics of its words are its own, and it goes by dropping them. Numbers and
 * keys are never used again, so what is kept of a file in memory can be told to be old.
 */
export interface Space {
  readonly number: number
  readonly name: string
  readonly stamp: EmbedderStamp
  readonly count: number
  /** Grows with each change. */
  readonly revision: number
  /** Grows with each change that took a record away. */
  readonly removals: number
}

/**
 * The tables of a namespace. `entries`: ids and metadata; `vectors`: floats of length 1; `contents`: text and payload;
 * `fields`: metadata as filters ask for it; `words`: full text, as the words that are compared.
 */
export const tablesOf = (number: number) => ({
  entries: `entries_${number}`,
  vectors: `vectors_${number}`,
  contents: `contents_${number}`,
  fields: `fields_${number}`,
  words: `words_${number}`,
})

const read = (row: Row): Space => ({
  number: numberOf(row.space),
  name: row.name instanceof Uint8Array ? fromBytes(row.name) : "",
  stamp: stampOfJson(row.stamp),
  count: numberOf(row.count),
  revision: numberOf(row.revision),
  removals: numberOf(row.removals),
})

export const findSpace = (db: Connection, name: string): Space | undefined => {
  const row = db.row("SELECT * FROM spaces WHERE name = ?", [toBytes(name)])
  return row === undefined ? undefined : read(row)
}

export const allSpaces = (db: Connection): ReadonlyArray<Space> =>
  db.rows("SELECT * FROM spaces ORDER BY space").map(read)

export const createSpace = (db: Connection, name: string, stamp: EmbedderStamp): Space => {
  const made = db.run("INSERT INTO spaces (name, stamp, count, revision, removals) VALUES (?, ?, 0, 0, 0)", [
    toBytes(name),
    JSON.stringify(stamp),
  ])
  const number = Number(made)
  const { entries, vectors, contents, fields } = tablesOf(number)
  db.exec(`
    CREATE TABLE ${entries} (key INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, metadata TEXT NOT NULL);
    CREATE TABLE ${vectors} (key INTEGER PRIMARY KEY, vector BLOB NOT NULL);
    CREATE TABLE ${contents} (key INTEGER PRIMARY KEY, content TEXT NOT NULL);
    CREATE TABLE ${fields} (field BLOB, value, key INTEGER, PRIMARY KEY (field, value, key)) WITHOUT ROWID;
  `)
  createWords(db, number)
  return { number, name, stamp, count: 0, revision: 0, removals: 0 }
}

/**
 * The index keeps the words itself. One without them (`content=''`) never counts its rows and words down when they are
 * deleted, so that BM25 would take rewritten records for more and more others: https://sqlite.org/fts5.html, 4.4.3.
 */
export const createWords = (db: Connection, number: number): void =>
  db.exec(
    `CREATE VIRTUAL TABLE ${tablesOf(number).words} USING fts5(words, ` +
      `tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'")`,
  )

/** Notes what changed. A namespace without records is none, so its stamp is free again. */
export const changeSpace = (
  db: Connection,
  { number, count }: Space,
  { added, removed }: { readonly added: number; readonly removed: number },
): void => {
  if (count + added - removed <= 0) return dropSpace(db, number)
  db.run("UPDATE spaces SET count = ?, revision = revision + 1, removals = removals + ? WHERE space = ?", [
    count + added - removed,
    removed > 0 ? 1 : 0,
    number,
  ])
}

export const dropSpace = (db: Connection, number: number): void => {
  for (const table of Object.values(tablesOf(number))) db.exec(`DROP TABLE ${table}`)
  db.run("DELETE FROM spaces WHERE space = ?", [number])
}
