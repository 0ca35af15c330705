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
  // Where all may use it: the first schema of the search path may be one tenant's.
  const [common] = yield* sql`SELECT 1 FROM pg_namespace WHERE nspname = 'public'`
  const create = `CREATE EXTENSION IF NOT EXISTS vector${common === undefined ? "" : " SCHEMA public"}`
  const refused = yield* sql.unsafe(create).pipe(
    Effect.as("it is not there"),
    Effect.catchIf(isSqlError, ({ reason }) =>
      Effect.succeed(reason.cause instanceof Error ? reason.cause.message : reason.message),
    ),
  )
  // Another process may have been first.
  const made = yield* installed(sql)
  return made === undefined
    ? `the server has pgvector, and ${create} did not work: ${refused}. Have the database's owner run it`
    : usable(made)
})

interface Installed extends Extension {
  /** Who asks, quoted. */
  readonly role: string
  readonly allowed: boolean
}

const installed = (sql: SqlClient) =>
  Effect.map(
    sql<Installed>`SELECT quote_ident(n.nspname) AS schema, e.extversion AS version, quote_ident(current_user) AS role,
        has_schema_privilege(n.oid, 'USAGE') AS allowed
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'`,
    ([extension]) => extension,
  )

const usable = ({ schema, version, role, allowed }: Installed): Extension | string => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  if (major === 0 && minor < oldest)
    return `pgvector ${version} is older than 0.${oldest}. Update it: ALTER EXTENSION vector UPDATE`
  return allowed
    ? { schema, version }
    : `pgvector is in the schema ${schema}, which this user may not use. Have its owner run GRANT USAGE ON SCHEMA ${schema} TO ${role}`
}
