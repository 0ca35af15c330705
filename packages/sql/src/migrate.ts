import * as Effect from "effect/Effect"
import { fromRecord, make } from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, SqlError, UnknownError } from "effect/sql/SqlError"

/** One step of a store's history. Steps are added at the end, never changed. */
export interface Migration {
  readonly name: string
  /** Statements, one each. Where the engines differ: one list for each. */
  readonly up: ReadonlyArray<string> | { readonly sqlite: ReadonlyArray<string>; readonly pg: ReadonlyArray<string> }
}

const statementsOf = (sql: SqlClient, { up }: Migration): ReadonlyArray<string> =>
  "sqlite" in up ? sql.onDialectOrElse({ pg: () => up.pg, orElse: () => up.sqlite }) : up

const apply = (migration: Migration): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.forEach(statementsOf(sql, migration), (statement) => sql.unsafe(statement), { discard: true }),
  )

const run = make({})

/** The store's own error, and not the wrapper's "failed". */
const unwrapped = (error: { readonly message: string; readonly cause?: unknown }): SqlError =>
  isSqlError(error)
    ? error
    : isSqlError(error.cause)
      ? error.cause
      : new SqlError({ reason: new UnknownError({ cause: error, message: error.message, operation: "migrate" }) })

/**
 * How many steps have run, without a lock: the migrator takes one that waits for everybody else who reads the table, as
 * `pg_dump` does.
 */
const done = Effect.fnUntraced(function* (table: string) {
  const sql = yield* SqlClient
  const [there] = yield* sql.onDialectOrElse({
    pg: () => sql`SELECT 1 WHERE to_regclass(quote_ident(${table})) IS NOT NULL`,
    orElse: () => sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${table}`,
  })
  if (there === undefined) return 0
  const [last] = yield* sql<{ readonly id: unknown }>`SELECT max(migration_id) AS id FROM ${sql(table)}`
  return Number(last?.id ?? 0)
})

/**
 * Brings a plugin's tables up to date: all missing steps in one transaction. Which have run is kept in the table
 * `PREFIX_migrations`, so plugins share a store. Of processes that start at once one does it and the others wait.
 */
export const migrate = (prefix: string, steps: ReadonlyArray<Migration>): Effect.Effect<void, SqlError, SqlClient> => {
  const table = `${prefix}_migrations`
  const numbered = steps.map((step, index) => [`${index + 1}_${step.name}`, apply(step)] as const)
  const migrations = run({ table, loader: fromRecord(Object.fromEntries(numbered)) })
  return Effect.flatMap(done(table), (last) =>
    last >= steps.length ? Effect.void : Effect.asVoid(Effect.mapError(migrations, unwrapped)),
  )
}
