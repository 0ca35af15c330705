import { dirname } from "node:path"
import type { LlmError } from "@switchyard/core"
import { makeFolder } from "@switchyard/files"
import { safeTransactions, sqlLayer } from "@switchyard/sql"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as reactivity } from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { notOpened } from "./failure.ts"
import { PgliteThread } from "./PgliteThread.ts"

export const memory = "memory://"

/** The other connection of an embedded Postgres may be busy with what was given up. */
const patience = "10 minutes"

/** A pool of connections to a server. */
export const openServer = (url: string, maxConnections: number): Effect.Effect<SqlClient, LlmError, Scope.Scope> =>
  Effect.map(Layer.build(sqlLayer({ url, maxConnections })), Context.get(SqlClient))

/** The only connection to an embedded Postgres, by the same client, over the same protocol. */
export const openEmbedded = Effect.fnUntraced(function* (folder: string, name: string) {
  if (folder !== memory) yield* lock(folder, name)
  const thread = yield* PgliteThread.make(folder, name)
  const refuse = (error: SqlError): LlmError => notOpened(name, error.message)
  const { make } = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
  const sql = yield* make({
    stream: () => thread.connect(),
    ssl: false,
    username: "postgres",
    database: "postgres",
    maxConnections: 1,
    connectTimeout: patience,
    applicationName: "switchyard",
  }).pipe(Effect.provide(reactivity), Effect.mapError(refuse))
  yield* Effect.mapError(sql`SELECT 1`, refuse)
  return safeTransactions(sql)
})

/**
 * PGlite does not see that another one has its folder, and both would ruin it. A lock of SQLite's on a file beside it is
 * the system's own, and gone with its process.
 */
const lock = (folder: string, name: string): Effect.Effect<void, LlmError, Scope.Scope> => {
  const taken = Effect.tryPromise({
    try: async () => {
      const { DatabaseSync } = await import("node:sqlite")
      makeFolder(dirname(folder))
      const database = new DatabaseSync(`${folder}.lock`, { timeout: 0 })
      try {
        database.exec("BEGIN EXCLUSIVE")
        return database
      } catch (thrown) {
        database.close()
        throw thrown
      }
    },
    catch: (thrown) => {
      const said = thrown instanceof Error ? thrown.message : String(thrown)
      return notOpened(name, /locked/.test(said) ? held : said)
    },
  })
  return Effect.asVoid(Effect.acquireRelease(taken, (database) => Effect.sync(() => database.close())))
}

const held = "it is open already, and takes one program at a time. Give several the postgres:// URL of a server"
