import type { DatabaseSync, StatementSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { SafeIntegers } from "effect/sql/SqlClient"
import type { Connection, Row } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import { bindable } from "./bindable.ts"
import { PreparedStatements } from "./PreparedStatements.ts"
import { isBusy, sqliteError } from "./sqliteError.ts"

type Transform = Parameters<Connection["execute"]>[2]
type Params = ReadonlyArray<unknown>

/** Rows as plain objects, as Postgres's driver gives them. */
const plainRows = (rows: ReadonlyArray<object>): ReadonlyArray<Row> => rows.map((row) => ({ ...row }))

/**
 * Runs what another process's write may hold up. Inside SQLite it waits for a moment only, since that blocks the whole
 * program; the rest is waited for here, in steps of 2 to 50 ms.
 */
const whenFree = (busyTimeoutMs: number) => {
  const steps = Schedule.min([Schedule.exponential("2 millis"), Schedule.spaced("50 millis")])
  const schedule = Schedule.upTo(Schedule.jittered(steps), { duration: busyTimeoutMs })
  return <A>(run: () => A): Effect.Effect<A, SqlError> =>
    Effect.retry(Effect.try({ try: run, catch: (thrown) => sqliteError(thrown, "execute") }), {
      schedule,
      while: isBusy,
    })
}

/** One open database as Effect's `Connection`. Whoever uses it holds its permit: it has no order of its own. */
export const sqliteConnection = (database: DatabaseSync, busyTimeoutMs: number): Connection => {
  const prepared = new PreparedStatements(database)
  const patient = whenFree(busyTimeoutMs)
  const run = <A>(pick: () => StatementSync, use: (statement: StatementSync) => A) =>
    Effect.flatMap(SafeIntegers, (bigints) =>
      patient(() => {
        const statement = pick()
        statement.setReadBigInts(bigints)
        return use(statement)
      }),
    )
  const rows = (pick: () => StatementSync, params: Params, transform: Transform) =>
    run(pick, (statement) => {
      statement.setReturnArrays(false)
      const found = plainRows(statement.all(...params.map(bindable)))
      return transform === undefined ? found : transform(found)
    })
  const values = (pick: () => StatementSync, params: Params) =>
    run(pick, (statement) => {
      statement.setReturnArrays(true)
      const found: unknown = statement.all(...params.map(bindable))
      return found as ReadonlyArray<ReadonlyArray<unknown>> // the types of node:sqlite do not know `setReturnArrays`
    })
  const raw = (sql: string, params: Params) =>
    run(
      () => prepared.get(sql),
      (statement): unknown => {
        statement.setReturnArrays(false)
        const given = params.map(bindable)
        return statement.columns().length > 0 ? plainRows(statement.all(...given)) : statement.run(...given)
      },
    )
  const fresh = (sql: string) => () => database.prepare(sql)
  return {
    execute: (sql, params, transform) => rows(() => prepared.get(sql), params, transform),
    executeUnprepared: (sql, params, transform) => rows(fresh(sql), params, transform),
    executeValues: (sql, params) => values(() => prepared.get(sql), params),
    executeValuesUnprepared: (sql, params) => values(fresh(sql), params),
    executeRaw: raw,
    executeStream: (sql, params, transform) =>
      // A statement of its own: one that is run again ends the iteration.
      run(fresh(sql), (statement) => statement.iterate(...params.map(bindable))).pipe(
        Effect.map((found) => inBatches(found, transform)),
        Stream.unwrap,
      ),
  }
}

const batch = 128

const inBatches = (found: Iterator<object>, transform: Transform): Stream.Stream<Row, SqlError> => {
  const next = () => {
    const rows: Array<Row> = []
    while (rows.length < batch) {
      const step = found.next()
      if (step.done === true) break
      rows.push({ ...step.value })
    }
    return rows.length === 0 ? undefined : ([transform === undefined ? rows : transform(rows), found] as const)
  }
  const pull = Effect.try({ try: next, catch: (thrown) => sqliteError(thrown, "stream") })
  return Stream.flatMap(
    Stream.unfold(found, () => pull),
    Stream.fromArray,
  )
}
