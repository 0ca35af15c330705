import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { safeTransactions } from "../safeTransactions.ts"

const connectTimeout = "5 seconds"
/** A server that is gone without a word is noticed 10 s after this. */
const keepAlive = "10 seconds"
/** A statement that is kept is planned for any parameters, and a pooler gives the next one another connection. */
const prepare = false

/** A pool of connections. The driver is loaded here, and a server that cannot be reached is known at once. */
export const makePostgresClient = Effect.fnUntraced(function* (url: string, maxConnections: number) {
  const { make } = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
  const settings = { connectTimeout, keepAlive, prepare, maxConnections, applicationName: "switchyard" } as const
  const sql = safeTransactions(yield* make({ url: Redacted.make(url), ...settings }))
  yield* Effect.timeoutOrElse(sql`SELECT 1`, { duration: connectTimeout, orElse: () => Effect.fail(silent) })
  return sql
})

const message = `it did not answer within ${connectTimeout}`
const silent = new SqlError({ reason: new ConnectionError({ cause: undefined, message, operation: "connect" }) })
