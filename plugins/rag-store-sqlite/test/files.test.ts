import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import { VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { layerSqliteStore, makeSqliteStore } from "../src/index.ts"
import { documentOf, stamp } from "./documents.ts"
import { folder, newFile } from "./places.ts"
import { nobody, writer } from "./programs.ts"
import { numbers, vectorOf } from "./vectors.ts"

const opened = (file: string) => Effect.scoped(Effect.asVoid(makeSqliteStore({ file })))

/** Refused when it is opened, with the file's name; gives the message. */
const refused = Effect.fnUntraced(function* (file: string) {
  const error = yield* Effect.flip(opened(file))
  assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : error.reason._tag, "file")
  assert.include(error.message, file)
  return error.message
})

const raw = (file: string, sql: string): void => {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}

describe("the file", () => {
  it.live("is made with its folders, for its owner only, and one file is left when it is closed", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const modes = Effect.gen(function* () {
        const store = yield* VectorStore
        yield* store.upsert(documentOf("a", 1))
        return ["", "-wal", "-shm"].map((end) => (statSync(file + end).mode & 0o777).toString(8))
      })
      const seen = yield* Effect.provide(modes, layerSqliteStore({ file }))
      if (process.platform !== "win32") assert.deepStrictEqual(seen, ["600", "600", "600"])
      assert.deepStrictEqual([existsSync(file), existsSync(`${file}-wal`)], [true, false])
    }),
  )

  it.live("two stores of one process share it, and one that closes takes nothing from the other", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const one = yield* makeSqliteStore({ file })
      const count = Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), (two) => two.count()))
      yield* one.upsert(documentOf("a", 1))
      const before = yield* count
      yield* one.upsert(documentOf("b", 1))
      assert.strictEqual(yield* count, 2 * before)
    }),
  )

  it.live("that is something else, or newer, is refused by its name and stays as it is", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const text = join(at, "text.sqlite")
      writeFileSync(text, "this is no database, and it is long enough to be read as one".repeat(20))
      const others = join(at, "others.sqlite")
      raw(others, "CREATE TABLE notes (id TEXT); INSERT INTO notes VALUES ('mine')")
      const marked = join(at, "marked.sqlite")
      raw(marked, "PRAGMA application_id = 7")
      const newer = join(at, "newer.sqlite")
      yield* opened(newer)
      raw(newer, "PRAGMA user_version = 99")
      for (const [file, said] of [
        [text, "no SQLite file"],
        [others, "of another program"],
        [marked, "of another program"],
        [newer, "a newer version of this package"],
      ] as const) {
        const before = readFileSync(file)
        assert.include(yield* refused(file), said)
        assert.isTrue(before.equals(readFileSync(file)), file)
      }
      yield* refused(join(text, "below.sqlite"))
      yield* refused(at)
      yield* refused(join(at, "a\u0000b"))
    }),
  )

  it.live("that is damaged fails what meets the damage, with its name, and never answers half", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const next = numbers(2)
      const records = Array.from({ length: 2000 }, (_, i) => ({
        id: `r${i}`,
        vector: vectorOf(next, 32),
        text: "a zebra",
      }))
      yield* Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), (store) => store.upsert({ stamp, records })))
      const whole = readFileSync(file)
      const failures: Array<LlmError> = []
      for (let page = 1; page * 16_384 < whole.length; page++) {
        const damaged = Buffer.from(whole)
        damaged.fill(0x5a, page * 16_384, (page + 1) * 16_384)
        writeFileSync(file, damaged)
        const asked = Effect.gen(function* () {
          const store = yield* makeSqliteStore({ file })
          const found = yield* store.query({ stamp, vector: vectorOf(next, 32), k: 3000 })
          assert.strictEqual(found.length, 2000)
          assert.strictEqual((yield* store.search({ text: "zebra", k: 3000 })).length, 2000)
        })
        const result = yield* Effect.result(Effect.scoped(asked))
        if (result._tag === "Failure") failures.push(result.failure)
      }
      assert.isAbove(failures.length, 10)
      for (const { message, reason } of failures) {
        assert.include(message, file)
        assert.match(message, /damaged/)
        assert.include(["PluginFailure", "InvalidRequest"], reason._tag)
      }
      writeFileSync(file, whole)
      truncateSync(file, 16_384 * 3)
      const cut = yield* Effect.flip(
        Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), (store) => store.count({ filter: { a: 1 } }))),
      )
      assert.match(cut.message, /damaged/)
    }),
  )

  it.live("that was closed fails each operation, also one that goes on, and says so", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const scope = yield* Scope.make()
      const store = yield* Scope.provide(makeSqliteStore({ file }), scope)
      const next = numbers(1)
      const records = Array.from({ length: 1000 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, 32) }))
      const writing = yield* Effect.forkChild(Effect.flip(store.upsert({ stamp, records })), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      for (const error of [yield* Fiber.join(writing), yield* Effect.flip(store.count())]) {
        assert.strictEqual(error.reason._tag, "PluginFailure")
        assert.include(error.message, file)
        assert.include(error.message, "it was closed")
      }
      const again = yield* makeSqliteStore({ file })
      assert.strictEqual(yield* again.count(), 0)
    }),
  )

  it.live("wrong options are refused by their name", () =>
    Effect.gen(function* () {
      for (const [options, field] of [
        [{ file: "" }, "file"],
        [{ file: ":memory:", busyTimeoutMs: -1 }, "busyTimeoutMs"],
        [{ file: ":memory:", copyBytes: Number.NaN }, "copyBytes"],
      ] as const) {
        const { reason } = yield* Effect.flip(Effect.scoped(makeSqliteStore(options)))
        assert.strictEqual(reason._tag === "InvalidRequest" ? reason.field : "", field)
      }
    }),
  )
})

describe.skipIf(process.platform === "win32")("the disk", () => {
  it.live("that takes no more fails the upsert, and what was there is whole", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      // A limit on the size of files: writing beyond it fails, as on a full disk.
      const said = writer("sh", ["-c", `ulimit -f 4000; FILE='${file}' exec "$@"`, "sh"])
      assert.strictEqual(said.reason, "PluginFailure")
      assert.include(String(said.message), file)
      assert.match(String(said.message), /disk/)
      assert.deepStrictEqual([said.documents, said.halves], [said.put, 0])
      assert.isAbove(Number(said.put), 0)
      const store = yield* makeSqliteStore({ file })
      assert.isAbove(yield* store.count(), 0)
    }),
  )

  it.live("that may not be written to is told when a store is made there", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const shut = join(at, "shut")
      mkdirSync(shut)
      chmodSync(at, 0o755)
      chmodSync(shut, 0o555)
      for (const path of [join(shut, "new.sqlite"), join(shut, "deep", "new.sqlite")]) {
        const said = writer("env", [`FILE=${path}`], nobody)
        assert.strictEqual(said.reason, "InvalidRequest")
        assert.include(String(said.message), path)
        assert.match(String(said.message), /EACCES/)
      }
      chmodSync(shut, 0o755)
    }),
  )

  it.live.skipIf(process.platform !== "linux")("where no folder can be made is refused, and not tried for ever", () =>
    Effect.gen(function* () {
      assert.include(yield* refused("/proc/switchyard/deep/rag.sqlite"), "the folder /proc/switchyard cannot be made")
      yield* refused("/proc/rag.sqlite")
    }),
  )
})
