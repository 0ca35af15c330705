import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { makeSqliteStore, type SqliteStore } from "../src/index.ts"
import { chunksOf, documentOf, stamp, wordOf } from "./documents.ts"
import { newFile } from "./places.ts"
import { numbers, vectorOf } from "./vectors.ts"

/** A process that indexes, ended with the scope. `put` is what it said it has put: the last version by document. */
const indexer = (file: string, names: string, versions: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const args = ["--conditions=@switchyard/source", join(import.meta.dirname, "indexer.ts"), file, names]
      const child = spawn(process.execPath, [...args, String(versions)], { stdio: ["ignore", "pipe", "inherit"] })
      const put = new Map<string, number>()
      let lines = 0
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [name = "", version] = line.split(" ")
        put.set(name, Number(version))
        lines++
      })
      const hasSaid = Effect.fnUntraced(function* (count: number) {
        while (lines < count && child.exitCode === null) yield* Effect.sleep(1)
      })
      const closed = once(child, "close")
      return { child, put, hasSaid, ended: Effect.promise(() => closed) }
    }),
    ({ child, ended }) =>
      Effect.andThen(
        Effect.sync(() => kill(child)),
        ended,
      ),
  )

const kill = (child: ChildProcess): void => void child.kill("SIGKILL")

/** What is there of a document: one version, with all its chunks, and the same by each way to find it. */
const checkWhole = Effect.fnUntraced(function* (store: SqliteStore, documentId: string) {
  const there = yield* Stream.runCollect(store.list({ filter: { documentId } }))
  const versions = new Set(there.map(({ metadata }) => Number(metadata.version)))
  const [version = 0] = versions
  assert.isAtMost(versions.size, 1, `versions of ${documentId}`)
  assert.strictEqual(there.length, version === 0 ? 0 : chunksOf(version), `chunks of ${documentId}, version ${version}`)
  const query = { stamp, vector: new Float32Array(32).fill(1), k: 1000, filter: { documentId } }
  assert.strictEqual((yield* store.query(query)).length, there.length)
  const searched = yield* store.search({ text: wordOf(documentId, version), k: 1000 })
  assert.strictEqual(searched.length, there.length)
  return version
})

/** SQLite's own check of every page and index, and that of its full text. */
const checkPages = (file: string): void => {
  const database = new DatabaseSync(file)
  assert.deepStrictEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" })
  for (const { space } of database.prepare("SELECT space FROM spaces").all()) {
    database.exec(`INSERT INTO words_${String(space)}(words_${String(space)}) VALUES ('integrity-check')`)
  }
  database.close()
}

describe("several processes", () => {
  it.live(
    "one that is killed at any moment leaves each document old or new, never half, and what it said is kept",
    () =>
      Effect.gen(function* () {
        const file = yield* newFile
        const next = numbers(7)
        const names = ["a", "b", "c"]
        for (let round = 0; round < 30; round++) {
          const said = yield* Effect.scoped(
            Effect.gen(function* () {
              const { child, put, hasSaid, ended } = yield* indexer(file, names.join(","), 1_000_000)
              yield* hasSaid(1 + Math.floor(Math.abs(next()) * 12))
              // Real time: the moment of the kill is what is tried.
              yield* Effect.sleep(Math.abs(next()) * 10)
              kill(child)
              yield* ended
              return put
            }),
          )
          assert.isAbove(said.size, 0, "it was killed while it worked")
          yield* Effect.scoped(
            Effect.gen(function* () {
              const store = yield* makeSqliteStore({ file })
              let chunks = 0
              for (const name of names) {
                const version = yield* checkWhole(store, name)
                assert.isAtLeast(version, said.get(name) ?? 0, `${name}: what was said to be put is there`)
                chunks += version === 0 ? 0 : chunksOf(version)
              }
              assert.strictEqual(yield* store.count(), chunks)
            }),
          )
          checkPages(file)
        }
      }),
    180_000,
  )

  it.live(
    "four write at once while one asks: all of it arrives, and what is seen is whole",
    () =>
      Effect.gen(function* () {
        const file = yield* newFile
        const store = yield* makeSqliteStore({ file, busyTimeoutMs: 30_000 })
        const names = ["a", "b", "c", "d"]
        const children = yield* Effect.forEach(names, (name) => indexer(file, name, 25))
        const asking = yield* Effect.forkChild(
          Effect.forever(
            Effect.andThen(
              Effect.forEach(names, (name) => checkSeen(store, name)),
              Effect.sleep(5),
            ),
          ),
        )
        for (const { ended } of children) assert.deepStrictEqual((yield* ended)[0], 0)
        assert.isUndefined(asking.pollUnsafe(), "what was seen was whole")
        yield* Fiber.interrupt(asking)
        for (const name of names) assert.strictEqual(yield* checkWhole(store, name), 25)
        assert.strictEqual(yield* store.count(), names.length * chunksOf(25))
        checkPages(file)
      }),
    120_000,
  )

  it.live("a lock that is not given back is waited for, not forever, and the program goes on meanwhile", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const store = yield* makeSqliteStore({ file, busyTimeoutMs: 300 })
      yield* store.upsert(documentOf("a", 1))
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => new DatabaseSync(file)),
        (database) => Effect.sync(() => database.close()),
      )
      other.exec("BEGIN IMMEDIATE; UPDATE spaces SET count = count")
      let ticks = 0
      const tick = Effect.andThen(
        Effect.sleep(5),
        Effect.sync(() => ticks++),
      )
      const ticking = yield* Effect.forkChild(Effect.forever(tick))
      assert.strictEqual(yield* store.count({ filter: { documentId: "a" } }), chunksOf(1), "reading goes on")
      const error = yield* Effect.flip(store.upsert(documentOf("a", 2)))
      assert.strictEqual(error.reason._tag, "PluginFailure")
      assert.strictEqual(error.recovery, "none")
      for (const said of [file, "locked", "busyTimeoutMs"]) assert.include(error.message, said)
      const waiting = yield* Effect.forkChild(store.upsert(documentOf("a", 3)), { startImmediately: true })
      const cancelled = yield* Effect.forkChild(store.upsert(documentOf("a", 4)), { startImmediately: true })
      yield* Fiber.interrupt(cancelled)
      other.exec("COMMIT")
      yield* Fiber.join(waiting)
      yield* Fiber.interrupt(ticking)
      assert.isAbove(ticks, 2)
      assert.strictEqual(yield* checkWhole(store, "a"), 3)
    }),
  )

  it.live("a large upsert lets the rest of the program go on, and others see none of it before all of it", () =>
    Effect.gen(function* () {
      const store = yield* makeSqliteStore({ file: yield* newFile })
      yield* store.upsert(documentOf("a", 1))
      const next = numbers(1)
      const records = Array.from({ length: 5000 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, 32) }))
      const writing = yield* Effect.forkChild(store.upsert({ stamp, records }), { startImmediately: true })
      const seen = new Set<number>()
      while (writing.pollUnsafe() === undefined) {
        seen.add(yield* store.count())
        yield* Effect.yieldNow
      }
      assert.deepStrictEqual([...seen], [chunksOf(1)])
      assert.strictEqual(yield* store.count(), 5000 + chunksOf(1))
    }),
  )
})

/** As `checkWhole`, of a document that changes between two questions: each answer is of one version. */
const checkSeen = Effect.fnUntraced(function* (store: SqliteStore, documentId: string) {
  const query = { stamp, vector: new Float32Array(32).fill(1), k: 1000, filter: { documentId } }
  const found = yield* store.query(query)
  const versions = new Set(found.map(({ metadata }) => Number(metadata.version)))
  assert.isAtMost(versions.size, 1)
  for (const version of versions) assert.strictEqual(found.length, chunksOf(version))
})
