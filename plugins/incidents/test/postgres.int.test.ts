import { sqlLayer } from "@switchyard/sql"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, describe } from "vitest"
import { findPostgres } from "@switchyard/testkit/servers"
import { sharedBetweenTwo } from "./twoProcesses.ts"

const server = await findPostgres()
const schema = `sy_incidents_${process.pid}`

const admin = (run: (sql: SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.runPromise(Effect.provide(Effect.flatMap(SqlClient, run), sqlLayer({ url: server?.url("public") ?? "" })))

describe.skipIf(server === undefined)("two on one Postgres", () => {
  afterAll(async () => {
    await admin((sql) => sql`DROP SCHEMA IF EXISTS ${sql(schema)} CASCADE`)
    server?.stop()
  })
  sharedBetweenTwo("Postgres", async () => {
    await admin((sql) => sql`CREATE SCHEMA ${sql(schema)}`)
    return server?.url(schema) ?? ""
  })
})
