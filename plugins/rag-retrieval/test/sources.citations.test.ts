import { assert, describe, it } from "@effect/vitest"
import { type DocumentSource, makeExactStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import {
  citationOf,
  conversationSource,
  folderSource,
  knowledgeSource,
  makeRetriever,
  openApiSource,
} from "../src/index.ts"
import { index, temporaryFolder, write } from "./indexing.ts"
import { docx, pdf } from "./officeFiles.ts"

/** How the best passage for a question is cited. */
const citedFor = Effect.fnUntraced(function* (source: DocumentSource, text: string) {
  const store = yield* makeExactStore()
  yield* index(source, store)
  const retriever = yield* makeRetriever({ store, mode: "keyword" })
  const [hit] = yield* retriever.retrieve({ text, k: 1 })
  return hit === undefined ? undefined : citationOf(hit)
})

describe("citations", () => {
  it.live("of a PDF name the page, and no line", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pages = [["apples grow"], ["pears grow"], ["quinces grow"]]
      write(folder, { "many.pdf": pdf(pages), "one.pdf": pdf([["medlars grow"]]) })
      const source = folderSource(folder)
      const quinces = yield* citedFor(source, "quinces")
      assert.deepInclude(quinces, { label: `${folder}/many.pdf, page 3`, page: 3 })
      assert.notProperty(quinces, "startLine")
      assert.strictEqual((yield* citedFor(source, "apples"))?.label, `${folder}/many.pdf, page 1`)
      assert.strictEqual((yield* citedFor(source, "medlars"))?.label, `${folder}/one.pdf, page 1`)
    }),
  )

  it.effect("of a text with pages name the lines", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.txt": "apples grow\n\fpears grow\n" })
      const cited = yield* citedFor(folderSource(folder), "pears")
      assert.deepInclude(cited, { label: `${folder}/a.txt:2`, page: 2 })
    }),
  )

  it.live("of what has a pointer are the pointer, and of what has neither a range", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, {
        "kb.json": '[{"text": "apples grow"}, {"text": "pears grow"}]',
        "api.json":
          '{"openapi": "3.1.0", "info": {"title": "Orchard"}, "paths": {"/pears": {"get": {"summary": "pears"}}}}',
        "a.docx": docx(["Plums grow."]),
      })
      const label = (source: DocumentSource, text: string) =>
        Effect.map(citedFor(source, text), (cited) => cited?.label)
      assert.strictEqual(yield* label(knowledgeSource(`${folder}/kb.json`), "pears"), `${folder}/kb.json#/1`)
      assert.strictEqual(yield* label(knowledgeSource({ "a/b": "pears grow" }), "pears"), "knowledge#/a~1b")
      assert.strictEqual(
        yield* label(openApiSource(`${folder}/api.json`), "pears"),
        `${folder}/api.json#/paths/~1pears/get`,
      )
      assert.match(String(yield* label(folderSource(folder, { include: ["*.docx"] }), "plums")), /a\.docx#0-\d+$/)
      const chat = [
        { id: "c1", messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "pears" }] }] },
      ]
      assert.strictEqual(yield* label(conversationSource(chat, { id: "chats" }), "pears"), "chats#c1")
    }),
  )
})
