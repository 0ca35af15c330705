import { chmodSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeSqliteStore } from "../src/index.ts"
import { chunksOf, documentOf } from "./documents.ts"
import { folder } from "./places.ts"
import { nobody, reader, writer } from "./programs.ts"

describe.skipIf(process.platform === "win32")("a file that may only be read", () => {
  const filled = Effect.gen(function* () {
    const at = yield* folder
    chmodSync(at, 0o755)
    const place = join(at, "place")
    mkdirSync(place)
    const file = join(place, "rag.sqlite")
    yield* Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), (store) => store.upsert(documentOf("d0", 39))))
    chmodSync(file, 0o444)
    return { place, file }
  })
  const chunks = chunksOf(39)

  for (const [mode, where] of [
    [0o777, "where files can be made beside it"],
    [0o555, "where none can"],
  ] as const) {
    it.live(`answers ${where}, and a write says that it may not be written to`, () =>
      Effect.gen(function* () {
        const { place, file } = yield* filled
        chmodSync(place, mode)
        const said = writer("env", [`FILE=${file}`], nobody)
        assert.deepStrictEqual([said.documents, said.halves, said.put], [1, 0, 0])
        assert.strictEqual(said.reason, "PluginFailure")
        assert.include(String(said.message), file)
        assert.match(
          String(said.message),
          /may not be written to\. Give this program the right|as it may not be written to/,
        )
        assert.strictEqual(yield* yield* reader(file), String(chunks))
        chmodSync(place, 0o755)
        chmodSync(file, 0o644)
        const again = yield* makeSqliteStore({ file })
        yield* again.upsert(documentOf("d1", 1))
      }).pipe(Effect.scoped),
    )
  }

  it.live("answers with what others write meanwhile, or says that it has changed", () =>
    Effect.gen(function* () {
      const { place, file } = yield* filled
      const write = (name: string) =>
        Effect.gen(function* () {
          chmodSync(file, 0o644)
          const store = yield* makeSqliteStore({ file })
          yield* store.upsert(documentOf(name, 39))
          chmodSync(file, 0o444)
        })
      chmodSync(place, 0o755)
      const still = yield* reader(file)
      assert.strictEqual(yield* still, String(chunks))
      yield* Effect.scoped(write("d1"))
      assert.match(yield* still, /^PluginFailure .*another program has written to it: open the store again/)
      yield* write("d2")
      const beside = yield* reader(file)
      assert.strictEqual(yield* beside, String(3 * chunks))
      yield* write("d3")
      assert.strictEqual(yield* beside, String(4 * chunks))
    }).pipe(Effect.scoped),
  )

  it.live("and that an older version wrote is refused, with what to do", () =>
    Effect.gen(function* () {
      const { place, file } = yield* filled
      chmodSync(file, 0o644)
      const older = new DatabaseSync(file)
      older.exec("PRAGMA user_version = 1")
      older.close()
      chmodSync(file, 0o444)
      chmodSync(place, 0o755)
      assert.match(yield* yield* reader(file), /^InvalidRequest .*older version of this package.*Open it once where/)
    }).pipe(Effect.scoped),
  )
})
