import * as Effect from "effect/Effect"
import { makeWithTransaction, type SqlClient } from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { ConnectionError, SqlError, UnknownError } from "effect/sql/SqlError"

export interface TransactionEnds {
  /** How long `COMMIT` and `ROLLBACK` may take, in ms. Default: 30,000. */
  readonly endWithinMs?: number
  /** What to do with a database that does not answer one of them. */
  readonly onStuck?: Effect.Effect<unknown>
}

const failed = (message: string): Effect.Effect<never, SqlError> =>
  Effect.fail(new SqlError({ reason: new ConnectionError({ cause: undefined, message, operation: "transaction" }) }))

/**
 * A Postgres client, with transactions that end in time, and fail with the work's own error where they can't be rolled back,
 * as where the connection is gone: the server does it then. Effect's own wait for good, and die of a rollback that fails.
 */
export const safeTransactions = <Client extends SqlClient>(
  sql: Client,
  { endWithinMs = 30_000, onStuck = Effect.void }: TransactionEnds = {},
): Client => {
  const run = (connection: Connection, statement: string) => connection.executeRaw(statement, [])
  const silent = (statement: string) =>
    Effect.andThen(onStuck, failed(`the server did not answer ${statement} within ${endWithinMs} ms`))
  const end = (connection: Connection, statement: string) =>
    Effect.timeoutOrElse(run(connection, statement), { duration: endWithinMs, orElse: () => silent(statement) })
  const tried = (connection: Connection, statement: string) => Effect.ignore(end(connection, statement))
  const withTransaction = makeWithTransaction({
    transactionService: sql.transactionService,
    spanAttributes: [],
    acquireConnection: (restore) => restore(sql.reserve),
    begin: (connection, statement = "BEGIN") => Effect.asVoid(run(connection, statement)),
    savepoint: (connection, id) => Effect.asVoid(run(connection, `SAVEPOINT effect_sql_${id}`)),
    releaseSavepoint: (connection, id) => tried(connection, `RELEASE SAVEPOINT effect_sql_${id}`),
    commit: (connection) =>
      Effect.flatMap(end(connection, "COMMIT"), (said) => (isUndone(said) ? undone : Effect.void)),
    rollback: (connection) => tried(connection, "ROLLBACK"),
    rollbackSavepoint: (connection, id) => tried(connection, `ROLLBACK TO SAVEPOINT effect_sql_${id}`),
  })
  return Object.assign(sql, { withTransaction })
}

/** Postgres answers so where a statement of the transaction had failed. */
const isUndone = (said: unknown): boolean =>
  typeof said === "object" && said !== null && "command" in said && said.command === "ROLLBACK"

const undone = Effect.suspend(() => {
  const message = "a statement of the transaction had failed, so COMMIT undid it"
  return Effect.fail(new SqlError({ reason: new UnknownError({ cause: undefined, message, operation: "commit" }) }))
})
