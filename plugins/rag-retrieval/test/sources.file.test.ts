import { execFileSync } from "node:child_process"
import { mkdirSync, symlinkSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { makeExactStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import {
  conversationSource,
  fileSource,
  folderSource,
  jsonlSource,
  knowledgeSource,
  openApiSource,
  repositorySource,
} from "../src/index.ts"
import { index, readAll, temporaryFolder, write } from "./indexing.ts"
import { pdf } from "./officeFiles.ts"

describe("fileSource", () => {
  it.effect("reads the one file, whatever its name is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const names = [
        "notes[1].md",
        "end.md ",
        "a*b.md",
        "axb.md",
        "back\\slash.md",
        "!no.md",
        "#no.md",
        ".hidden",
        "é.md",
      ]
      write(folder, Object.fromEntries(names.map((name) => [name, `text of ${name}`])))
      for (const name of names) {
        const found = yield* readAll(fileSource(`${folder}/${name}`))
        assert.deepStrictEqual(Object.keys(found), [name])
        assert.deepInclude(found[name], { text: `text of ${name}`, source: `${folder}/${name}` })
      }
    }),
  )

  it.live("reads as a folder does: formats and options", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.pdf": pdf([["Hello"], ["there"]]), "b.html": "<h1>Top</h1>", "c.bin": new Uint8Array([0]) })
      assert.deepInclude((yield* readAll(fileSource(`${folder}/a.pdf`)))["a.pdf"], { text: "Hello\fthere" })
      const metadata = { team: "docs" }
      assert.deepStrictEqual(
        yield* readAll(fileSource(`${folder}/b.html`, { metadata })),
        yield* readAll(folderSource(folder, { include: ["b.html"], metadata })),
      )
      assert.deepStrictEqual(yield* readAll(fileSource(`${folder}/c.bin`)), {
        "c.bin": { _tag: "Skipped", why: "a binary file" },
      })
      const small = yield* readAll(fileSource(`${folder}/b.html`, { maxBytes: 5 }))
      assert.match(JSON.stringify(small["b.html"]), /larger than 5 bytes/)
      const wrong = yield* Effect.flip(readAll(fileSource(`${folder}/b.html`, { maxBytes: 0 })))
      assert.match(wrong.message, /maxBytes is 0/)
    }),
  )

  it.effect("an unchanged file is not read again", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.md": "text" })
      yield* TestClock.setTime(Date.now() + 10_000)
      const store = yield* makeExactStore()
      assert.deepInclude(yield* index(fileSource(`${folder}/a.md`), store), { source: `${folder}/a.md`, added: 1 })
      const [item] = yield* Stream.runCollect(fileSource(`${folder}/a.md`).items)
      assert.isString(item?.fingerprint)
      assert.deepInclude(yield* index(fileSource(`${folder}/a.md`), store), { unchanged: 1, embedded: 0 })
    }),
  )

  it.effect("follows a link that is named itself, under its own name", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "store/7f3a": "# Title" })
      symlinkSync("store/7f3a", `${folder}/readme.md`)
      const found = yield* readAll(fileSource(`${folder}/readme.md`))
      assert.deepInclude(found["readme.md"], {
        text: "# Title",
        mediaType: "text/markdown",
        source: `${folder}/readme.md`,
      })
    }),
  )

  it.effect("fails where there is no file, and says what to do", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      mkdirSync(`${folder}/inside`)
      execFileSync("mkfifo", [`${folder}/pipe`])
      const failure = (name: string) =>
        Effect.map(Effect.flip(readAll(fileSource(`${folder}/${name}`))), ({ message }) => message)
      assert.match(yield* failure("nowhere.md"), /the file .*\/nowhere\.md cannot be read \(ENOENT\): check the path/)
      assert.match(yield* failure("inside"), /inside is a folder: give folderSource or repositorySource its path/)
      assert.match(yield* failure("pipe"), /pipe is no regular file/)
    }),
  )
})

describe("an empty path", () => {
  it.effect("is refused by every source", () =>
    Effect.gen(function* () {
      for (const source of [
        fileSource(""),
        folderSource(""),
        repositorySource(""),
        openApiSource(""),
        jsonlSource(""),
        knowledgeSource(""),
        conversationSource(""),
      ]) {
        // One that reads all the machine would not end.
        const first = Stream.runCollect(Stream.take(source.items, 1))
        const { message, reason } = yield* Effect.flip(first)
        assert.strictEqual(reason._tag, "InvalidRequest")
        assert.match(message, /the path is empty: .*"\." is the working directory/)
      }
    }),
  )
})

describe("a backslash in a name", () => {
  it.effect("stays one where it is no separator", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      const folder = `${root}/back\\slash`
      const record = '{"id": "a", "text": "text"}'
      write(folder, { "a.md": "text", "kb.jsonl": record, "kb.json": '{"key": "text"}' })
      assert.deepInclude((yield* readAll(folderSource(folder)))["a.md"], { source: `${folder}/a.md` })
      assert.strictEqual(folderSource(folder).id, folder)
      assert.deepInclude((yield* readAll(jsonlSource(`${folder}/kb.jsonl`)))["a"], { source: `${folder}/kb.jsonl` })
      assert.deepInclude((yield* readAll(knowledgeSource(`${folder}/kb.json`)))["key"], {
        source: `${folder}/kb.json#/key`,
      })
    }),
  )
})
