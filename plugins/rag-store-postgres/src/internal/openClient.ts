import { accessSync, chmodSync, constants, readdirSync } from "node:fs"
import { LlmError } from "@switchyard/core"
import { lockFile, makeFolder } from "@switchyard/files"
import { safeTransactions, sqlLayer } from "@switchyard/sql"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as reactivity } from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Settings } from "../PostgresStoreOptions.ts"
import { notOpened } from "./failure.ts"
import { PgliteThread } from "./PgliteThread.ts"
import { memory, type Place } from "./place.ts"

/** The other connection of an embedded Postgres may be busy with what was given up. */
const patience = "10 minutes"

/** `COMMIT` and `ROLLBACK` may take so long, in ms. */
const endWithin = 30_000

/** A pool of connections to a server. */
export const openServer = Effect.fnUntraced(function* (
  { url }: Place,
  { maxConnections, writeTimeoutMs }: Settings,
): Effect.fn.Return<SqlClient, LlmError, Scope.Scope> {
  const refused = ({ reason: { message } }: LlmError): LlmError =>
    LlmError.make({ _tag: "InvalidRequest", field: "url", message }, { operation: "compose" })
  const built = yield* Effect.mapError(Layer.build(sqlLayer({ url, maxConnections })), refused)
  const sql = Context.get(built, SqlClient)
  const endWithinMs = Math.min(writeTimeoutMs, endWithin)
  return safeTransactions(sql, { endWithinMs })
})

/** The only connection to an embedded Postgres, by the same client, over the same protocol. */
export const openEmbedded = Effect.fnUntraced(function* (
  { url: folder, name }: Place,
  { writeTimeoutMs }: Settings,
): Effect.fn.Return<SqlClient, LlmError, Scope.Scope> {
  if (folder !== memory) yield* hold(folder, name)
  const thread = yield* PgliteThread.make(folder, name)
  const refuse = (error: SqlError): LlmError => notOpened(name, error.message)
  const { make } = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
  const sql = yield* make({
    stream: () => thread.connect(),
    ssl: false,
    username: "postgres",
    database: "postgres",
    maxConnections: 1,
    // A statement that is kept is planned for any parameters, and then without the index.
    prepare: false,
    connectTimeout: patience,
    applicationName: "switchyard",
  }).pipe(Effect.provide(reactivity), Effect.mapError(refuse))
  yield* Effect.mapError(sql`SELECT 1`, refuse)
  const endWithinMs = Math.min(writeTimeoutMs, endWithin)
  const onStuck = Effect.promise(() => thread.giveUp(`it did not end a transaction within ${endWithinMs} ms`))
  return safeTransactions(sql, { endWithinMs, onStuck })
})

/** Makes the folder, for its owner only, and keeps it: PGlite does not see that another has it, and both would ruin it. */
const hold = (folder: string, name: string): Effect.Effect<void, LlmError, Scope.Scope> => {
  const taken = Effect.tryPromise({
    try: () => {
      ownFolder(folder)
      return lockFile(`${folder}.lock`)
    },
    catch: (thrown) => notOpened(name, thrown instanceof Error ? thrown.message : String(thrown)),
  })
  const held = Effect.filterOrElse(
    taken,
    (release) => release !== undefined,
    () => inUse(name),
  )
  return Effect.asVoid(Effect.acquireRelease(held, (release) => Effect.sync(release)))
}

/** PGlite's files are anybody's to write, so the folder must not be: as Postgres does with one that it begins to use. */
const ownFolder = (folder: string): void => {
  makeFolder(folder)
  if (readdirSync(folder).length === 0) chmodSync(folder, 0o700)
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
}

const inUse = (name: string) =>
  Effect.fail(
    notOpened(
      name,
      "it is open already, and takes one program at a time. Give several the postgres:// URL of a server",
    ),
  )
