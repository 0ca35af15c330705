import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { layerMemoryStore } from "../src/index.ts"
import { put, recordsOf, refused, root, using } from "./scene.ts"

describe("bytes of a snapshot", () => {
  it.live("begin another store that says the same; others are refused", () =>
    Effect.gen(function* () {
      const records = recordsOf(200)
      const bytes = yield* using({}, (store) => Effect.andThen(put(200)(store), store.snapshot ?? Effect.die("none")))
      // Not every buffer begins at a multiple of 4.
      for (const from of [bytes, new Uint8Array([1, ...bytes]).subarray(1)]) {
        const ids = yield* using({ from }, (store) =>
          Effect.andThen(
            Effect.andThen(put(1, 5)(store), store.delete({ ids: ["r1"] })),
            Effect.map(Stream.runCollect(store.list()), (all) => all.length),
          ),
        )
        assert.strictEqual(ids, records.length - 1)
      }
      assert.include(yield* refused({ from: bytes.subarray(0, 500) }, "from"), "damaged")
      assert.include(yield* refused({ from: new Uint8Array(3) }, "from"), "no snapshot")
    }),
  )
})

describe("the options", () => {
  it("the package says what it is", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    assert.deepNestedInclude(manifest, { switchyard: { kind: "store", contract: 1 } })
  })

  const wrong: ReadonlyArray<readonly [options: Record<string, unknown>, says: ReadonlyArray<string>]> = [
    [{ approximate: "sometimes" }, ["approximate"]],
    [{ approximate: { above: -1 } }, ["approximate", "above"]],
    [{ file: "" }, ["file"]],
    [{ file: "x", saveEveryMs: -1 }, ["saveEveryMs"]],
    [{ saveEveryMs: 5 }, ["saveEveryMs", "set file too"]],
    [{ file: "x", from: new Uint8Array(1) }, ["from", "file"]],
    [{ from: "x" }, ["from"]],
    [{ files: "x" }, ["files"]],
  ]
  it.effect.each(wrong.map(([options, says]) => ({ options, says, name: JSON.stringify(options) })))(
    "$name is refused with the path of the field",
    ({ options, says }) =>
      Effect.gen(function* () {
        const count = Effect.flatMap(VectorStore, (store) => store.count())
        const error = yield* Effect.flip(Effect.provide(count, layerMemoryStore(options)))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        for (const said of says) assert.include(error.message, said)
      }),
  )

  const says: ReadonlyArray<readonly [fails: string, says: ReadonlyArray<string>]> = [
    ["missing", ['"usearch" cannot be loaded', "install it", 'approximate: "never"']],
    ["add", ["gives its approximate indexes up", "out of memory"]],
    ["search", ["gives its approximate indexes up", "out of memory"]],
    ["remove", ["gives its approximate indexes up", "out of memory"]],
  ]
  it.live.each(says.map(([fails, says]) => ({ fails, says })))(
    "without usearch, or where it fails, it says so once and compares everything: $fails",
    ({ fails, says }) =>
      Effect.gen(function* () {
        const { stdout } = yield* Effect.promise(() =>
          promisify(execFile)(process.execPath, ["--conditions=@switchyard/source", "test/withoutUsearch.ts", fails], {
            cwd: root,
          }),
        )
        const { found, warnings } = JSON.parse(stdout) as { found: Array<string>; warnings: Array<string> }
        assert.deepStrictEqual(found, ["r0"])
        assert.strictEqual(warnings.length, 1, JSON.stringify(warnings))
        for (const said of says) assert.include(String(warnings[0]), said)
      }),
  )
})
