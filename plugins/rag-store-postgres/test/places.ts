import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "@effect/vitest"
import { sqlLayer } from "@switchyard/sql"
import { findPostgres } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { makePostgresStore, type PostgresStore, type PostgresStoreOptions } from "../src/index.ts"

/** A folder for the tests of one file, which is gone after them. */
export const useFolder = (): (() => Promise<string>) => {
  let made: Promise<string> | undefined
  afterAll(async () => {
    if (made !== undefined) await rm(await made, { recursive: true, force: true })
  })
  return () => (made ??= mkdtemp(join(tmpdir(), "sy-rag-pg-")))
}

/** Folders of embedded databases that hold nothing: the first is made, which takes seconds, and the others are copies. */
export const useEmbedded = (): (() => Promise<string>) => {
  const folder = useFolder()
  let template: Promise<string> | undefined
  let copies = 0
  const make = async (): Promise<string> => {
    const path = join(await folder(), "template")
    await Effect.runPromise(Effect.scoped(makePostgresStore({ url: path })))
    return path
  }
  return async () => {
    const path = join(await folder(), `copy-${copies++}`)
    await cp(await (template ??= make()), path, { recursive: true })
    return path
  }
}

/** One store for the tests of one file, emptied before each. */
export const useStore = (options: () => Promise<PostgresStoreOptions>): Effect.Effect<PostgresStore, unknown> => {
  const scope = Scope.makeUnsafe()
  let opened: Promise<PostgresStore> | undefined
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 60_000)
  const open = async () => Effect.runPromise(Scope.provide(makePostgresStore(await options()), scope))
  return Effect.tap(
    Effect.promise(() => (opened ??= open())),
    emptied,
  )
}

const emptied = (store: PostgresStore) =>
  Effect.flatMap(store.namespaces, (all) =>
    Effect.forEach(all, ({ name }) => store.delete({ namespace: name, all: true }), { discard: true }),
  )

export const server = await findPostgres()

/** URLs of schemas on a real server, each of its own, which are gone after the file's tests. */
export const useServer = () => {
  const made: Array<string> = []
  const own = `sy_rag_${process.pid}_${Math.floor(performance.timeOrigin + performance.now()).toString(36)}`
  const admin = (run: (sql: SqlClient) => Effect.Effect<unknown, unknown>) =>
    Effect.scoped(
      Effect.provide(Effect.flatMap(SqlClient, run), sqlLayer({ url: server?.url("public") ?? "", maxConnections: 1 })),
    )
  afterAll(async () => {
    for (const name of made) await Effect.runPromise(admin((sql) => sql`DROP SCHEMA ${sql(name)} CASCADE`))
    server?.stop()
  }, 60_000)
  const url = Effect.suspend(() => {
    const name = `${own}_${made.length}`
    made.push(name)
    return Effect.as(
      admin((sql) => sql`CREATE SCHEMA ${sql(name)}`),
      server?.url(name) ?? "",
    )
  })
  return { url, admin }
}
