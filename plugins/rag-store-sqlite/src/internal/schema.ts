import type { Connection } from "./Connection.ts"
import { refusedFile } from "./failure.ts"
import { indexAgain } from "./upgrade.ts"
import { numberOf } from "./values.ts"

/** Written into the header of a file, and what tells one of ours: https://sqlite.org/pragma.html#pragma_application_id. */
const applicationId = 0x53595241
/** Raised when tables change, and when words are made otherwise: see `upgrade`. */
const schemaVersion = 2
/** Several vectors fit on a page, so that a scan reads few. */
const pageBytes = 16_384

const spaces = `
CREATE TABLE spaces (
  space INTEGER PRIMARY KEY AUTOINCREMENT,
  name BLOB NOT NULL UNIQUE,
  stamp TEXT NOT NULL,
  count INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  removals INTEGER NOT NULL
)`

/** Brings a file to the schema, and refuses one that is not of this store, before anything is written to it. */
export const prepareFile = (db: Connection): void => {
  if (isNew(db)) {
    db.exec(`PRAGMA page_size = ${pageBytes}`)
    settle(db)
    db.exec("BEGIN IMMEDIATE")
    // Of processes that open a new file at once, one makes the tables.
    if (isNew(db))
      db.exec(`${spaces}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`)
    db.exec("COMMIT")
  }
  const version = versionOf(db)
  settle(db)
  if (version < schemaVersion) upgrade(db)
}

/** The same of a file that may only be read. */
export const checkFile = (db: Connection): void => {
  const version = versionOf(db)
  if (version === schemaVersion) return
  throw refusedFile(
    db.file,
    `it was written by an older version of this package (its tables are of version ${version}, and ${schemaVersion} is needed) ` +
      `and may not be written to. Open it once where it may be, which brings it up to date`,
  )
}

const versionOf = (db: Connection): number => {
  const version = pragma(db, "user_version")
  if (pragma(db, "application_id") !== applicationId) {
    throw refusedFile(db.file, "it is a SQLite file of another program, and was left as it is. Give another file")
  }
  if (version > schemaVersion) {
    throw refusedFile(
      db.file,
      `it was written by a newer version of this package (its tables are of version ${version}, and ${schemaVersion} is ` +
        `the newest known here). Update @switchyard/rag-store-sqlite; or give another file and index again`,
    )
  }
  return version
}

/** Of version 1 the full text alone is another: it counted what was deleted, and compared words otherwise. */
const upgrade = (db: Connection): void => {
  db.exec("BEGIN IMMEDIATE")
  // Of processes that open an old file at once, one does it.
  if (versionOf(db) < schemaVersion) {
    indexAgain(db)
    db.exec(`PRAGMA user_version = ${schemaVersion}`)
  }
  db.exec("COMMIT")
}

const pragma = (db: Connection, name: string): number => numberOf(db.row(`PRAGMA ${name}`)?.[name])

const isNew = (db: Connection): boolean =>
  pragma(db, "application_id") === 0 && db.row("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined

/** WAL: readers go on while one writes. What was written outlives the process; a loss of power may take the last of it. */
const settle = (db: Connection): void => {
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY")
  db.exec("PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384")
}
