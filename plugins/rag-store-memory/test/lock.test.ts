import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { makeMemoryStore } from "../src/index.ts"
import { folder, put, refused, root, using } from "./scene.ts"

interface Opener {
  readonly child: ChildProcess
  readonly output: Interface
}

const opener = Effect.acquireRelease(
  Effect.promise(async (): Promise<Opener> => {
    const child = spawn(process.execPath, ["--conditions=@switchyard/source", "test/opener.ts"], {
      cwd: root,
      stdio: ["pipe", "pipe", "inherit"],
    })
    const output = createInterface({ input: child.stdout })
    await once(output, "line")
    return { child, output }
  }),
  ({ child }) => Effect.sync(() => void child.kill("SIGKILL")),
)

const tell = ({ child, output }: Opener, line: string) =>
  Effect.promise(async () => {
    const answer = once(output, "line")
    child.stdin?.write(`${line}\n`)
    return String((await answer)[0])
  })

describe("the lock of a file", () => {
  it.live("one store at a time has it, and another is told what to do", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      const other = yield* opener
      yield* using({ file }, (store) =>
        Effect.gen(function* () {
          yield* put(10)(store)
          yield* store.save
          const message = yield* refused({ file }, "file")
          for (const said of [file, "only one may", `fuser ${file}.lock`, "rag-store-sqlite"])
            assert.include(message, said)
          assert.strictEqual(yield* tell(other, file), "refused")
        }),
      )
      assert.deepStrictEqual(readFileSync(`${file}.lock`, "utf8"), "")
      if (process.platform !== "win32") assert.strictEqual(statSync(`${file}.lock`).mode & 0o777, 0o600)
      assert.strictEqual(yield* tell(other, file), "open")
      assert.include(yield* refused({ file }, "file"), "only one may")
      assert.strictEqual(yield* tell(other, "close"), "closed")
      assert.strictEqual(yield* using({ file }, (store) => store.count()), 10)
    }),
  )

  it.live(
    "of processes that open it at once one may",
    () =>
      Effect.gen(function* () {
        const place = yield* folder
        const all = yield* Effect.all([opener, opener, opener], { concurrency: 3 })
        for (let round = 0; round < 40; round++) {
          const file = join(place, `store${round}.bin`)
          const answers = yield* Effect.all(
            all.map((each) => tell(each, file)),
            { concurrency: 3 },
          )
          assert.deepStrictEqual(answers.toSorted(), ["open", "refused", "refused"], `round ${round}`)
          for (const each of all) yield* tell(each, "close")
        }
      }),
    60_000,
  )

  it.live("by whatever path it is opened, also where there is no file yet", () =>
    Effect.gen(function* () {
      const place = yield* folder
      mkdirSync(join(place, "real"))
      symlinkSync(join(place, "real"), join(place, "link"))
      symlinkSync(join("real", "store.bin"), join(place, "store.bin"))
      const file = join(place, "real", "store.bin")
      for (const put5 of [put(5), put(6)]) {
        yield* using({ file }, (store) =>
          Effect.gen(function* () {
            yield* put5(store)
            yield* refused({ file: join(place, "link", "store.bin") }, "file")
            yield* refused({ file: join(place, "store.bin") }, "file")
          }),
        )
      }
      assert.strictEqual(yield* using({ file: join(place, "link", "store.bin") }, (store) => store.count()), 6)
    }),
  )

  it.live("a thread that is ended lets it go", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      const worker = new Worker(new URL("./opener.ts", import.meta.url), {
        stdin: true,
        stdout: true,
        execArgv: ["--conditions=@switchyard/source"],
      })
      const output = createInterface({ input: worker.stdout })
      const said = Effect.promise(async () => String((await once(output, "line"))[0]))
      assert.strictEqual(yield* said, "ready")
      worker.stdin?.write(`${file}\n`)
      assert.strictEqual(yield* said, "open")
      yield* refused({ file }, "file")
      yield* Effect.promise(() => worker.terminate())
      assert.strictEqual(yield* using({ file }, (store) => store.count()), 0)
    }),
  )

  it.live("a store that is closed is not saved any more: another may have the file", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.bin")
      const scope = yield* Scope.make()
      const store = yield* Scope.provide(makeMemoryStore({ file }), scope)
      yield* Scope.close(scope, Exit.void)
      yield* put(3)(store)
      const error = yield* Effect.flip(store.save)
      assert.include(error.message, "closed")
      assert.isFalse(existsSync(file))
    }),
  )
})
