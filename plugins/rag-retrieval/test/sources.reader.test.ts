import type { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { folderSource } from "../src/index.ts"
import { readAll, temporaryFolder, write } from "./indexing.ts"
import { docx, pdf } from "./officeFiles.ts"

/** The first entry of its page list is none, and the object of its last page does not begin as one. */
const damaged = (): Uint8Array => {
  const whole = Buffer.from(pdf([["one"], ["two"], ["three"]])).toString("latin1")
  return Buffer.from(whole.replace("[4 0 R", "[  0 R").replace("8 0 obj", "8`0 obj"), "latin1")
}

/** The threads that are started from here on, while the scope is open. */
const threads = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const started: Array<Worker> = []
      const add = (worker: Worker): void => void started.push(worker)
      process.on("worker", add)
      return { started, add }
    }),
    ({ add }) => Effect.sync(() => process.off("worker", add)),
  ),
  ({ started }) => started,
)

const good = docx(["Good."])

/** A folder of good files: what is read of each. `before` comes before each but the first. */
const readGood = Effect.fnUntraced(function* (count: number, before: Effect.Effect<unknown>) {
  const folder = yield* temporaryFolder
  write(folder, Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}.docx`, good])))
  const found = Stream.mapEffect(folderSource(folder).items, ({ id, read }) =>
    Effect.andThen(id === "0.docx" ? Effect.void : before, read),
  )
  return (yield* Stream.runCollect(found)).map((one) => ("_tag" in one ? one : one.text))
})

describe("the thread that reads PDF and Word files", () => {
  it.live("reads the files after broken ones, which fail once more when they were answered", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const names = Array.from({ length: 8 }, (_, at) => `${at}`)
      write(folder, Object.fromEntries(names.flatMap((at) => [[`${at}a.pdf`, damaged()], [`${at}b.docx`, good]]))) // prettier-ignore
      const started = yield* threads
      const found = yield* readAll(folderSource(folder))
      const why = "it cannot be read (Page dictionary kid reference points to wrong type of object.)"
      for (const at of names) {
        assert.deepStrictEqual(found[`${at}a.pdf`], { _tag: "Skipped", why })
        assert.deepInclude(found[`${at}b.docx`], { text: "Good.\n" })
      }
      assert.lengthOf(started, 1)
    }),
  )

  it.live("is started again where it ended between two files", () =>
    Effect.gen(function* () {
      const started = yield* threads
      const ended = Effect.promise(async () => started.at(-1)?.terminate())
      assert.deepStrictEqual(yield* readGood(3, ended), ["Good.\n", "Good.\n", "Good.\n"])
      assert.lengthOf(started, 3)
    }),
  )

  it.live("is asked once more where it ends under a file that is not the first that it reads", () =>
    Effect.gen(function* () {
      const started = yield* threads
      const ending = Effect.sync(() => void started.at(-1)?.terminate())
      assert.deepStrictEqual(yield* readGood(2, ending), ["Good.\n", "Good.\n"])
      assert.lengthOf(started, 2)
    }),
  )

  it.live("is not asked a third time", () =>
    Effect.gen(function* () {
      const started = yield* threads
      const endNext = (worker: Worker): void => void worker.terminate()
      const ending = Effect.sync(() => {
        void started.at(-1)?.terminate()
        process.once("worker", endNext)
      })
      const found = yield* Effect.ensuring(
        readGood(2, ending),
        Effect.sync(() => process.off("worker", endNext)),
      )
      assert.deepStrictEqual(found, ["Good.\n", { _tag: "Skipped", why: "its reader ended", transient: true }])
      assert.lengthOf(started, 2)
    }),
  )
})
