import { execFileSync } from "node:child_process"
import { appendFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { makeExactStore, type Skipped } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { folderSource } from "../src/index.ts"
import { contentOf, index, readAll, temporaryFolder, write } from "./indexing.ts"

const idsOf = (source: ReturnType<typeof folderSource>) =>
  Effect.map(Stream.runCollect(source.items), (items) => items.map(({ id }) => id))

const fingerprints = (source: ReturnType<typeof folderSource>) =>
  Effect.map(Stream.runCollect(source.items), (items) => items.map(({ fingerprint }) => fingerprint))

/** Takes the lock of a file, as a process of its own; fails where another has it. */
const takeLock = `
const { DatabaseSync } = require("node:sqlite")
new DatabaseSync(process.argv[1], { timeout: 0 }).exec("BEGIN EXCLUSIVE")`

describe("folderSource", () => {
  it.effect("leaves databases and locks alone: who holds one here still holds it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.md": "# A\n", "pg/PG_VERSION": "17\n", "pg/base/1": "x", "kb.sqlite-shm": "x" })
      const locks = [`${folder}/kb.sqlite`, `${folder}/store.lock`]
      const held = locks.map((path) => {
        const database = new DatabaseSync(path)
        if (path.endsWith(".sqlite")) database.exec("CREATE TABLE t (a)")
        database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
        return database
      })
      const found = yield* readAll(folderSource(folder))
      const names = ["a.md", "kb.sqlite", "kb.sqlite-shm", "store.lock", "pg/PG_VERSION"]
      assert.sameMembers(Object.keys(found), names)
      for (const path of locks)
        assert.throws(() => execFileSync(process.execPath, ["-e", takeLock, path], { stdio: "pipe" }), /locked/)
      for (const database of held) database.close()
      for (const path of locks) execFileSync(process.execPath, ["-e", takeLock, path])
    }),
  )

  it.effect("names the files below, without hidden ones and node_modules, in the order of their names", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const files = [
        "b.md",
        "a/z.txt",
        "a/é.txt",
        ".hidden/x.md",
        ".env",
        "node_modules/m/readme.md",
        "a/node_modules/r.md",
        "c.md",
      ]
      write(folder, Object.fromEntries(files.map((path) => [path, path])))
      mkdirSync(`${folder}/empty`)
      assert.deepStrictEqual(yield* idsOf(folderSource(folder)), ["b.md", "c.md", "a/z.txt", "a/é.txt"])
      assert.strictEqual(folderSource(folder).id, folder)
      const all = folderSource(folder, { hidden: true, exclude: ["!node_modules", "*.txt"] })
      assert.deepStrictEqual((yield* idsOf(all)).toSorted(), [
        ".env",
        ".hidden/x.md",
        "a/node_modules/r.md",
        "b.md",
        "c.md",
        "node_modules/m/readme.md",
      ])
      assert.deepStrictEqual(yield* idsOf(folderSource(folder, { include: ["/a/**", "c.*"] })), [
        "c.md",
        "a/z.txt",
        "a/é.txt",
      ])
    }),
  )

  it.effect("says where a document comes from", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a/b.md": "text", "script.py": "x = 1" })
      const found = yield* readAll(folderSource(`${folder}/`, { metadata: { team: "docs" } }))
      assert.deepStrictEqual(found, {
        "a/b.md": {
          id: "a/b.md",
          text: "text",
          source: `${folder}/a/b.md`,
          mediaType: "text/markdown",
          metadata: { team: "docs" },
        },
        "script.py": { id: "script.py", text: "x = 1", source: `${folder}/script.py`, metadata: { team: "docs" } },
      })
    }),
  )

  it.effect("follows no link, out of the folder or in a circle", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const outside = yield* temporaryFolder
      write(outside, { "secret.txt": "secret" })
      write(folder, { "a/file.txt": "inside" })
      symlinkSync(`${outside}/secret.txt`, `${folder}/out.txt`)
      symlinkSync(outside, `${folder}/out`)
      symlinkSync("..", `${folder}/a/circle`)
      symlinkSync("nowhere", `${folder}/dangling`)
      const found = yield* readAll(folderSource(folder))
      const why = "a link: links are not followed, what they lead to is indexed where it is"
      const link: Skipped = { _tag: "Skipped", why }
      assert.deepInclude(found, { "a/circle": link, dangling: link, out: link, "out.txt": link })
      assert.deepStrictEqual(Object.keys(found).toSorted(), ["a/circle", "a/file.txt", "dangling", "out", "out.txt"])
    }),
  )

  it.effect("skips what is no text, too large or no file, each with the reason", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const utf16 = (mark: ReadonlyArray<number>, text: string) =>
        Buffer.concat([Buffer.from(mark), Buffer.from(text, "utf16le")])
      write(folder, {
        "bin.txt": new Uint8Array([65, 0, 66]),
        "bom.txt": new Uint8Array([0xef, 0xbb, 0xbf, 0x41]),
        "cyrillic.txt": Buffer.from("d4e5f1f2e8e2e0ebfc", "hex"),
        "invalid.txt": Buffer.concat([Buffer.from("ten good letters "), Buffer.from([0xff, 0xfe])]),
        "large.txt": "x".repeat(20_000_001),
        "utf16.txt": utf16([0xff, 0xfe], "häß"),
        "utf16be.txt": utf16([0xfe, 0xff], "häß").map((_, at, all) => (at < 2 ? all[at]! : all[at ^ 1]!)),
        "utf32.txt": new Uint8Array([0xff, 0xfe, 0, 0, 65, 0, 0, 0]),
        "empty.txt": "",
      })
      execFileSync("mkfifo", [`${folder}/pipe.txt`])
      const found = yield* readAll(folderSource(folder))
      assert.deepStrictEqual(
        Object.entries(found)
          .map(([id, one]) => [id, "_tag" in one ? one.why : one.text])
          .toSorted(),
        [
          ["bin.txt", "a binary file"],
          ["bom.txt", "A"],
          ["cyrillic.txt", "no text in UTF-8 or UTF-16: save it as UTF-8"],
          ["empty.txt", "it has no text"],
          ["invalid.txt", "ten good letters \ufffd\ufffd"],
          ["large.txt", "larger than 20 MB (20 MB): raise maxBytes to read it"],
          ["pipe.txt", "neither a file nor a folder"],
          ["utf16.txt", "häß"],
          ["utf16be.txt", "häß"],
          ["utf32.txt", "UTF-32, which is not read"],
        ],
      )
    }),
  )

  it.effect("fails when the folder is not there, or is a file", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.txt": "text" })
      const missing = yield* Effect.flip(idsOf(folderSource(`${folder}/nowhere`)))
      assert.match(missing.message, /the folder .*\/nowhere cannot be read \(ENOENT\): check the path/)
      const file = yield* Effect.flip(idsOf(folderSource(`${folder}/a.txt`)))
      assert.match(file.message, /\(ENOTDIR\): check the path; of a single file, use fileSource/)
    }),
  )

  it.effect("knows a file by its size and times, but not while it is young", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.txt": "text" })
      const source = folderSource(folder)
      yield* TestClock.setTime(Date.now())
      assert.deepStrictEqual(yield* fingerprints(source), [undefined])
      yield* TestClock.setTime(Date.now() + 10_000)
      const [first] = yield* fingerprints(source)
      assert.isString(first)
      assert.deepStrictEqual(yield* fingerprints(source), [first])
      utimesSync(`${folder}/a.txt`, 5, 5)
      const [second] = yield* fingerprints(source)
      assert.notStrictEqual(second, first)
      writeFileSync(`${folder}/a.txt`, "tent")
      utimesSync(`${folder}/a.txt`, 5, 5)
      assert.notStrictEqual((yield* fingerprints(source))[0], second)
    }),
  )

  it.live("skips a file that changes all the time: in the index is none of it, or what was there before", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "calm.txt": "calm", "log.txt": "x".repeat(3_000_000) })
      const source = folderSource(folder, { id: "docs" })
      const store = yield* makeExactStore()
      const before = yield* makeExactStore()
      yield* index(source, before)
      let done = false
      const turn = () => {
        if (done) return
        appendFileSync(`${folder}/log.txt`, "more\n")
        setImmediate(turn)
      }
      setImmediate(turn)
      const [report, again] = yield* Effect.ensuring(
        Effect.all([index(source, store), index(source, before)]),
        Effect.sync(() => (done = true)),
      )
      assert.deepStrictEqual(report.skipped, [
        { id: "log.txt", why: "it changed while it was read, 3 times: it is read again in the next run" },
      ])
      assert.deepStrictEqual(
        (yield* contentOf(store)).map(({ text }) => text),
        ["calm"],
      )
      assert.deepStrictEqual([again.skipped.length, again.deleted], [1, 0])
      assert.match(again.skipped[0]?.why ?? "", /read again in the next run; what is indexed of it stays/)
      const kept = (yield* contentOf(before)).map(({ text }) => text).join("")
      assert.strictEqual(kept, `calm${"x".repeat(3_000_000)}`)
    }),
  )

  it.effect("passes over a file that goes between its naming and its reading", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.txt": "text" })
      const [item] = yield* Stream.runCollect(folderSource(folder).items)
      rmSync(`${folder}/a.txt`)
      assert.deepStrictEqual(yield* item!.read, {
        _tag: "Skipped",
        why: "it was gone when it was to be read",
        transient: true,
      })
    }),
  )
})
