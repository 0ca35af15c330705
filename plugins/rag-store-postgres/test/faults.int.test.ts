import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import { sqlLayer } from "@switchyard/sql"
import { freePort, quietAfter } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Context from "effect/Context"
import { SqlClient } from "effect/sql/SqlClient"
import { makePostgresStore } from "../src/index.ts"
import { server, useServer } from "./places.ts"
import { areWhole, publisher, until } from "./processes.ts"
import { slowCommit } from "./slowCommit.ts"
import { numbers, vectorOf } from "./vectors.ts"

const dimensions = 16
const stamp = { id: "test/random", version: "1", dimensions }
const next = numbers(5)
const document = (documentId: string, version: string, chunks: number) =>
  Array.from({ length: chunks }, (_, i) => ({
    id: `${documentId}/${i}`,
    vector: vectorOf(next, dimensions),
    metadata: { documentId, version, chunks },
  }))
const limit = 60_000

/** Another client of the same schema, one connection of its own. */
const other = (url: string) => Effect.map(Layer.build(sqlLayer({ url, maxConnections: 1 })), Context.get(SqlClient))

/** The table of the only namespace. */
const tableIn = (sql: SqlClient) =>
  Effect.map(
    sql<{ readonly name: string }>`SELECT 'switchyard_rag_' || number AS name FROM switchyard_rag_namespaces`,
    ([table]) => table?.name ?? assert.fail("there is no namespace"),
  )

/** Connections that wait for a table. */
const waiting = (sql: SqlClient, table: string) =>
  Effect.map(
    sql<{ readonly pid: number }>`SELECT pid FROM pg_locks WHERE relation = ${table}::regclass AND NOT granted`,
    (rows) => rows.map(({ pid }) => pid),
  )

const someWaiting = Effect.fnUntraced(function* (sql: SqlClient, table: string) {
  for (let i = 0; i < 1000; i++) {
    const pids = yield* waiting(sql, table)
    if (pids.length > 0) return pids
    yield* Effect.sleep(5)
  }
  return assert.fail(`nothing waits for ${table}`)
})

const reasonOf = (error: unknown) => (error instanceof LlmError ? error.reason : assert.fail(String(error)))

describe.skipIf(server === undefined)("a server", () => {
  const { url } = useServer()

  it.live(
    "that ends a connection in the middle of an upsert: a typed error, nothing half, and the store goes on",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const own = yield* url
          const store = yield* makePostgresStore({ url: own })
          const sql = yield* other(own)
          yield* store.upsert({ stamp, records: document("a", "1", 10) })
          const table = yield* tableIn(sql)
          // The upsert waits at its insert for this lock, with the old version deleted.
          const cut = Effect.gen(function* () {
            yield* sql`LOCK TABLE ${sql(table)} IN SHARE MODE`
            const writing = yield* Effect.forkChild(
              Effect.flip(store.upsert({ stamp, records: document("a", "2", 20), replaces: { documentId: "a" } })),
              { startImmediately: true },
            )
            for (const pid of yield* someWaiting(sql, table)) yield* sql`SELECT pg_terminate_backend(${pid})`
            return yield* Fiber.join(writing)
          })
          const error = yield* sql.withTransaction(cut)
          assert.deepInclude(reasonOf(error), { _tag: "PluginFailure", recovery: "none" })
          assert.strictEqual(yield* store.count({ filter: { version: "1" } }), 10)
          yield* areWhole(store)
          yield* store.upsert({ stamp, records: document("a", "3", 5), replaces: { documentId: "a" } })
          assert.strictEqual(yield* store.count(), 5)
        }),
      ),
    limit,
  )

  it.live(
    "that is not there, or does not answer, is told in time and without the password",
    () =>
      Effect.gen(function* () {
        const from = performance.now()
        const port = yield* Effect.promise(freePort)
        const away = `postgres://ann:hunter2@127.0.0.1:${port}/x`
        const refused = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: away })))
        const silent = yield* Effect.acquireRelease(
          Effect.sync(() => createServer(() => undefined).listen(port, "127.0.0.1")),
          (listening) => Effect.sync(() => listening.close()),
        ).pipe(Effect.andThen(Effect.flip(Effect.scoped(makePostgresStore({ url: away })))), Effect.scoped)
        for (const error of [refused, silent]) {
          assert.deepInclude(reasonOf(error), { _tag: "InvalidRequest", field: "url" })
          assert.include(error.message, `postgres://ann@127.0.0.1:${port}/x cannot be opened`)
          assert.notInclude(JSON.stringify(error), "hunter2")
        }
        assert.isBelow(performance.now() - from, 10_000)
      }),
    limit,
  )

  it.live(
    "that two processes share: whoever writes a document, it is whole whenever it is read",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const own = yield* url
          const store = yield* makePostgresStore({ url: own })
          const [a, b] = [yield* publisher(own, "a", "2", "40"), yield* publisher(own, "b", "2", "40")]
          yield* until("both", () => a.said.versions > 0 && b.said.versions > 0)
          const enough = () => a.said.versions > 30 && b.said.versions > 30
          while (!enough()) {
            yield* areWhole(store)
            const found = yield* store.query({
              stamp,
              vector: vectorOf(next, dimensions),
              k: 200,
              filter: { documentId: "d1" },
            })
            assert.strictEqual(new Set(found.map(({ metadata }) => metadata.version)).size, 1)
            assert.strictEqual(found.length, Number(found[0]?.metadata.chunks))
          }
        }),
      ),
    limit,
  )

  it.live(
    "stops working at what is interrupted, and at what is late",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const own = yield* url
          const store = yield* makePostgresStore({ url: own, timeoutMs: 400, writeTimeoutMs: 600, maxConnections: 2 })
          const sql = yield* other(own)
          yield* store.upsert({ stamp, records: document("a", "1", 10) })
          const table = yield* tableIn(sql)
          const held = Effect.gen(function* () {
            yield* sql`LOCK TABLE ${sql(table)} IN ACCESS EXCLUSIVE MODE`
            const asked = { stamp, vector: vectorOf(next, dimensions), k: 3 }
            const reading = yield* Effect.forkChild(store.query(asked), { startImmediately: true })
            yield* someWaiting(sql, table)
            yield* Fiber.interrupt(reading)
            assert.deepStrictEqual(yield* waiting(sql, table), [], "nothing runs on")
            const late = yield* Effect.flip(store.query(asked))
            assert.deepInclude(reasonOf(late), { _tag: "Timeout", ms: 400 })
            // Four for two connections: those that wait for one are late as well.
            const writes = Array.from({ length: 4 }, (_, i) =>
              Effect.flip(store.upsert({ stamp, records: document(`b${i}`, "1", 3) })),
            )
            for (const error of yield* Effect.all(writes, { concurrency: "unbounded" })) {
              assert.deepInclude(reasonOf(error), { _tag: "Timeout", ms: 600 })
            }
            assert.deepStrictEqual(yield* waiting(sql, table), [], "nothing runs on")
          })
          yield* sql.withTransaction(held)
          assert.strictEqual((yield* store.query({ stamp, vector: vectorOf(next, dimensions), k: 100 })).length, 10)
        }),
      ),
    limit,
  )

  it.live(
    "that does not end a commit: the writer is told in time, and nothing is there",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const own = yield* url
          const store = yield* makePostgresStore({ url: own, writeTimeoutMs: 700 })
          const sql = yield* other(own)
          yield* store.upsert({ stamp, records: document("a", "1", 10) })
          yield* sql.unsafe(slowCommit("switchyard_rag_namespaces", "PERFORM pg_sleep(60)"))
          const from = performance.now()
          const late = yield* Effect.flip(store.upsert({ stamp, records: document("b", "1", 10) }))
          assert.deepInclude(reasonOf(late), { _tag: "Timeout", ms: 700 })
          assert.isBelow(performance.now() - from, 2000)
          assert.include(late.message, "700 ms of the option writeTimeoutMs")
          assert.notInclude(late.message, "policy.")
          assert.strictEqual(yield* store.count(), 10)
        }),
      ),
    limit,
  )

  it.live(
    "that hangs is given up in time, and not when the driver has been told",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const way = yield* quietAfter("count(*)::float8", yield* url)
          const store = yield* makePostgresStore({ url: way, timeoutMs: 300 })
          yield* store.upsert({ stamp, records: document("a", "1", 10) })
          const from = performance.now()
          const late = yield* Effect.flip(store.count({ filter: { version: "1" } }))
          assert.deepInclude(reasonOf(late), { _tag: "Timeout", ms: 300 })
          assert.isBelow(performance.now() - from, 1500)
        }),
      ),
    limit,
  )

  it.live(
    "whose tables somebody reads is opened at once, and whose tables somebody keeps is told in time",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const own = yield* url
          yield* Effect.scoped(makePostgresStore({ url: own }))
          const sql = yield* other(own)
          const open = Effect.scoped(makePostgresStore({ url: own, writeTimeoutMs: 1000 }))
          const dumped = Effect.andThen(sql`LOCK TABLE switchyard_rag_migrations IN ACCESS SHARE MODE`, open)
          yield* sql.withTransaction(dumped)
          const kept = sql`LOCK TABLE switchyard_rag_migrations IN ACCESS EXCLUSIVE MODE`
          const error = yield* sql.withTransaction(Effect.andThen(kept, Effect.flip(open)))
          assert.deepInclude(reasonOf(error), { _tag: "InvalidRequest", field: "url" })
          assert.include(error.message, "cannot be opened: it did not answer within 1000 ms")
        }),
      ),
    limit,
  )

  it.live(
    "that holds no store is left so with create: false",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const own = yield* url
          const sql = yield* other(own)
          const error = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: own, create: false })))
          assert.deepInclude(reasonOf(error), { _tag: "InvalidRequest", field: "url" })
          assert.include(error.message, "it holds no store yet")
          const tables = sql`SELECT 1 FROM pg_tables WHERE schemaname = current_schema()`
          assert.deepStrictEqual(yield* tables, [])
          yield* Effect.scoped(makePostgresStore({ url: own }))
          const store = yield* makePostgresStore({ url: own, create: false })
          assert.strictEqual(yield* store.count(), 0)
        }),
      ),
    limit,
  )

  it.live(
    "that undoes an upsert because of a deadlock: it is done again",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          // The upsert looks for a deadlock after two seconds, the other not within the test: so it is the upsert that ends.
          const own = yield* url
          const store = yield* makePostgresStore({ url: `${own}%20-c%20deadlock_timeout%3D2s` })
          const sql = yield* other(own)
          yield* store.upsert({ stamp, records: document("a", "1", 10) })
          const table = yield* tableIn(sql)
          // The upsert has the namespace and waits for the table; this has the table and waits for the namespace.
          const crossed = Effect.gen(function* () {
            yield* sql`SET LOCAL deadlock_timeout = '1min'`
            yield* sql`LOCK TABLE ${sql(table)} IN SHARE MODE`
            const writing = yield* Effect.forkChild(
              store.upsert({ stamp, records: document("a", "2", 20), replaces: { documentId: "a" } }),
              { startImmediately: true },
            )
            yield* someWaiting(sql, table)
            yield* sql`SELECT number FROM switchyard_rag_namespaces FOR UPDATE`
            return writing
          })
          // Neither can go on before Postgres has ended one of them.
          yield* Fiber.join(yield* sql.withTransaction(crossed))
          assert.strictEqual(yield* store.count({ filter: { version: "2" } }), 20)
          assert.strictEqual(yield* store.count(), 20)
        }),
      ),
    limit,
  )
})
