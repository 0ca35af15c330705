import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { safeTransactions, sqlLayer } from "../src/index.ts"
import { holdsOn, type Two } from "./behaviour.ts"
import { findPostgres, quietAfter } from "@switchyard/testkit/servers"

const server = await findPostgres()
const made: Array<string> = []

const schema = (sql: SqlClient, name: string) => sql`CREATE SCHEMA ${sql(name)}`
const drop = (sql: SqlClient, name: string) => sql`DROP SCHEMA ${sql(name)} CASCADE`

const admin = (run: (sql: SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.runPromise(Effect.provide(Effect.flatMap(SqlClient, run), sqlLayer({ url: server?.url("public") ?? "" })))

const stores = async (): Promise<Two> => {
  const name = `sy_sql_${process.pid}_${made.length}`
  made.push(name)
  await admin((sql) => schema(sql, name))
  const layer = () => sqlLayer({ url: Redacted.make(server?.url(name) ?? "") })
  return [layer(), layer()]
}

describe.skipIf(server === undefined)("Postgres", () => {
  afterAll(async () => {
    await admin((sql) => Effect.forEach(made, (name) => drop(sql, name)))
    server?.stop()
  })
  holdsOn("Postgres", stores)

  it.live("a transaction whose connection goes fails, it does not die of the rollback that cannot be", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const cut = sql.withTransaction(sql`SELECT pg_terminate_backend(pg_backend_pid())`)
      assert.isTrue(isSqlError(yield* Effect.flip(cut)))
      assert.deepStrictEqual(yield* sql.withTransaction(sql`SELECT 1 AS one`), [{ one: 1 }])
    }).pipe(Effect.provide(sqlLayer({ url: server?.url("public") ?? "" }))),
  )

  it.live("keeps no statement prepared: a plan is of its parameters, and a pooler may change the connection", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const ask = (n: number) => sql.withTransaction(sql`SELECT ${n}::int AS n`)
      yield* Effect.forEach(
        Array.from({ length: 10 }, (_, n) => n),
        ask,
      )
      assert.deepStrictEqual(yield* sql`SELECT name FROM pg_prepared_statements`, [])
    }).pipe(Effect.provide(sqlLayer({ url: server?.url("public") ?? "", maxConnections: 1 }))),
  )

  it.live(
    "a server that lets in and then says nothing is told",
    () =>
      Effect.gen(function* () {
        const url = yield* quietAfter("SELECT 1", server?.url("public") ?? "")
        const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url })))
        assert.include(error.message, "cannot be opened: it did not answer within 5 seconds")
      }).pipe(Effect.scoped),
    20_000,
  )

  for (const [end, work, says] of [
    ["COMMIT", Effect.void, "the server did not answer COMMIT within 300 ms"],
    ["ROLLBACK", Effect.fail({ message: "the work's own" }), "the work's own"],
  ] as const) {
    it.live(
      `a ${end} that is not answered ends in time, and the next transaction has another connection`,
      () =>
        Effect.gen(function* () {
          const layer = sqlLayer({ url: yield* quietAfter(end, server?.url("public") ?? ""), maxConnections: 1 })
          let stuck = 0
          const onStuck = Effect.sync(() => stuck++)
          const client = Context.get(yield* Layer.build(layer), SqlClient)
          const sql = safeTransactions(client, { endWithinMs: 300, onStuck })
          const error = yield* Effect.flip(sql.withTransaction(Effect.andThen(sql`SELECT 1 AS one`, work)))
          assert.include(error.message, says)
          assert.strictEqual(stuck, 1)
          assert.deepStrictEqual(yield* sql`SELECT 1 AS one`, [{ one: 1 }])
        }).pipe(Effect.scoped),
      20_000,
    )
  }

  it.live("a database that is not there is told without the password", () =>
    Effect.gen(function* () {
      const url = new URL(server?.url("public") ?? "")
      url.pathname = "/sy_nowhere"
      url.password = "hunter2"
      const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url: url.href })))
      assert.match(error.message, /postgres:\/\/postgres@127\.0\.0\.1:\d+\/sy_nowhere cannot be opened: .*sy_nowhere/)
      assert.notInclude(JSON.stringify(error), "hunter2")
    }),
  )
})
