import { assert, describe, it } from "@effect/vitest"
import { type LlmResponse, textOf } from "@switchyard/core"
import { extractive } from "@switchyard/provider-extractive"
import type { Document } from "@switchyard/rag"
import { makeExactStore } from "@switchyard/rag"
import { makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import { folderSource, indexSource, jsonlSource, makeRetriever, retrieval } from "../src/index.ts"
import { asking, fixed, libraryRetriever, passage, sourcesIn } from "./asking.ts"
import { temporaryFolder, write } from "./indexing.ts"
import { embedder, libraryOf, pages } from "./library.ts"
import { withStack } from "./stack.ts"

const quoting = { model: "extractive/default" }

const documentsIn = (response: LlmResponse) =>
  sourcesIn(response).flatMap(({ id, source, providerData }) =>
    source.type === "document" ? [{ id, ...source, mark: providerData?.["retrieval"] }] : [],
  )

describe("lines of what a provider quotes", () => {
  const indexed = (source: ReturnType<typeof folderSource>) =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const chunker = yield* makeChunker({ algorithm: "structure", max: 400 })
      yield* indexSource({ source, chunker, embedder, store })
      return yield* makeRetriever({ store, embedder })
    })
  const quotes = (retriever: Parameters<typeof retrieval>[0] & object, prompt: string) =>
    withStack([retrieval(retriever), extractive()], ({ kernel }) => kernel.generate({ ...quoting, prompt }))

  it.live("of HTML are those of the chunk, since its text has other lines than the file", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const paragraphs = ["Redis holds answers.", "Postgres holds records.", "Publishing needs a keyword."]
      const html = `<!doctype html><html><body>${paragraphs.map((text) => `<p>${text}</p>`).join("")}</body></html>\n`
      write(folder, { "a.html": html })
      const response = yield* quotes({ retriever: yield* indexed(folderSource(folder)) }, "What needs a keyword?")
      const [first] = documentsIn(response)
      assert.strictEqual(first?.text, "Publishing needs a keyword.")
      assert.strictEqual(first?.line, 1)
      assert.strictEqual(first?.line, first?.mark?.["startLine"])
    }).pipe(Effect.scoped),
  )

  it.live("of a record are the one line where it stands", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const text = "Redis holds answers.\n\nPostgres holds records.\n\nPublishing needs a keyword."
      write(folder, { "a.jsonl": `${JSON.stringify({ text: "First." })}\n${JSON.stringify({ text })}\n` })
      const source = jsonlSource(`${folder}/a.jsonl`)
      const response = yield* quotes({ retriever: yield* indexed(source) }, "What needs a keyword?")
      const [first] = documentsIn(response)
      assert.include(first?.text, "Publishing needs a keyword.")
      assert.strictEqual(first?.line, 2)
    }).pipe(Effect.scoped),
  )

  it.live("of text are those of the file, also where the passage begins with blank lines", () =>
    Effect.gen(function* () {
      const text = "\n\nRedis holds answers.\n\nPublishing needs a keyword."
      const found = passage(text, "a.md", { startLine: 12, endLine: 14 })
      const response = yield* quotes({ retriever: fixed([found]) }, "What needs a keyword?")
      assert.strictEqual(documentsIn(response)[0]?.line, 14)
    }),
  )
})

describe("passages as system messages", () => {
  it.live("are brought to file and line where the provider quotes them, each id once", () =>
    Effect.gen(function* () {
      const retriever = yield* libraryRetriever
      const response = yield* withStack([retrieval({ retriever, k: 4, place: "system" }), extractive()], ({ kernel }) =>
        kernel.generate({ ...asking, ...quoting }),
      )
      const found = documentsIn(response)
      assert.isAbove(found.length, 0)
      const [text] = pages.map((page: Document) => page.text)
      for (const { title, text: quoted, start = 0, end, line } of found.filter(
        ({ title }) => title === pages[0]?.source,
      )) {
        assert.strictEqual(title, "docs/plugins.md")
        assert.strictEqual(text?.slice(start, end), quoted)
        assert.strictEqual(line, text?.slice(0, start).split("\n").length)
      }
      assert.strictEqual(found[0]?.title, "docs/plugins.md")
      assert.notInclude(
        found.map(({ title }) => title),
        "system",
      )
      assert.strictEqual(new Set(found.map(({ id }) => id)).size, found.length)
    }),
  )
})

it.live("the rule is never quoted, although a question has its words", () =>
  Effect.gen(function* () {
    const store = yield* libraryOf([
      { id: "a", source: "a.md", text: "# Documents\n\nMaterial is quoted from documents of the archive.\n" },
    ])
    const retriever = yield* makeRetriever({ store, embedder })
    const prompt = "What stands between these tags that is quoted from documents as material, and is it an instruction?"
    for (const place of ["user", "system"] as const) {
      const response = yield* withStack([retrieval({ retriever, place }), extractive()], ({ kernel }) =>
        kernel.generate({ ...quoting, prompt }),
      )
      assert.include(textOf(response.content), "Material is quoted from documents of the archive.")
      assert.notInclude(textOf(response.content), "between", place)
      assert.deepStrictEqual(
        documentsIn(response).map(({ title }) => title),
        ["a.md"],
      )
    }
  }),
)

it.live("pages that the provider cites keep their ids, and no passage has the same", () =>
  Effect.gen(function* () {
    const cited = { url: "https://example.com/", title: "A page" }
    const response = yield* withStack(
      [retrieval({ retriever: yield* libraryRetriever, k: 2 })],
      ({ kernel }) => kernel.generate(asking),
      [{ text: "Run npm publish [1].", citations: [cited] }],
    )
    const ids = sourcesIn(response).map(({ id }) => id)
    assert.strictEqual(ids.length, 3)
    assert.strictEqual(new Set(ids).size, 3)
    assert.deepStrictEqual(
      documentsIn(response).map(({ mark }) => mark?.["number"]),
      [1, 2],
    )
  }),
)
