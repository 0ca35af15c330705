import { execFileSync } from "node:child_process"
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { MemoryStore } from "../src/index.ts"
import { dimensions, folder, put, recordsOf, refused, stamp, using } from "./scene.ts"

describe("a store with a file", () => {
  it.live("holds bit by bit what was saved, with its index, and is only written when something changed", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "deep", "er", "store.bin")
      const options = { file, approximate: "always" } as const
      const everything = Effect.fnUntraced(function* (store: MemoryStore) {
        const [query] = recordsOf(1, 9)
        return {
          records: (yield* Stream.runCollect(store.records())).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          found: yield* store.query({ stamp, vector: query?.vector ?? new Float32Array(dimensions), k: 20 }),
          searched: yield* store.search({ text: "zebra 77th", k: 3 }),
          namespaces: yield* store.namespaces,
        }
      })
      const before = yield* using(options, (store) =>
        put(3000)(store).pipe(
          Effect.andThen(store.delete({ filter: { i: { $gte: 2900 } } })),
          Effect.andThen(store.settled),
          Effect.andThen(everything(store)),
        ),
      )
      const names = readdirSync(join(file, "..")).toSorted()
      assert.deepStrictEqual(names, ["store.bin", "store.bin.1-0.index", "store.bin.lock"])
      const bytes = readFileSync(file)
      assert.deepStrictEqual(yield* using(options, everything), before)
      // An index that had to be made again would be a change, and written.
      assert.isTrue(yield* using(options, (store) => Effect.as(store.settled, true)))
      assert.isTrue(readFileSync(file).equals(bytes), "what has not changed is not written")
      assert.deepStrictEqual(readdirSync(join(file, "..")).toSorted(), names)
      if (process.platform !== "win32")
        for (const name of names) assert.strictEqual(statSync(join(file, "..", name)).mode & 0o777, 0o600, name)
    }),
  )

  it.live("an index that is damaged, missing or another's is made again", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      const options = { file, approximate: "always" } as const
      yield* using(options, (store) => Effect.andThen(put(1200)(store), store.settled))
      const [probe] = recordsOf(1)
      const ask = (store: MemoryStore) =>
        Effect.andThen(
          store.settled,
          store.query({ stamp, vector: probe?.vector ?? new Float32Array(dimensions), k: 1 }),
        )
      const indexes = () => readdirSync(join(file, "..")).filter((name) => name.endsWith(".index"))
      for (const damage of [
        (path: string) => writeFileSync(path, readFileSync(path).fill(7, 500, 600)),
        (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 1000)),
        (path: string) => rmSync(path),
      ]) {
        const [name = ""] = indexes()
        damage(join(file, "..", name))
        const [found] = yield* using(options, ask)
        assert.strictEqual(found?.id, "r0")
        assert.strictEqual(indexes().length, 1, "the new one is kept, the old one is gone")
        assert.notStrictEqual(indexes()[0], name)
      }
    }),
  )

  it.effect("is saved when it is asked to, when the time has come, and when it closes", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      const size = () => (existsSync(file) ? statSync(file).size : 0)
      // The disk takes real time, which the test's clock does not give.
      const written = Effect.promise(async () => {
        while (size() === 0) await new Promise(setImmediate)
      })
      let last = 0
      yield* using({ file, saveEveryMs: 5000 }, (store) =>
        Effect.gen(function* () {
          yield* put(10)(store)
          yield* TestClock.adjust("4999 millis")
          assert.strictEqual(size(), 0)
          yield* TestClock.adjust("1 millis")
          yield* written
          last = size()
          assert.isAbove(last, 10 * dimensions * 4)
          const bytes = readFileSync(file)
          yield* TestClock.adjust("60 seconds")
          assert.isTrue(readFileSync(file).equals(bytes), "nothing has changed, so nothing is written")
          yield* put(20)(store)
          yield* store.save
          assert.isAbove(size(), last)
          last = size()
          yield* put(40)(store)
        }),
      )
      assert.isAbove(size(), last)
      assert.strictEqual(yield* using({ file }, (store) => store.count()), 40)
    }),
  )

  it.live("files that are not its own, damaged or of another format are refused and left as they are", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const good = join(place, "good.bin")
      yield* using({ file: good }, put(50))
      const bytes = readFileSync(good)
      const changed = (change: (copy: Buffer) => Buffer | void) => {
        const copy = Buffer.from(bytes)
        return change(copy) ?? copy
      }
      const wrong: ReadonlyArray<readonly [name: string, bytes: Buffer, says: string]> = [
        ["empty", Buffer.alloc(0), "no snapshot of this store"],
        ["notes.txt", Buffer.from("these are my notes, do not lose them"), "no snapshot of this store"],
        ["short", bytes.subarray(0, 14), "damaged"],
        ["cut", bytes.subarray(0, bytes.length - 100), "damaged"],
        ["longer", Buffer.concat([bytes, Buffer.alloc(4)]), "damaged"],
        ["flipped", changed((copy) => void (copy[1000] = (copy[1000] ?? 0) ^ 1)), "damaged"],
        ["newer", changed((copy) => void copy.writeUInt32LE(3, 8)), "format 3"],
        ["older", changed((copy) => void copy.writeUInt32LE(0, 8)), "format 0"],
      ]
      for (const [name, content, says] of wrong) {
        const file = join(place, name)
        writeFileSync(file, content)
        const message = yield* refused({ file }, "file")
        for (const said of [file, says, "left as it is", "index again"]) assert.include(message, said, name)
        assert.isTrue(readFileSync(file).equals(content), name)
      }
    }),
  )

  it.live("a folder that cannot be written fails the saving, not the store", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const file = join(place, "store.bin")
      const failed = yield* using({ file, approximate: "always" }, (store) =>
        Effect.gen(function* () {
          yield* put(10)(store)
          yield* store.settled
          yield* store.save
          yield* put(20, 2)(store)
          yield* store.settled
          // A folder where the temporary file should be stops anyone, root too.
          mkdirSync(`${file}.tmp`)
          const error = yield* Effect.flip(store.save)
          assert.strictEqual(yield* store.count(), 20)
          const names = ["store.bin", "store.bin.1-0.index", "store.bin.lock", "store.bin.tmp"]
          assert.deepStrictEqual(readdirSync(place).toSorted(), names, "no index of what was not written")
          rmSync(`${file}.tmp`, { recursive: true })
          yield* store.save
          return error
        }),
      )
      assert.strictEqual(failed.reason._tag, "PluginFailure")
      for (const said of [file, "as it was", "save again"]) assert.include(failed.message, said)
      assert.strictEqual(yield* using({ file }, (store) => store.count()), 20)
      assert.include(yield* refused({ file: join(file, "inside.bin") }, "file"), "inside.bin")
    }),
  )

  it.live("through a link, the file behind it is the one that is written", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const [real, link] = [join(place, "real.bin"), join(place, "link.bin")]
      yield* using({ file: real }, put(5))
      symlinkSync(real, link)
      yield* using({ file: link }, put(9))
      assert.strictEqual(yield* using({ file: real }, (store) => store.count()), 9)
      // One that leads nowhere yet stays a link too.
      const [later, early] = [join(place, "deep", "later.bin"), join(place, "early.bin")]
      symlinkSync(join("deep", "later.bin"), early)
      yield* using({ file: early }, put(7))
      assert.isTrue(lstatSync(early).isSymbolicLink())
      assert.strictEqual(yield* using({ file: later }, (store) => store.count()), 7)
    }),
  )

  it.live("what lies where it writes is replaced, not written through, and gets the mode of its own files", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const [file, others] = [join(place, "store.bin"), join(place, "others.txt")]
      writeFileSync(others, "not ours", { mode: 0o644 })
      symlinkSync(others, `${file}.tmp`)
      symlinkSync(others, `${file}.1-0.index`)
      writeFileSync(`${file}.2-0.index`, "left", { mode: 0o666 })
      yield* using({ file, approximate: "always" }, (store) =>
        Effect.gen(function* () {
          yield* put(20)(store)
          yield* store.settled
          yield* store.save
          writeFileSync(`${file}.tmp`, "left", { mode: 0o666 })
          yield* put(30)(store)
          yield* store.settled
        }),
      )
      assert.strictEqual(readFileSync(others, "utf8"), "not ours")
      for (const path of [file, `${file}.2-0.index`]) {
        assert.isTrue(lstatSync(path).isFile())
        if (process.platform !== "win32") assert.strictEqual(statSync(path).mode & 0o777, 0o600, path)
      }
      assert.strictEqual(yield* using({ file }, (store) => store.count()), 30)
    }),
  )

  it.live.skipIf(process.platform === "win32")("what is no regular file is refused, and nothing is put beside it", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const [pipe, inner, link] = [join(place, "pipe"), join(place, "inner"), join(place, "link")]
      execFileSync("mkfifo", [pipe])
      mkdirSync(inner)
      symlinkSync(pipe, link)
      for (const file of [pipe, inner, link, "/dev/null"])
        assert.include(yield* refused({ file }, "file"), "no regular file", file)
      assert.deepStrictEqual(readdirSync(place).toSorted(), ["inner", "link", "pipe"])
    }),
  )
})
