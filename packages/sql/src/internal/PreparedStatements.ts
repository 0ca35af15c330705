import type { DatabaseSync, StatementSync } from "node:sqlite"

const kept = 200

/** The statements of one connection, prepared once. The one that was not used for the longest time goes first. */
export class PreparedStatements {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(sql: string): StatementSync {
    const found = this.#statements.get(sql)
    const statement = found ?? this.#database.prepare(sql)
    if (found !== undefined) this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > kept && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }
}
