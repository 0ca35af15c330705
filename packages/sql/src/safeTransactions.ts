import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"

/**
 * The client, with transactions that fail with an `SqlError` where they can't be rolled back, as where the connection is
 * gone. Effect's own die of it.
 */
export const safeTransactions = <Client extends SqlClient>(sql: Client): Client => {
  const { withTransaction } = sql
  const safe: SqlClient["withTransaction"] = (work) =>
    Effect.catchDefect(withTransaction(work), (defect) =>
      isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect),
    )
  return Object.assign(sql, { withTransaction: safe })
}
