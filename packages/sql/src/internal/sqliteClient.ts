import { closeSync, openSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { makeFolder } from "@switchyard/files"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Client from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { makeCompilerSqlite } from "effect/sql/Statement"
import { sqliteConnection } from "./sqliteConnection.ts"
import { sqliteError } from "./sqliteError.ts"

export interface SqliteSettings {
  readonly synchronous: "normal" | "full"
  /** How long a statement waits for another process's write, in ms. */
  readonly busyTimeoutMs: number
}

/** How long SQLite itself waits for a lock, in ms: nothing else of the program runs meanwhile. */
const blockingMs = 20

/** The folder is made where it lacks. A new file, and those that SQLite puts beside it, are its owner's only. */
const makeFile = (file: string): void => {
  makeFolder(dirname(file))
  closeSync(openSync(file, "a", 0o600))
}

const openFile = (Database: typeof DatabaseSync, file: string): DatabaseSync => {
  if (file !== ":memory:") makeFile(file)
  return new Database(file, { timeout: blockingMs, enableForeignKeyConstraints: true })
}

const opened = (file: string) =>
  Effect.acquireRelease(
    Effect.flatMap(
      Effect.promise(() => import("node:sqlite")),
      (sqlite) =>
        Effect.try({
          try: () => openFile(sqlite.DatabaseSync, file),
          catch: (thrown) => sqliteError(thrown, "connect"),
        }),
    ),
    (database) => Effect.sync(() => database.close()),
  )

/** WAL: readers of other processes go on while one writes. */
const settle = Effect.fnUntraced(function* (connection: Connection, { synchronous }: SqliteSettings) {
  for (const pragma of ["journal_mode = WAL", `synchronous = ${synchronous.toUpperCase()}`, "temp_store = MEMORY"]) {
    yield* connection.executeUnprepared(`PRAGMA ${pragma}`, [], undefined)
  }
})

/**
 * Effect's client over one connection of `node:sqlite`. Statements and transactions take turns. A transaction takes the
 * write lock when it begins, so that none fails half-way because another process wrote in between.
 */
export const makeSqliteClient = Effect.fnUntraced(function* (file: string, settings: SqliteSettings) {
  const database = yield* opened(file)
  const connection = sqliteConnection(database, settings.busyTimeoutMs)
  yield* settle(connection, settings)
  return yield* Client.make({
    ...Client.makeSqliteAcquirers({
      connection: Effect.succeed(connection),
      semaphore: yield* Semaphore.make(1),
      isTransaction: () => database.isTransaction,
    }),
    compiler: makeCompilerSqlite(),
    driver: "node-sqlite",
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [
      ["db.system.name", "sqlite"],
      ["db.namespace", file],
    ],
  })
})
