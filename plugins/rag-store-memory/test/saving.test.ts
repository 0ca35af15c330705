import { spawn } from "node:child_process"
import { once } from "node:events"
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { dimensions, folder, put, recordsOf, root, stamp, using } from "./scene.ts"
import { vectorAt } from "./vectors.ts"

describe("saving", () => {
  it.live(
    "killed anywhere while it is saved, the file is whole, and the next process takes it over",
    () =>
      Effect.gen(function* () {
        const file = join(yield* folder, "store.bin")
        for (let round = 0; round < 6; round++) {
          const child = spawn(process.execPath, ["--conditions=@switchyard/source", "test/saver.ts", file], {
            cwd: root,
          })
          let printed = ""
          child.stdout.on("data", (data: Buffer) => (printed += data.toString()))
          yield* Effect.promise(async () => {
            await once(child.stdout, "data")
            // In the middle of a later saving, each time a little further.
            while ((statSync(`${file}.tmp`, { throwIfNoEntry: false })?.size ?? -1) < round * 100_000)
              await new Promise(setImmediate)
          })
          child.kill("SIGKILL")
          yield* Effect.promise(() => once(child, "exit"))
          const told = Number(printed.trim().split("\n").at(-1))
          assert.isTrue(existsSync(`${file}.lock`), "it could not clean up")
          const versions = yield* using({ file, approximate: "always", saveEveryMs: 0 }, (store) =>
            Effect.gen(function* () {
              const listed = yield* Stream.runCollect(store.list())
              assert.strictEqual(listed.length, 2000)
              const [found] = yield* store.query({
                stamp: { ...stamp, id: "test/saver" },
                vector: vectorAt(5, dimensions),
                k: 1,
              })
              assert.strictEqual(found?.id, "r5")
              return new Set(listed.map(({ metadata }) => Number(metadata.version)))
            }),
          )
          assert.strictEqual(versions.size, 1, "one version of all records")
          const [version = 0] = versions
          assert.isAtLeast(told, 1)
          assert.isAtLeast(version, told, "what was said to be saved is there")
        }
      }),
    60_000,
  )

  it.live("a saving that is interrupted leaves the old file, and the next one is whole", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const file = join(place, "store.bin")
      yield* using({ file, saveEveryMs: 0 }, (store) =>
        Effect.gen(function* () {
          yield* put(10)(store)
          yield* store.save
          const old = readFileSync(file)
          for (let round = 0; round < 8; round++) {
            yield* put(5000, round)(store)
            const fiber = yield* Effect.forkChild(store.save, { startImmediately: true })
            yield* Effect.sleep(round)
            yield* Fiber.interrupt(fiber)
            assert.deepStrictEqual(
              readdirSync(place).filter((name) => name.endsWith(".tmp")),
              [],
            )
            if (round === 0) assert.isTrue(readFileSync(file).equals(old))
          }
          yield* store.save
        }),
      )
      assert.strictEqual(yield* using({ file }, (store) => store.count()), 5000)
    }),
  )

  it.live("upserts while it is saved are in it wholly or not at all", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const [file, copy] = [join(place, "store.bin"), join(place, "copy.bin")]
      yield* using({ file, saveEveryMs: 0 }, (store) =>
        Effect.gen(function* () {
          const version = (n: number) =>
            store.upsert({
              stamp,
              records: recordsOf(3000).map((record) => ({ ...record, metadata: { n } })),
              replaces: { n: n - 1 },
            })
          yield* version(1)
          for (let n = 2; n < 8; n++) {
            const saving = yield* Effect.forkChild(store.save, { startImmediately: true })
            yield* Effect.yieldNow
            yield* version(n)
            yield* Fiber.join(saving)
            copyFileSync(file, copy)
            const listed = yield* using({ file: copy }, (other) => Stream.runCollect(other.list()))
            assert.strictEqual(listed.length, 3000)
            assert.strictEqual(new Set(listed.map(({ metadata }) => metadata.n)).size, 1)
          }
        }),
      )
    }),
  )
})
