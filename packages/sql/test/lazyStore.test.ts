import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { lazyStore, type StoreKind } from "../src/index.ts"

const notes: StoreKind<SqlClient> = {
  plugin: "@switchyard/notes",
  part: "notes()",
  prefix: "notes",
  migrations: [{ name: "notes", up: ["CREATE TABLE notes (id TEXT PRIMARY KEY)"] }],
  make: (sql) => sql,
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "switchyard-sql-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)

describe("a lazy store", () => {
  it.live("is made at its first use, once for all who use it at once", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "notes.sqlite")
      const { use } = yield* lazyStore(notes, file)
      assert.isFalse(existsSync(file))
      const add = (id: number) => use((sql) => sql`INSERT INTO notes ${sql.insert({ id: String(id) })}`)
      yield* Effect.forEach([1, 2, 3, 4, 5], add, { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* use((sql) => sql`SELECT COUNT(*) AS n FROM notes`), [{ n: 5 }])
    }),
  )

  it.live("that cannot be opened is tried again by the next use", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "notes.sqlite")
      writeFileSync(
        file,
        "no database, but a text that is long enough to be taken for the beginning of a file of SQLite's",
      )
      const { use } = yield* lazyStore(notes, file)
      const read = use((sql) => sql`SELECT id FROM notes`)
      assert.match((yield* Effect.flip(read)).message, /notes\.sqlite/)
      rmSync(file)
      assert.deepStrictEqual(yield* read, [])
    }),
  )

  it.live("that is only read is not made", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "notes.sqlite")
      const { use } = yield* lazyStore(notes, file, true)
      const error = yield* Effect.flip(use((sql) => sql`SELECT id FROM notes`))
      const says = `the store ${file} is not there: give the path or URL that the stack's notes() has`
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "store", message: says })
      assert.isFalse(existsSync(file))
    }),
  )

  it.live("names the plugin and the store when it fails", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "notes.sqlite")
      const { use } = yield* lazyStore(notes, file)
      const error = yield* Effect.flip(use((sql) => sql`SELECT nothing FROM notes`))
      assert.strictEqual(error.reason._tag, "PluginFailure")
      assert.include(error.message, `the store ${file} of @switchyard/notes failed: `)
    }),
  )
})
