import { join } from "node:path"
import { makeSqliteStore } from "@switchyard/rag-store-sqlite"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const files = { "a/docs/one.md": "The plum of one team.\n", "b/docs/two.md": "The plum of another team.\n" }
const hash = ["--embedder", "hash"]

describe("the name of an index", () => {
  it("is what was written, so that two of different names never meet", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    const index = async (path: string, name: string): Promise<unknown> => {
      const { stdout } = await switchyard(["rag", "index", path, "--index", name, ...hash, "--json"], { cwd })
      return JSON.parse(stdout).namespace
    }
    expect(await index("a/docs", "tenant/acme")).toBe("tenant/acme")
    expect(await index("b/docs", "other/acme/")).toBe("other/acme")
    const found = async (name: string): Promise<unknown> => {
      const { stdout } = await switchyard(["rag", "query", "plum", "--index", name, "--json"], { cwd })
      return JSON.parse(stdout).hits.map(({ source }: { readonly source: string }) => source)
    }
    expect(await found("tenant/acme/")).toEqual(["a/docs/one.md"])
    expect(await found("other/acme")).toEqual(["b/docs/two.md"])
    expectFailure(await switchyard(["rag", "query", "plum", "--index", "acme"], { cwd }), 2, `no index "acme"`)
    await switchyard(["rag", "index", "a/docs", ...hash], { cwd })
    expect(await found("./a/docs/")).toEqual(["a/docs/one.md"])
  })

  it("is not empty", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    for (const name of ["", "/"])
      expectFailure(await switchyard(["rag", "index", "a", "--index", name, ...hash], { cwd }), 2, "is empty")
    expectFailure(await switchyard(["rag", "query", "plum", "--index", ""], { cwd }), 2, "is empty")
  })
})

it("a store in the folder that is indexed is no document of it", async () => {
  await using folder = await folderWith(files)
  const cwd = folder.path
  for (const [seen, more] of [
    [2, []],
    [2, ["--reindex"]],
  ] as const) {
    const { stdout } = await switchyard(["rag", "index", ".", "--store", "kb [1].bin", ...hash, ...more, "--json"], {
      cwd,
    })
    expect(JSON.parse(stdout)).toMatchObject({ seen, skipped: [] })
  }
})

describe("what a library's advice is called here", () => {
  it("is a flag", async () => {
    await using folder = await folderWith({ ...files, "words.sqlite": "" })
    const cwd = folder.path
    await using other = await folderWith(files)
    await switchyard(["rag", "index", "a", ...hash], { cwd })
    const emptied = await switchyard(["rag", "index", "a", "--include", "nothing"], { cwd })
    expectFailure(emptied, 2, "index it with --allow-empty")
    // An index of an embedder that nobody has here.
    const file = join(other.path, "rag.sqlite")
    const stamp = { id: "onnx/none", version: "1", dimensions: 2 }
    const records = [
      { id: "1", vector: Float32Array.of(1, 0), text: "The plum of a model.", metadata: { source: "c.md" } },
    ]
    const written = Effect.flatMap(makeSqliteStore({ file }), (store) =>
      store.upsert({ namespace: "a", stamp, records }),
    )
    await Effect.runPromise(Effect.scoped(written))
    const mixed = await switchyard(["rag", "index", "a", "--store", file, ...hash], { cwd: other.path })
    expectFailure(mixed, 2, "--reindex does not do that here", "--reindex-all empties all of it")
    expect(mixed.stderr).not.toContain("reindex: ")
    const byWords = ["rag", "query", "plum", "--store", file, "--mode", "keyword", "--json"]
    const { stdout } = await switchyard(byWords, { cwd: other.path })
    expect(JSON.parse(stdout).hits).toMatchObject([{ source: "c.md" }])
    expectFailure(await switchyard(["rag", "query", "plum", "--store", file], { cwd: other.path }), 2, "onnx:FOLDER")
  })

  it("files that are too large are skipped, by a flag", async () => {
    await using folder = await folderWith({ "d/large.txt": "plum ".repeat(300), "d/small.txt": "plum" })
    const cwd = folder.path
    const small = await switchyard(["rag", "index", "d", ...hash, "--max-bytes", "1000"], { cwd })
    expect(small.notes).toEqual([expect.stringMatching(/^skipped large\.txt: .*--max-bytes/)])
    const all = await switchyard(["rag", "index", "d", "--max-bytes", "2000", "--json"], { cwd })
    expect(JSON.parse(all.stdout)).toMatchObject({ added: 1, skipped: [] })
    expectFailure(await switchyard(["rag", "index", "d", "--max-bytes", "0"], { cwd }), 2, "maxBytes")
  })
})
