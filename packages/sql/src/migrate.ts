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
 * Brings a plugin's tables up to date: all missing steps in one transaction. Which have run is kept in the table
 * `PREFIX_migrations`, so plugins share a store. Of processes that start at once one does it and the others wait.
 */
export const migrate = (prefix: string, steps: ReadonlyArray<Migration>): Effect.Effect<void, SqlError, SqlClient> => {
  const numbered = steps.map((step, index) => [`${index + 1}_${step.name}`, apply(step)] as const)
  const migrations = run({ table: `${prefix}_migrations`, loader: fromRecord(Object.fromEntries(numbered)) })
  return Effect.asVoid(Effect.mapError(migrations, unwrapped))
}
