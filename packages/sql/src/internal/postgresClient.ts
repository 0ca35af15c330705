import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { safeTransactions } from "../safeTransactions.ts"

const connectTimeout = "5 seconds"
/** A server that is gone without a word is noticed 10 s after this. */
const keepAlive = "10 seconds"

/** A pool of connections. The driver is loaded here, and a server that cannot be reached is known at once. */
export const makePostgresClient = Effect.fnUntraced(function* (url: string, maxConnections: number) {
  const { make } = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
  const settings = { connectTimeout, keepAlive, maxConnections, applicationName: "switchyard" } as const
  const sql = safeTransactions(yield* make({ url: Redacted.make(url), ...settings }))
  yield* sql`SELECT 1`
  return sql
})
