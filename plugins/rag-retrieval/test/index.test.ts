import { renameSync, rmSync, utimesSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { makeExactStore, type VectorStore } from "@switchyard/rag"
import { makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { folderSource, type IndexProgress, knowledgeSource } from "../src/index.ts"
import { contentOf, countingEmbedder, freshIndexOf, index, temporaryFolder, write } from "./indexing.ts"
import { sourceOf } from "./library.ts"

const guide = "# Guide\n\nIntro text.\n\n## Install\n\nRun the installer.\nThen wait.\n\n## Use\n\nCall it twice.\n"

/** Later than any file, so that fingerprints count. */
const later = TestClock.setTime(Date.now() + 60_000)

const setting = Effect.fnUntraced(function* () {
  yield* later
  const folder = yield* temporaryFolder
  write(folder, { "guide.md": guide, "notes/a.txt": "First note.\n", "notes/b.txt": "Second note.\n" })
  return { folder, source: folderSource(folder, { id: "docs" }), store: yield* makeExactStore() }
})

const idsIn = (store: VectorStore) =>
  Effect.map(contentOf(store), (records) => [...new Set(records.map(({ metadata }) => metadata["documentId"]))])

describe("indexSource", () => {
  it.effect("writes a record a chunk, with where it stands", () =>
    Effect.gen(function* () {
      const { folder, source, store } = yield* setting()
      const report = yield* index(source, store)
      assert.deepStrictEqual(
        [report.seen, report.added, report.updated, report.deleted, report.skipped, report.chunks, report.embedded],
        [3, 3, 0, 0, [], 5, 5],
      )
      const [first, second, third] = yield* contentOf(store)
      assert.deepStrictEqual(
        [first?.id, second?.id, third?.id],
        ["docs:guide.md#0", "docs:guide.md#1", "docs:guide.md#2"],
      )
      assert.strictEqual(second?.text, "## Install\n\nRun the installer.\nThen wait.\n\n")
      const { documentHash, ...metadata } = second?.metadata ?? {}
      assert.match(String(documentHash), /^[0-9a-f]{32}$/)
      assert.deepStrictEqual(metadata, {
        source: `${folder}/guide.md`,
        mediaType: "text/markdown",
        sourceId: "docs",
        documentId: "docs:guide.md",
        chunks: 3,
        index: 1,
      })
      assert.deepStrictEqual(second?.payload, {
        start: guide.indexOf("## Install"),
        end: guide.indexOf("## Use"),
        headings: ["Guide", "Install"],
        startLine: 5,
        endLine: 8,
        tokens: 11,
        previous: "docs:guide.md#0",
        next: "docs:guide.md#2",
        source: `${folder}/guide.md`,
        mediaType: "text/markdown",
      })
    }),
  )

  it.effect("says of each chunk where it is from; a document's own fields of those names stay", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const own = { source: "a survey", mediaType: "interview" }
      const from = { source: "notes/one.md", mediaType: "text/markdown" }
      const documents = [
        { id: "one", text: "First.", ...from, metadata: own },
        { id: "two", text: "Second.", ...from },
      ]
      yield* index(sourceOf(documents), store)
      const [first, second] = yield* contentOf(store)
      assert.deepInclude(first?.metadata, own)
      assert.deepInclude(second?.metadata, from)
    }),
  )

  it.effect("reads and embeds nothing that is unchanged", () =>
    Effect.gen(function* () {
      const { source, store } = yield* setting()
      yield* index(source, store)
      const before = yield* contentOf(store)
      let reads = 0
      const watched = {
        ...source,
        items: Stream.map(source.items, (item) => ({
          ...item,
          read: Effect.andThen(
            Effect.sync(() => reads++),
            item.read,
          ),
        })),
      }
      const report = yield* index(watched, store)
      assert.deepStrictEqual([reads, report.unchanged, report.embedded, report.chunks], [0, 3, 0, 5])
      assert.deepStrictEqual(yield* contentOf(store), before)
    }),
  )

  it.effect("takes a new fingerprint of the same text without embedding, and reads it no more", () =>
    Effect.gen(function* () {
      const { folder, source, store } = yield* setting()
      yield* index(source, store)
      utimesSync(`${folder}/guide.md`, 1_000_000, 1_000_000)
      const report = yield* index(source, store)
      assert.deepStrictEqual([report.unchanged, report.embedded], [3, 0])
      const unread = {
        ...source,
        items: Stream.map(source.items, (item) => ({ ...item, read: Effect.die("it is read") })),
      }
      assert.strictEqual((yield* index(unread, store)).unchanged, 3)
    }),
  )

  it.effect("embeds of a changed document only the texts that it did not have", () =>
    Effect.gen(function* () {
      const { folder, source, store } = yield* setting()
      yield* index(source, store)
      write(folder, { "guide.md": guide.replace("Intro text.", "Other intro,\nlonger.") })
      const embedder = countingEmbedder()
      const report = yield* index(source, store, { embedder })
      assert.deepStrictEqual([report.updated, report.unchanged, report.embedded], [1, 2, 1])
      assert.deepStrictEqual(embedder.texts, ["# Guide\n\nOther intro,\nlonger.\n\n"])
      assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
    }),
  )

  it.effect("drops chunks that a document has no more, and documents that are gone or renamed", () =>
    Effect.gen(function* () {
      const { folder, source, store } = yield* setting()
      yield* index(source, store)
      write(folder, { "guide.md": "# Guide\n\nIntro text.\n\n" })
      renameSync(`${folder}/notes/a.txt`, `${folder}/notes/c.txt`)
      rmSync(`${folder}/notes/b.txt`)
      const report = yield* index(source, store)
      assert.deepStrictEqual([report.updated, report.added, report.deleted, report.chunks], [1, 1, 2, 2])
      assert.deepStrictEqual(yield* idsIn(store), ["docs:guide.md", "docs:notes/c.txt"])
      assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
    }),
  )

  it.effect("cuts again when the chunker is another", () =>
    Effect.gen(function* () {
      const { source, store } = yield* setting()
      yield* index(source, store)
      const report = yield* index(source, store, { chunker: yield* makeChunker({ algorithm: "sentences", max: 20 }) })
      assert.deepStrictEqual([report.updated, report.unchanged], [3, 0])
      const texts = (yield* contentOf(store)).map(({ text = "" }) => text)
      assert.deepStrictEqual([texts.length > 5, texts.filter((text) => text.length > 20)], [true, []])
    }),
  )

  it.effect("keeps sources of one namespace apart, even with the same ids", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const one = knowledgeSource({ a: "alpha", b: "beta" }, { id: "one" })
      yield* index(one, store)
      yield* index(knowledgeSource({ a: "another" }, { id: "two" }), store)
      yield* index(knowledgeSource({ a: "alpha" }, { id: "one" }), store)
      assert.deepStrictEqual(yield* idsIn(store), ["one:a", "two:a"])
      yield* index(knowledgeSource({ "b:c": "x" }, { id: "a" }), store)
      yield* index(knowledgeSource({ c: "y" }, { id: "a:b" }), store)
      assert.deepStrictEqual(yield* idsIn(store), ["a%3Ab:c", "a:b:c", "one:a", "two:a"])
    }),
  )

  it.effect("tells of each document when it is done", () =>
    Effect.gen(function* () {
      const { folder, source, store } = yield* setting()
      write(folder, { "z.bin": new Uint8Array([1, 0, 2]) })
      const told: Array<IndexProgress> = []
      const onProgress = (progress: IndexProgress) => Effect.sync(() => void told.push(progress))
      yield* index(source, store, { onProgress })
      assert.deepStrictEqual(told.map(({ id, outcome, why }) => [id, outcome, why]).sort(), [
        ["guide.md", "added", undefined],
        ["notes/a.txt", "added", undefined],
        ["notes/b.txt", "added", undefined],
        ["z.bin", "skipped", "a binary file"],
      ])
      const { counts } = told.at(-1)!
      assert.deepStrictEqual([counts.seen, counts.added, counts.skipped, counts.embedded], [4, 3, 1, 5])
      rmSync(`${folder}/guide.md`)
      told.length = 0
      yield* index(source, store, { onProgress })
      assert.deepInclude(told.at(-1), { id: "guide.md", outcome: "deleted" })
    }),
  )

  it.effect("mends a document of which chunks are missing", () =>
    Effect.gen(function* () {
      const { source, store } = yield* setting()
      yield* index(source, store)
      const before = yield* contentOf(store)
      yield* store.delete({ ids: ["docs:guide.md#1"] })
      const report = yield* index(source, store)
      assert.deepStrictEqual([report.updated, report.unchanged, report.embedded], [1, 2, 1])
      assert.deepStrictEqual(yield* contentOf(store), before)
    }),
  )

  it.effect("fills batches with the texts of many documents", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const sizes: Array<number> = []
      const counting = countingEmbedder()
      const embedder = {
        ...counting,
        embed: (texts: ReadonlyArray<string>) =>
          Effect.andThen(
            Effect.sync(() => sizes.push(texts.length)),
            counting.embed(texts),
          ),
      }
      const entries = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`key ${at}`, `text ${at}`]))
      const report = yield* index(knowledgeSource(entries), store, { embedder })
      assert.deepStrictEqual(sizes, [8, 8, 8, 8, 8, 8, 2])
      assert.strictEqual(report.embedded, 50)
    }),
  )
})
