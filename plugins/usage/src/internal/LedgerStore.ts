import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { chunksOf, map } from "effect/Array"
import * as Effect from "effect/Effect"
import type { UsageDimension, UsageQuery, UsageSum } from "../UsageStats.ts"
import { columnsOf, type SumRow, sumsOf, type UsageRow } from "./rows.ts"

/** Rows in one statement: 19 columns each, and SQLite takes 32,766 parameters. */
const batch = 500

/** The table of the ledger, on SQLite and Postgres alike. Rows are only ever added. */
export class LedgerStore {
  readonly #sql: SqlClient

  constructor(sql: SqlClient) {
    this.#sql = sql
  }

  /** All of them or none. A row that is there already, after a commit whose answer was lost, stays as it is. */
  add(rows: ReadonlyArray<UsageRow>): Effect.Effect<void, SqlError> {
    const sql = this.#sql
    const chunks = chunksOf(rows, batch)
    const inserts = Effect.forEach(
      chunks,
      (some) =>
        sql`INSERT INTO switchyard_usage ${sql.insert(map(some, (row) => ({ ...row })))} ON CONFLICT (id) DO NOTHING`,
      { discard: true },
    )
    return chunks.length === 1 ? inserts : sql.withTransaction(inserts)
  }

  /** What no other ledger is called. */
  get name(): Effect.Effect<string, SqlError> {
    const rows = this.#sql<{ readonly id: string }>`SELECT id FROM switchyard_usage_ledger`
    return Effect.map(rows, ([row]) => row?.id ?? "")
  }

  sums(query: UsageQuery): Effect.Effect<ReadonlyArray<UsageSum>, SqlError> {
    const { by = "model" } = query
    const dimensions: ReadonlyArray<UsageDimension> = typeof by === "string" ? [by] : by
    return Effect.map(this.groups([...new Set(dimensions.flatMap((d) => columnsOf[d]))], query), (rows) =>
      sumsOf(rows, dimensions),
    )
  }

  /** Sums by columns of the table. */
  groups(columns: ReadonlyArray<string>, query: UsageQuery): Effect.Effect<ReadonlyArray<SumRow>, SqlError> {
    const sql = this.#sql
    const { since, until, tenant, provider, model } = query
    const where = sql.and([
      sql`1 = 1`,
      ...(since === undefined ? [] : [sql`at >= ${since}`]),
      ...(until === undefined ? [] : [sql`at < ${until}`]),
      ...(tenant === undefined ? [] : [sql`tenant = ${tenant}`]),
      ...(provider === undefined ? [] : [sql`provider = ${provider}`]),
      ...(model === undefined ? [] : [sql`model = ${model}`]),
    ])
    const zero = sql.literal("CAST(0 AS DOUBLE PRECISION)")
    const sum = (column: string) => sql`COALESCE(SUM(${sql(column)}), ${zero}) AS ${sql(column)}`
    const times = (condition: string) =>
      sql`SUM(CASE WHEN ${sql.literal(condition)} THEN CAST(1 AS DOUBLE PRECISION) ELSE ${zero} END)`
    const names = columns.map((column) => sql`${sql(column)}`)
    const group = columns.length === 0 ? sql`` : sql`GROUP BY ${sql.csv(names)}`
    const shown = columns.length === 0 ? sql`` : sql`${sql.csv(names)},`
    return sql<SumRow>`SELECT ${shown} COUNT(DISTINCT call_id) AS calls, SUM(CAST(1 AS DOUBLE PRECISION)) AS attempts,
      ${times("outcome = 'cached'")} AS cached, ${times("outcome IN ('failed', 'rejected')")} AS failed,
      ${sum("input")}, ${sum("output")}, ${sum("cache_read")}, ${sum("cache_write")}, ${sum("reasoning")}, ${sum("usd")},
      ${times("usd IS NULL")} AS unpriced, ${sum("estimated")},
      ${times("basis = 'reserved'")} AS reserved, ${times("basis = 'at-least'")} AS at_least
      FROM switchyard_usage WHERE ${where} ${group}`
  }
}
