import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"

/**
 * How vectors of a new namespace are kept and compared. `pgvector`: in the database, by an index where there are many.
 * `scan`: as bytes, which are read and compared in this process; `why` says what is missing.
 */
export type VectorEngine =
  | { readonly _tag: "pgvector"; readonly version: string }
  | { readonly _tag: "scan"; readonly why: string }

/** pgvector as it is installed: its schema, quoted, which need not be on the search path. */
export interface Extension {
  readonly schema: string
  readonly version: string
}

/** 0.8 is the first version with iterative scans; `halfvec` is of 0.7. */
const oldest = 8

/** Looks for pgvector, and installs it into the database where the server has it and the user may. */
export const findExtension = Effect.fnUntraced(function* (sql: SqlClient) {
  const there = yield* installed(sql)
  if (there !== undefined) return usable(there)
  const [offered] = yield* sql`SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`
  if (offered === undefined) {
    return "the server has no pgvector. Install it there (https://github.com/pgvector/pgvector), then index again"
  }
  const refused = yield* sql`CREATE EXTENSION IF NOT EXISTS vector`.pipe(
    Effect.as("it is not there"),
    Effect.catchIf(isSqlError, ({ reason }) =>
      Effect.succeed(reason.cause instanceof Error ? reason.cause.message : reason.message),
    ),
  )
  // Another process may have been first.
  const made = yield* installed(sql)
  return made === undefined
    ? `the server has pgvector, and CREATE EXTENSION vector did not work: ${refused}. Have the database's owner run it`
    : usable(made)
})

const installed = (sql: SqlClient) =>
  Effect.map(
    sql<Extension>`SELECT quote_ident(n.nspname) AS schema, e.extversion AS version
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'`,
    ([extension]) => extension,
  )

const usable = (extension: Extension): Extension | string => {
  const [major = 0, minor = 0] = extension.version.split(".").map(Number)
  return major > 0 || minor >= oldest
    ? extension
    : `pgvector ${extension.version} is older than 0.${oldest}. Update it: ALTER EXTENSION vector UPDATE`
}
