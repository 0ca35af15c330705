import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { SqlClient } from "effect/sql/SqlClient"
import { sqlLayer, storeFailure, storeName } from "../src/index.ts"

it("a path and its URLs are one file", () => {
  const file = resolve("some", "folder", "x.sqlite")
  const relative = join("some", "folder", "x.sqlite")
  for (const url of [file, relative, `sqlite://${file}`, `sqlite:${relative}`, pathToFileURL(file).href]) {
    assert.strictEqual(storeName(url), file)
  }
  for (const url of [":memory:", "sqlite::memory:", "sqlite://:memory:"]) assert.strictEqual(storeName(url), ":memory:")
})

it.effect("what is none of them is refused, by the name of its scheme only", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url: "mysql://root:hunter2@db/x" })))
    assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "store" })
    assert.match(error.message, /mysql:\/\/… cannot be opened: give a path/)
    assert.notInclude(error.message, "hunter2")
  }),
)

it.effect("of a URL that is not understood no part is shown, and what to write is said", () =>
  Effect.gen(function* () {
    const refused: ReadonlyArray<readonly [url: string, says: string]> = [
      ["mysql:/root:Hunter2@db/x", "mysql://… cannot be opened: give a path"],
      [" postgres://root:Hunter2@db/x", "://… cannot be opened: give a path"],
      ["DATABASE_URL=postgres://root:Hunter2@db/x", "://… cannot be opened: give a path"],
      ["jdbc:postgresql://root:Hunter2@db/x", "jdbc://… cannot be opened: give a path"],
      ["pgsql:host=h;password=Hunter2", "pgsql://… cannot be opened: give a path"],
      ["Postgres:/ann:Hunter2@db/x", "postgres://… cannot be opened: the URL of a server begins with postgres://"],
      ["postgres:ann:Hunter2@db/x", "two slashes"],
      ["postgres://ann:12/Hunter2@db/x", "write / ? # @ % as %2F %3F %23 %40 %25"],
      ["postgres://ann:12?Hunter2@db/x", "write / ? # @ % as"],
      ["postgres://ann:12#Hunter2@db/x", "write / ? # @ % as"],
      ["postgres://ann:Hunter2@x/Hunter2@db/x", "write / ? # @ % as"],
      ["postgres://ann:Hunter2/x", "it is no URL: look at its host and port"],
      ["postgres://ann:Hunter2@one:1,two:2/x", "several hosts"],
      ["postgres://ann:Hunter2@/x?host=/run", "For a Unix socket write postgres:///DATABASE?host=/FOLDER"],
      ["file://ann:Hunter2@db/x", "file:///FOLDER/FILE"],
    ]
    for (const [url, says] of refused) {
      assert.notInclude(storeName(url), "Hunter2")
      const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url })))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "store" })
      assert.include(error.message, says)
      assert.notInclude(JSON.stringify(error), "Hunter2")
    }
  }),
)

it("a password of a letter or two is not looked for in what the driver says", () => {
  const error = new SqlError({ reason: new ConnectionError({ cause: undefined, message: "a lost connection" }) })
  assert.include(storeFailure("@acme/notes", "postgres://ann:a@db/x")(error).message, "failed: a lost connection")
})

it.live("a server that is not there is told without the password", () =>
  Effect.gen(function* () {
    const url = "postgres://ann:hunter2@127.0.0.1:1/reviews?password=s3cret&sslmode=disable"
    const error = yield* Effect.flip(Effect.provide(SqlClient, sqlLayer({ url })))
    assert.include(error.message, "postgres://ann@127.0.0.1:1/reviews cannot be opened")
    assert.notMatch(JSON.stringify(error), /hunter2|s3cret/)
  }),
)

it("a failure names plugin and store, says what the driver says, and hides the password in it", () => {
  const cause = new Error("connection\nto hunter2 lost")
  const error = new SqlError({ reason: new ConnectionError({ cause, message: "cannot write" }) })
  const failure = storeFailure("@acme/notes", "postgres://ann:hunter2@db/x")(error)
  assert.deepInclude(failure.reason, { _tag: "PluginFailure", plugin: "@acme/notes", recovery: "none" })
  assert.include(
    failure.message,
    "the store postgres://ann@db/x of @acme/notes failed: cannot write (connection to [redacted] lost)",
  )
})
