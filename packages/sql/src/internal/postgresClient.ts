import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const connectTimeout = "5 seconds"

/** A pool of connections. The driver is loaded here, and a server that cannot be reached is known at once. */
export const makePostgresClient = Effect.fnUntraced(function* (url: string, maxConnections: number) {
  const { make } = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
  const settings = { connectTimeout, maxConnections, applicationName: "switchyard" } as const
  const sql = yield* make({ url: Redacted.make(url), ...settings })
  yield* sql`SELECT 1`
  return sql
})
