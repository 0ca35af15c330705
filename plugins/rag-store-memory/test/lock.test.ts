import { execFile } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { threadId } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, put, refused, root, using } from "./scene.ts"

const bootId = "/proc/sys/kernel/random/boot_id"

describe("the lock of a file", () => {
  it.live("one process at a time has it, and the other is told who", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      yield* using({ file }, (store) =>
        Effect.gen(function* () {
          yield* put(10)(store)
          yield* store.save
          const message = yield* refused({ file }, "file")
          for (const said of [file, `process ${process.pid}`, `delete ${file}.lock`]) assert.include(message, said)
          const other = yield* Effect.promise(() =>
            promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", "test/saver.ts", file], {
              cwd: root,
            }).then(
              () => "it ran",
              (failed: { readonly stderr: string }) => failed.stderr,
            ),
          )
          assert.include(other, `process ${process.pid}`)
        }),
      )
      assert.isFalse(existsSync(`${file}.lock`))
      // Of a process that is gone, of one before the machine was started, of one that had our number; and what is no lock.
      const boot = existsSync(bootId) ? readFileSync(bootId, "utf8") : ""
      const own = { pid: process.pid, thread: threadId, host: hostname(), boot }
      for (const orphan of [{ ...own, pid: 2 ** 22 + 1 }, { ...own, pid: 1, boot: "earlier" }, own, "", "{}"].map(
        (holder) => (typeof holder === "string" ? holder : JSON.stringify(holder)),
      )) {
        writeFileSync(`${file}.lock`, orphan)
        assert.strictEqual(yield* using({ file }, (store) => store.count()), 10, orphan)
        assert.isFalse(existsSync(`${file}.lock`))
      }
      writeFileSync(`${file}.lock`, JSON.stringify({ ...own, host: "another-machine" }))
      assert.include(yield* refused({ file }, "file"), "another-machine")
    }),
  )
})
