import { resolve } from "node:path"
import type { LlmError } from "@switchyard/core"
import { migrate, storeFailure, storeName } from "@switchyard/sql"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { defaultFolder, type PostgresStoreOptions, type Settings, settingsOf } from "../PostgresStoreOptions.ts"
import { isClash, late, notOpened, plugin } from "./failure.ts"
import { migrations } from "./migrations.ts"
import { memory, openEmbedded, openServer } from "./openClient.ts"
import { type Extension, findExtension, type VectorEngine } from "./VectorEngine.ts"

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
  const { url = defaultFolder } = options
  const plain = Redacted.isRedacted(url) ? Redacted.value(url) : url
  const embedded = !/^postgres(ql)?:\/\//i.test(plain)
  const settings = settingsOf(options, embedded)
  const place = embedded && plain !== memory ? resolve(plain) : plain
  const name = embedded ? place : storeName(plain)
  const sql = yield* embedded ? openEmbedded(place, name) : openServer(plain, settings.maxConnections)
  const failed = embedded ? storeFailure(plugin, place) : storeFailure(plugin, plain)
  const refused = Effect.mapError((error: SqlError) => notOpened(name, failed(error).reason.message))
  const problem = yield* refused(unfit(sql, settings))
  if (problem !== undefined) return yield* notOpened(name, problem)
  const found = yield* refused(findExtension(sql))
  yield* refused(Effect.provideService(migrate("switchyard_rag", migrations), SqlClient, sql))
  const extension = typeof found === "string" ? undefined : found
  const engine = engineOf(settings, found)
  const bounded =
    (ms: number) =>
    <A>(work: Effect.Effect<A, SqlError | LlmError>): Effect.Effect<A, LlmError> =>
      work.pipe(
        Effect.mapError((error) => (isSqlError(error) ? failed(error) : error)),
        Effect.timeoutOrElse({ duration: ms, orElse: () => Effect.fail(late(name, ms)) }),
      )
  const read = bounded(settings.timeoutMs)
  const tend = bounded(settings.writeTimeoutMs)
  const transaction: Database["transaction"] = sql.withTransaction
  const write: Database["write"] = (work) => tend(Effect.retry(transaction(work), { while: isClash, schedule: again }))
  return { sql, name, embedded, settings, engine, extension, read, tend, transaction, write }
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
