import { readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { sqlLayer } from "@switchyard/sql"
import { findPostgres } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectFailure, folderWith, switchyard } from "./program.ts"

const files = {
  "docs/publish.md":
    "# Publishing\n\nTo publish a plugin, run `npm publish`.\n\n## Versions\n\nRaise the version first.\n",
  "docs/breaker.md": "# Circuit breakers\n\nA circuit breaker stops calls to a provider that is ill.\n",
  "docs/logo.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
}

interface Hit {
  readonly source: string
  readonly start: number
  readonly end: number
  readonly line: number
  readonly score: number
  readonly why: ReadonlyArray<string>
}
interface Answer {
  readonly id?: unknown
  readonly hits?: ReadonlyArray<Hit>
  readonly line?: number
  readonly error?: string
}

const answersOf = (stdout: string): ReadonlyArray<Answer> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

const hash = ["--embedder", "hash"]

describe("switchyard rag index and query", () => {
  it("indexes a folder, and again only what changed", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    const first = await switchyard(["rag", "index", "docs/", ...hash], { cwd })
    expect(first.stdout).toContain(
      "index docs, from docs: 3 documents: 2 added, 0 updated, 0 deleted, 0 unchanged, 1 skipped",
    )
    expect(first.notes).toEqual([expect.stringContaining("skipped logo.png: ")])
    await writeFile(join(cwd, "docs", "breaker.md"), "# Circuit breakers\n\nThey open after failures.\n")
    await rm(join(cwd, "docs", "publish.md"))
    const again = await switchyard(["rag", "index", "./docs", "--json"], { cwd })
    expect(JSON.parse(again.stdout)).toMatchObject({
      added: 0,
      updated: 1,
      deleted: 1,
      unchanged: 0,
      namespace: "docs",
    })
    const { stdout } = await switchyard(["rag", "query", "publish a plugin", "--json"], { cwd })
    expect(JSON.parse(stdout).hits.map(({ source }: Hit) => source)).toEqual(["docs/breaker.md"])
  })

  it("finds passages with their file and line, and says why", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    await switchyard(["rag", "index", "docs", ...hash], { cwd })
    const { stdout, notes, code } = await switchyard(["rag", "query", "How do I publish a plugin?", "--explain"], {
      cwd,
    })
    expect(stdout).toMatch(/^\[1\] docs\/publish\.md:1-3\n {4}# Publishing\n/)
    expect(stdout).toMatch(/keyword: 1st of \d/)
    expect(notes.join("\n")).toContain("chunks were considered")
    expect(code).toBe(0)
  })

  it("keeps to a filter on where a document is from, as the help has it", async () => {
    await using folder = await folderWith({ ...files, "docs/page.txt": "A plugin is published by its author.\n" })
    const cwd = folder.path
    await switchyard(["rag", "index", "docs", ...hash], { cwd })
    const help = (await switchyard(["rag", "query", "--help"], { cwd })).stdout.replace(/\s+/g, " ")
    const examples = [...help.matchAll(/\{"[^}]*\}/g)].map(([one]) => one)
    const [byType = ""] = examples.filter((one) => one.includes("mediaType"))
    const sourcesOf = async (filter: string) => {
      const { stdout } = await switchyard(["rag", "query", "plugin", "--json", "--filter", filter], { cwd })
      return new Set(JSON.parse(stdout).hits.map(({ source }: Hit) => source))
    }
    expect(await sourcesOf(byType)).toEqual(new Set(["docs/publish.md", "docs/breaker.md"]))
    expect(await sourcesOf('{"source": "docs/page.txt"}')).toEqual(new Set(["docs/page.txt"]))
  })

  it("reranks what both legs find, and leaves one leg as it is", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    await switchyard(["rag", "index", "docs", ...hash], { cwd })
    const whyOf = async (mode: string) => {
      const { stdout } = await switchyard(["rag", "query", "publish a plugin", "--json", "--mode", mode], { cwd })
      return JSON.parse(stdout)
        .hits.flatMap(({ why }: Hit) => why)
        .join("\n")
    }
    expect(await whyOf("hybrid")).toContain("reranked: 1st")
    expect(await whyOf("keyword")).not.toContain("reranked")
    expect(await whyOf("vector")).not.toContain("reranked")
  })

  it("answers lines, and goes on after a bad one", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    await switchyard(["rag", "index", "docs", ...hash], { cwd })
    const lines = [
      '{"id":"a","query":"circuit breaker","topK":1}',
      "no json",
      '{"id":2,"topK":1}',
      '{"query":"versions","topK":0}',
    ]
    const { stdout, code } = await switchyard(["rag", "query", "--jsonl"], { cwd, input: lines.join("\n") })
    const [good, broken, lacking, wrong] = answersOf(stdout)
    expect(good?.id).toBe("a")
    expect(good?.hits).toHaveLength(1)
    const [hit] = good?.hits ?? []
    expect(Object.keys(hit ?? {})).toEqual(["source", "start", "end", "line", "score", "why"])
    expect(hit).toMatchObject({ source: "docs/breaker.md", line: 1 })
    expect(files["docs/breaker.md"].slice(hit?.start, hit?.end)).toContain("A circuit breaker stops")
    expect([broken?.line, lacking?.id, lacking?.line, wrong?.line]).toEqual([2, 2, 3, 4])
    expect(wrong?.error).toMatch(/k must be an integer from 1/)
    expect(code).toBe(0)
  })

  it("says what is missing, and what to do", async () => {
    await using folder = await folderWith({ ...files, "empty/.keep": "" })
    const cwd = folder.path
    expectFailure(
      await switchyard(["rag", "query", "x"], { cwd }),
      2,
      "there is no index at .switchyard/rag.sqlite",
      "rag index FOLDER",
    )
    expectFailure(await switchyard(["rag", "index", "nowhere"], { cwd }), 2, "there is no such file or folder")
    await switchyard(["rag", "index", "docs", ...hash], { cwd })
    expectFailure(await switchyard(["rag", "query", "x", "--index", "other"], { cwd }), 2, `no index "other"`, "docs (")
    expectFailure(await switchyard(["rag", "query"], { cwd }), 2, "--jsonl")
    expectFailure(await switchyard(["rag", "query", "x", "--mode", "psychic"], { cwd }), 2, "mode")
    expectFailure(await switchyard(["rag", "query", "x", "--filter", "[]"], { cwd }), 2, "--filter")
    expectFailure(await switchyard(["rag", "index", "docs", "--embedder", "what"], { cwd }), 2, "--embedder what")
    expectFailure(await switchyard(["call", "--rag", "other", "x"], { cwd }), 2, `no index "other"`)
  })

  it("shows nothing of a store's URL that it does not know, and makes no file of it", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    for (const [store, says] of [
      ["mysql://root:Hunter2@db/x", "--store mysql://…: give the path of a file, or postgres://…"],
      ["jdbc:postgresql://root:Hunter2@db/x", "--store jdbc://…: give the path of a file, or postgres://…"],
      [" postgres://root:Hunter2@db/x", "--store ://…: give the path of a file, or postgres://…"],
      ["Mysql:/root:Hunter2@db/x", "--store Mysql://…: give"],
      ["postgres:/root:Hunter2@db/x", "postgres://… cannot be opened: "],
      ["Postgres://root:12/Hunter2@db/x", "postgres://… cannot be opened: "],
    ] as const) {
      for (const command of [
        ["rag", "index", "docs", ...hash],
        ["rag", "query", "x"],
      ]) {
        const said = await switchyard([...command, "--store", store], { cwd })
        expectFailure(said, 2, says)
        expect(said.stdout + said.stderr).not.toContain("Hunter2")
      }
    }
    expect(await readdir(cwd)).toEqual(["docs"])
  })

  it("knows a source by its path from the store, so that two projects do not meet", async () => {
    await using folder = await folderWith({ "one/docs/a.md": "# A\n\nalpha\n", "two/docs/b.md": "# B\n\nbeta\n" })
    const store = ["--store", join(folder.path, "s.sqlite"), ...hash, "--json"]
    for (const [project, place] of [
      ["one", "docs"],
      ["two", "docs/"],
      ["one/docs", "."],
    ] as const) {
      const { stdout } = await switchyard(["rag", "index", place, ...store], { cwd: join(folder.path, project) })
      expect(JSON.parse(stdout)).toMatchObject({ deleted: 0, namespace: "docs" })
    }
    const { stdout } = await switchyard(["rag", "query", "alpha beta", "--json", ...store.slice(0, 2)])
    expect(JSON.parse(stdout).hits).toHaveLength(2)
  })

  it("indexes one file, whatever its name", async () => {
    await using folder = await folderWith({ "a[1]*.md": "alpha\n", "ab.md": "beta\n" })
    const cwd = folder.path
    const { stdout } = await switchyard(["rag", "index", "a[1]*.md", ...hash, "--json"], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ seen: 1, added: 1, namespace: "a[1]*.md" })
    expectFailure(await switchyard(["rag", "index", "ab.md", "--include", "x"], { cwd }), 2, "--include")
  })

  it("will not mix embedders, and builds anew when it is told to", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    await switchyard(["rag", "index", "docs", ...hash], { cwd })
    const mixed = await switchyard(["rag", "index", "docs", "--embedder", "words"], { cwd })
    expect(mixed.code).not.toBe(0)
    expect(mixed.stderr).toMatch(/cannot be compared|there is no word table/)
    const anew = await switchyard(["rag", "index", "docs", ...hash, "--reindex", "--json"], { cwd })
    expect(JSON.parse(anew.stdout).embedded).toBeGreaterThan(0)
  })
})

describe("switchyard call --rag", () => {
  it("answers from an index, cited to file and line, and explains", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    await switchyard(["rag", "index", "docs/", ...hash], { cwd })
    const { stdout, notes, code } = await switchyard(
      ["call", "--rag", "docs/", "How do I publish a plugin?", "--no-stream", "--explain"],
      { cwd },
    )
    expect(stdout).toContain("To publish a plugin, run `npm publish`.")
    expect(stdout).toMatch(/\[1\] docs\/publish\.md:3\n/)
    expect(notes.join("\n")).toMatch(/decided {3}retrieval at .* ms: \[1\] docs\/publish\.md:1-3: /)
    expect(code).toBe(0)
  })
})

const server = await findPostgres()
const schema = `cli_rag_${process.pid}`
const empty = `${schema}_empty`
const admin = (run: (sql: SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.runPromise(Effect.provide(Effect.flatMap(SqlClient, run), sqlLayer({ url: server?.url("public") ?? "" })))

describe.skipIf(server === undefined)("on Postgres", () => {
  beforeAll(() => admin((sql) => sql`CREATE SCHEMA ${sql(schema)}`))
  afterAll(async () => {
    for (const name of [schema, empty]) await admin((sql) => sql`DROP SCHEMA IF EXISTS ${sql(name)} CASCADE`)
    server?.stop()
  })

  it("reads without making anything", async () => {
    await admin((sql) => sql`CREATE SCHEMA ${sql(empty)}`)
    const asked = await switchyard(["rag", "query", "x", "--store", server?.url(empty) ?? ""])
    expectFailure(asked, 2, "it holds no store yet")
    const tables = admin((sql) => sql`SELECT tablename FROM pg_tables WHERE schemaname = ${empty}`)
    expect(await tables).toEqual([])
  })

  it("the same, with a URL", async () => {
    await using folder = await folderWith(files)
    const cwd = folder.path
    const store = ["--store", server?.url(schema) ?? ""]
    const indexed = await switchyard(["rag", "index", "docs", ...hash, ...store, "--json"], { cwd })
    expect(JSON.parse(indexed.stdout)).toMatchObject({ added: 2 })
    const question = "How do I publish a plugin?"
    const { stdout } = await switchyard(["call", "--rag", "docs", question, "--no-stream", ...store], { cwd })
    expect(stdout).toMatch(/npm publish[^]*\[1\] docs\/publish\.md:3/)
  })
})
