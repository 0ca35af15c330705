import { existsSync } from "node:fs"
import { join } from "node:path"
import type { LlmError } from "@switchyard/core"
import { migrate, storeFailure, storeProblem } from "@switchyard/sql"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { defaultFolder, type PostgresStoreOptions, type Settings, settingsOf } from "../PostgresStoreOptions.ts"
import { isClash, late, notOpened, plugin } from "./failure.ts"
import { migrations } from "./migrations.ts"
import { openEmbedded, openServer } from "./openClient.ts"
import { placeOf } from "./place.ts"
import { type Extension, findExtension, type VectorEngine } from "./VectorEngine.ts"
import { within } from "./within.ts"

/** An open database, and what bounds the work in it. */
export interface Database {
  readonly sql: SqlClient
  /** What may be shown of where it is. */
  readonly name: string
  readonly embedded: boolean
  readonly settings: Settings
  readonly engine: VectorEngine
  readonly extension: Extension | undefined
  readonly read: <A>(work: Effect.Effect<A, SqlError | LlmError>) => Effect.Effect<A, LlmError>
  /** A transaction, within `read` or `write`. */
  readonly transaction: <A>(work: Effect.Effect<A, SqlError | LlmError>) => Effect.Effect<A, SqlError | LlmError>
  /** One transaction, done again when another was in its way. */
  readonly write: <A>(work: Effect.Effect<A, SqlError | LlmError>) => Effect.Effect<A, LlmError>
  /** What is no transaction and may take as long as one. */
  readonly tend: <A>(work: Effect.Effect<A, SqlError | LlmError>) => Effect.Effect<A, LlmError>
}

const again = Schedule.upTo(Schedule.jittered(Schedule.exponential("10 millis")), { times: 6 })

export const openDatabase = Effect.fnUntraced(function* (
  options: PostgresStoreOptions,
): Effect.fn.Return<Database, LlmError, Scope> {
  const place = yield* placeOf(options.url ?? defaultFolder)
  const { url, name, embedded } = place
  const settings = settingsOf(options, embedded)
  if (embedded && !settings.create && !existsSync(join(url, "PG_VERSION"))) return yield* notOpened(name, lacking)
  const sql = yield* embedded ? openEmbedded(place, settings) : openServer(place, settings)
  const failed = storeFailure(plugin, url)
  const ready = Effect.mapError(prepared(sql, settings), (error) =>
    notOpened(name, typeof error === "string" ? error : storeProblem(url)(error)),
  )
  const openMs = Math.min(settings.writeTimeoutMs, openWithin)
  const found = yield* within(openMs, () => notOpened(name, `it did not answer within ${openMs} ms. ${stuck}`))(ready)
  const extension = typeof found === "string" ? undefined : found
  const engine = engineOf(settings, found)
  const bounded = (option: "timeoutMs" | "writeTimeoutMs") => {
    const ms = settings[option]
    const inTime = within(ms, () => late(name, ms, option))
    return <A>(work: Effect.Effect<A, SqlError | LlmError>): Effect.Effect<A, LlmError> =>
      inTime(Effect.mapError(work, (error) => (isSqlError(error) ? failed(error) : error)))
  }
  const read = bounded("timeoutMs")
  const tend = bounded("writeTimeoutMs")
  const transaction: Database["transaction"] = sql.withTransaction
  const write: Database["write"] = (work) => tend(Effect.retry(transaction(work), { while: isClash, schedule: again }))
  return { sql, name, embedded, settings, engine, extension, read, tend, transaction, write }
})

/** How long it may take to look what is there and to make what lacks, in ms. */
const openWithin = 60_000
const stuck = "Somebody may hold a lock on its tables: see pg_stat_activity"
const lacking = "it holds no store yet, and the option create is false. Index something into it first"

/** Makes what lacks. Fails with text where the database is no use. */
const prepared = Effect.fnUntraced(function* (sql: SqlClient, settings: Settings) {
  const problem = yield* unfit(sql, settings)
  if (problem !== undefined) return yield* Effect.fail(problem)
  if (!settings.create) {
    const [there] = yield* sql`SELECT 1 WHERE to_regclass('switchyard_rag_namespaces') IS NOT NULL`
    if (there === undefined) return yield* Effect.fail(lacking)
  }
  const found = yield* findExtension(sql)
  yield* Effect.provideService(migrate("switchyard_rag", migrations), SqlClient, sql)
  return found
})

/** What makes a database useless for this, if anything does. */
const unfit = Effect.fnUntraced(function* (sql: SqlClient, { language }: Settings) {
  const configurations = yield* sql<{ readonly name: string }>`SELECT cfgname AS name FROM pg_ts_config ORDER BY 1`
  const [server] = yield* sql<{ readonly version: number; readonly encoding: string }>`
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`
  if (server === undefined || server.version < oldest) return "it is older than Postgres 13"
  if (server.encoding !== "UTF8") return `its encoding is ${server.encoding}. Make a database with ENCODING 'UTF8'`
  const known = configurations.map(({ name }) => name)
  return known.includes(language)
    ? undefined
    : `it has no text search configuration "${language}" for the option language. It has ${known.join(", ")}`
})

const oldest = 130_000

const engineOf = ({ pgvector }: Settings, found: Extension | string): VectorEngine => {
  if (pgvector === "never") return { _tag: "scan", why: 'the option pgvector is "never"' }
  return typeof found === "string" ? { _tag: "scan", why: found } : { _tag: "pgvector", version: found.version }
}
