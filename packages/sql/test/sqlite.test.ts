import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SafeIntegers, SqlClient } from "effect/sql/SqlClient"
import { migrate, sqlLayer } from "../src/index.ts"
import { holdsOn } from "./behaviour.ts"

const folder = mkdtempSync(join(tmpdir(), "switchyard-sql-"))
let files = 0
const newFile = () => join(folder, `${files++}`, "deep", "store.sqlite")
afterAll(() => rmSync(folder, { recursive: true }))

holdsOn("SQLite", async () => {
  const url = newFile()
  return [sqlLayer({ url }), sqlLayer({ url: `sqlite://${url}`, synchronous: "full" })]
})

it.live("the file and what lies beside it are their owner's only", () =>
  Effect.gen(function* () {
    const url = newFile()
    const modes = yield* Effect.provide(
      Effect.map(migrate("t", [{ name: "t", up: ["CREATE TABLE t (a TEXT)"] }]), () =>
        ["", "-wal", "-shm"].map((end) => (statSync(url + end).mode & 0o777).toString(8)),
      ),
      sqlLayer({ url }),
    )
    if (process.platform !== "win32") assert.deepStrictEqual(modes, ["600", "600", "600"])
    assert.isFalse(existsSync(`${url}-wal`))
  }),
)

it.live("settings are as stated", () =>
  Effect.gen(function* () {
    const pragmas = Effect.flatMap(SqlClient, (sql) =>
      Effect.all([sql`PRAGMA journal_mode`.values, sql`PRAGMA synchronous`.values, sql`PRAGMA foreign_keys`.values]),
    )
    const url = newFile()
    assert.deepStrictEqual(yield* Effect.provide(pragmas, sqlLayer({ url })), [[["wal"]], [[1]], [[1]]])
    const full = yield* Effect.provide(pragmas, sqlLayer({ url, synchronous: "full" }))
    assert.deepStrictEqual(full[1], [[2]])
  }),
)

it.live("another's long write: reads go on, a write waits without stopping the program, and not forever", () =>
  Effect.gen(function* () {
    const url = newFile()
    const seen = yield* Effect.provide(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`CREATE TABLE t (a TEXT)`
        const other = yield* Effect.acquireRelease(
          Effect.sync(() => new DatabaseSync(url)),
          (database) => Effect.sync(() => database.close()),
        )
        other.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('other')")
        assert.deepStrictEqual(yield* sql`SELECT a FROM t`, [])
        let ticks = 0
        const ticking = yield* Effect.forkChild(
          Effect.forever(
            Effect.andThen(
              Effect.sleep(5),
              Effect.sync(() => ticks++),
            ),
          ),
        )
        const error = yield* Effect.flip(sql`INSERT INTO t VALUES ('mine')`)
        assert.strictEqual(error.reason._tag, "LockTimeoutError")
        const waiting = yield* Effect.forkChild(sql`INSERT INTO t VALUES ('mine')`, { startImmediately: true })
        other.exec("COMMIT")
        yield* Fiber.join(waiting)
        yield* Fiber.interrupt(ticking)
        assert.isAbove(ticks, 2)
        return yield* sql`SELECT a FROM t`.values
      }),
      sqlLayer({ url, busyTimeoutMs: 300 }),
    )
    assert.deepStrictEqual(seen, [["other"], ["mine"]])
  }).pipe(Effect.scoped),
)

it.live("booleans, dates, bytes, big numbers and what is not there", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const at = new Date(0)
    const bytes = new Uint8Array([1, 2])
    const given = sql`SELECT ${true} AS a, ${at} AS b, ${bytes} AS c, ${null} AS d`
    assert.deepStrictEqual(yield* given, [{ a: 1, b: "1970-01-01T00:00:00.000Z", c: bytes, d: null }])
    const big = sql`SELECT ${2n ** 60n} AS n`
    assert.deepStrictEqual(yield* Effect.provideService(big, SafeIntegers, true), [{ n: 2n ** 60n }])
    assert.match((yield* Effect.flip(big)).message, /too large/)
    assert.match((yield* Effect.flip(sql.unsafe("SELECT ?", [Symbol("x")]))).message, /cannot store a symbol/)
  }).pipe(Effect.provide(sqlLayer({ url: ":memory:" }))),
)

it.live("a file that is no database, and a folder that cannot be made, are told with their path", () =>
  Effect.gen(function* () {
    const text = join(folder, "text.sqlite")
    writeFileSync(text, "this is no database, and it is long enough to be read as one".repeat(20))
    const noFile = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url: text })))
    assert.include(noFile.message, `the store ${text} cannot be opened: file is not a database`)
    const below = join(text, "below.sqlite")
    const noFolder = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url: below })))
    assert.include(noFolder.message, `below.sqlite cannot be opened: ENOTDIR: ${text} is a file`)
  }),
)

it.live.skipIf(process.platform !== "linux")("a folder that the file system does not take fails at once", () =>
  Effect.gen(function* () {
    const began = performance.now()
    for (const url of ["/proc/switchyard/deep/store.sqlite", "/proc/store.sqlite", "/sys/switchyard/store.sqlite"]) {
      const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url })))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "store" })
      assert.include(error.message, `the store ${url} cannot be opened`)
    }
    const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url: "/proc/switchyard/deep/store.sqlite" })))
    assert.include(error.message, "the folder /proc/switchyard cannot be made (ENOENT)")
    assert.isBelow(performance.now() - began, 2000)
  }),
)

const child = `
import { DatabaseSync } from "node:sqlite"
const db = new DatabaseSync(process.argv[1], { timeout: 5000 })
for (let n = 0; n < 200; n++) db.prepare("INSERT INTO t VALUES (?)").run("child" + n)
process.stdout.write("done")
`

it.live("another process writes the file at the same time, and nothing is lost", () =>
  Effect.gen(function* () {
    const url = newFile()
    const counted = Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE t (a TEXT)`
      const process_ = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", child, url])
      const ended = new Promise((resolve) => process_.once("close", resolve))
      yield* Effect.forEach(
        Array.from({ length: 200 }, (_, n) => `mine${n}`),
        (a) => sql`INSERT INTO t VALUES (${a})`,
      )
      assert.strictEqual(yield* Effect.promise(() => ended), 0)
      return yield* sql`SELECT count(*) AS n FROM t`
    })
    assert.deepStrictEqual(yield* Effect.provide(counted, sqlLayer({ url })), [{ n: 400 }])
  }),
)
