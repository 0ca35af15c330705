import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"

export type Row = Record<string, SQLOutputValue>
export type Params = ReadonlyArray<SQLInputValue>

const keptStatements = 200

/** One open database. Statements are prepared once; the one that was not used for the longest time goes first. */
export class Connection {
  readonly file: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(file: string, database: DatabaseSync) {
    this.file = file
    this.#database = database
  }

  /** Runs what uses this connection, while it is open. */
  use<A>(run: () => A): A {
    if (!this.#database.isOpen) throw new Error("it was closed")
    return run()
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** Statements without parameters and rows: several may be in one text. */
  exec(sql: string): void {
    this.#database.exec(sql)
  }

  rows(sql: string, params: Params = []): ReadonlyArray<Row> {
    return this.prepare(sql).all(...params)
  }

  row(sql: string, params: Params = []): Row | undefined {
    return this.prepare(sql).get(...params)
  }

  run(sql: string, params: Params = []): number | bigint {
    return this.prepare(sql).run(...params).lastInsertRowid
  }

  /** Several reads that see one state of the file. */
  snapshot<A>(read: () => A): A {
    this.exec("BEGIN")
    try {
      return read()
    } finally {
      if (this.isTransaction) this.exec("ROLLBACK")
    }
  }

  prepare(sql: string): StatementSync {
    const found = this.#statements.get(sql)
    const statement = found ?? this.#database.prepare(sql)
    if (found !== undefined) this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > keptStatements && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}
