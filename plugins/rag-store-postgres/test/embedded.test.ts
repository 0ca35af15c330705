import { spawnSync } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { mkdir, symlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { makePostgresStore } from "../src/index.ts"
import { openDatabase } from "../src/internal/Database.ts"
import { useEmbedded } from "./places.ts"
import { areWhole, killed, publisher, until } from "./processes.ts"
import { slowCommit } from "./slowCommit.ts"
import { numbers, vectorOf } from "./vectors.ts"

const embedded = useEmbedded()
const stamp = { id: "test/random", version: "1", dimensions: 16 }
const limit = 120_000

it.live(
  "a process that is killed anywhere leaves each document old or new, and the next goes on",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      for (const versions of [3, 12]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { child, said } = yield* publisher(folder, "a", "5", "30")
            yield* until("some versions", () => said.versions > versions)
            yield* killed(child)
          }),
        )
        const there = yield* Effect.scoped(Effect.flatMap(makePostgresStore({ url: folder }), areWhole))
        assert.isAtLeast(there, 3)
      }
    }),
  limit,
)

it.live(
  "a folder is for one program at a time: a second is told, and the lock is gone with the first",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* makePostgresStore({ url: folder })
          const error = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: folder })))
          assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "url" })
          assert.include(error.message, `${folder} cannot be opened: it is open already`)
        }),
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { child, said } = yield* publisher(folder, "a")
          yield* until("the other program", () => said.ready)
          const error = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: folder })))
          assert.include(error.message, "it is open already")
          yield* killed(child)
          yield* Effect.scoped(makePostgresStore({ url: folder }))
        }),
      )
    }),
  limit,
)

const refusalOf = (url: string) => Effect.flip(Effect.scoped(makePostgresStore({ url })))

it.live(
  "a folder that is damaged is told, with what to do",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      yield* Effect.promise(() => writeFile(join(folder, "global", "pg_control"), "nonsense"))
      const damaged = yield* refusalOf(folder)
      assert.deepInclude(damaged.reason, { _tag: "InvalidRequest", field: "url" })
      assert.include(damaged.message, "the folder may be damaged")
      assert.include(damaged.message, "Put a copy of it back, or move it away, and index again")
    }),
  limit,
)

it.live(
  "what is no folder, or none can be, is told, and nothing is left beside it",
  () =>
    Effect.gen(function* () {
      const file = join(yield* Effect.promise(embedded), "PG_VERSION")
      const refused: ReadonlyArray<readonly [url: string, says: string]> = [
        [file, `ENOTDIR: ${file} is a file, not a folder`],
        ["/dev/null", "ENOTDIR: /dev/null is a file, not a folder"],
        ["/proc/switchyard/store", "the folder /proc/switchyard cannot be made (ENOENT)"],
      ]
      for (const [url, says] of refused) {
        const error = yield* refusalOf(url)
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "url" })
        assert.include(error.message, `the store ${url} cannot be opened: ${says}`)
        assert.isFalse(existsSync(`${url}.lock`))
      }
    }),
  limit,
)

it.live(
  "a link to a folder is the folder, and so is its lock",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const folder = yield* Effect.promise(embedded)
        const link = `${folder}-link`
        yield* Effect.promise(() => symlink(folder, link))
        const store = yield* makePostgresStore({ url: link })
        assert.strictEqual(store.location, folder)
        assert.include((yield* refusalOf(folder)).message, "it is open already")
      }),
    ),
  limit,
)

it.live.skipIf(process.platform === "win32")(
  "a new folder is its owner's only, and an empty one becomes so",
  () =>
    Effect.gen(function* () {
      const base = dirname(yield* Effect.promise(embedded))
      const empty = join(base, "empty")
      yield* Effect.promise(() => mkdir(empty, { mode: 0o755 }))
      for (const url of [join(base, "fresh"), empty]) {
        yield* Effect.scoped(makePostgresStore({ url }))
        assert.strictEqual(statSync(url).mode & 0o777, 0o700)
      }
    }),
  limit,
)

/** May this program have a disk of its own? */
const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0

it.live.skipIf(!mayMount)(
  "a disk that is full undoes what is being written, says so, and the store can be opened again",
  () =>
    Effect.gen(function* () {
      const place = join(dirname(yield* Effect.promise(embedded)), "disk")
      yield* Effect.promise(() => mkdir(place))
      const program = [process.execPath, "--conditions=@switchyard/source", "test/fullDisk.ts", place]
      const from = performance.now()
      const { stdout } = spawnSync("unshare", ["-rm", ...program], {
        cwd: join(import.meta.dirname, ".."),
        encoding: "utf8",
        timeout: 60_000,
      })
      assert.isBelow(performance.now() - from, 50_000)
      const { whole, said } = JSON.parse(stdout)
      assert.isTrue(whole)
      for (const [tag, message] of said) {
        assert.strictEqual(tag, "PluginFailure")
        assert.match(message, /No space left on device, .* open the store again/)
      }
    }),
  limit,
)

it.live(
  "an end of a transaction that never comes ends the embedded Postgres",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const url = yield* Effect.promise(embedded)
        const { write, sql, read } = yield* openDatabase({ url, writeTimeoutMs: 1000 })
        yield* sql`CREATE TABLE slow (a int)`
        yield* sql.unsafe(slowCommit("slow", "PERFORM count(*) FROM generate_series(1, 1000000000)"))
        const from = performance.now()
        const late = yield* Effect.flip(write(sql`INSERT INTO slow VALUES (1)`))
        assert.deepInclude(late.reason, { _tag: "Timeout", ms: 1000 })
        assert.isBelow(performance.now() - from, 3000)
        const ended = yield* Effect.flip(read(sql`SELECT 1`))
        assert.match(ended.message, /it did not end a transaction within 1000 ms, .* open the store again/)
      }),
    ),
  limit,
)

it.live(
  "with create: false a folder or database that holds no store is refused, and nothing is made",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      const none = join(dirname(folder), "none")
      const error = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: none, create: false })))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "url" })
      assert.include(error.message, `${none} cannot be opened: it holds no store yet`)
      assert.deepStrictEqual([existsSync(none), existsSync(`${none}.lock`)], [false, false])
      yield* Effect.scoped(makePostgresStore({ url: folder, create: false }))
    }),
  limit,
)

it.live(
  "what takes the database long holds up neither the program nor who gave it up",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const url = yield* Effect.promise(embedded)
        const { sql } = yield* openDatabase({ url })
        const long = yield* Effect.forkChild(sql`SELECT count(*) FROM generate_series(1, 3000000)`, {
          startImmediately: true,
        })
        let ticks = 0
        const timer = setInterval(() => ticks++, 5)
        yield* Effect.sleep(60)
        const from = performance.now()
        yield* Fiber.interrupt(long)
        clearInterval(timer)
        assert.isAbove(ticks, 2)
        assert.isBelow(performance.now() - from, 8000)
        assert.deepStrictEqual(yield* sql`SELECT 1 AS one`, [{ one: 1 }])
      }),
    ),
  limit,
)

it.live(
  "a lookup that is late fails in time, and the store goes on",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const url = yield* Effect.promise(embedded)
        const store = yield* makePostgresStore({ url, timeoutMs: 1, pgvector: "never" })
        const next = numbers(1)
        const records = Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, 16) }))
        yield* store.upsert({ stamp, records })
        const late = yield* Effect.flip(store.query({ stamp, vector: vectorOf(next, 16), k: 3 }))
        assert.deepInclude(late.reason, { _tag: "Timeout", ms: 1 })
        assert.strictEqual(yield* store.delete({ all: true }), 3000)
      }),
    ),
  limit,
)
