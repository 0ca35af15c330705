import { sqlLayer } from "@switchyard/sql"
import { findPostgres } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, describe } from "vitest"
import { ledgerOn } from "./behaviour.ts"

const server = await findPostgres()
const schemas: Array<string> = []

const admin = (run: (sql: SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.runPromise(Effect.provide(Effect.flatMap(SqlClient, run), sqlLayer({ url: server?.url("public") ?? "" })))

describe.skipIf(server === undefined)("a ledger in Postgres", () => {
  afterAll(async () => {
    for (const schema of schemas) await admin((sql) => sql`DROP SCHEMA IF EXISTS ${sql(schema)} CASCADE`)
    server?.stop()
  })
  ledgerOn("Postgres", async () => {
    const schema = `sy_usage_${process.pid}_${schemas.length}`
    schemas.push(schema)
    await admin((sql) => sql`CREATE SCHEMA ${sql(schema)}`)
    return server?.url(schema) ?? ""
  })
})
