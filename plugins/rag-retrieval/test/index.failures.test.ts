import { rmSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import { hashEmbedder } from "@switchyard/embed-local"
import { type DocumentSource, makeExactStore, stampOf, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { folderSource, type IndexProgress, knowledgeSource } from "../src/index.ts"
import { contentOf, embedder, entries, freshIndexOf, index, temporaryFolder, write } from "./indexing.ts"

const failed = LlmError.make({ _tag: "Network", message: "the disk is gone" })

/** Names some documents, and then fails. */
const brokenAfter = (source: DocumentSource, count: number): DocumentSource => ({
  ...source,
  items: Stream.concat(Stream.take(source.items, count), Stream.fail(failed)),
})

describe("indexSource, when something is wrong", () => {
  it.effect("refuses vectors of another embedder, and says how to index again", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const source = knowledgeSource(entries(3))
      yield* index(source, store)
      const before = yield* contentOf(store)
      const other = hashEmbedder({ dimensions: 32 })
      const { reason, message } = yield* Effect.flip(index(source, store, { embedder: other }))
      assert.strictEqual(reason._tag, "InvalidRequest")
      assert.match(message, /holds vectors of local\/hash@1 \(16 dimensions\).*reindex: true.*another namespace/)
      assert.deepStrictEqual(yield* contentOf(store), before)
      const report = yield* index(source, store, { embedder: other, reindex: true })
      assert.deepStrictEqual([report.added, report.embedded], [3, 3])
      assert.strictEqual((yield* store.namespaces)[0]?.stamp.dimensions, 32)
    }),
  )

  it.effect("reindex embeds everything again and leaves other sources alone", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      yield* index(knowledgeSource({ other: "stays" }, { id: "other" }), store)
      yield* index(knowledgeSource(entries(3)), store)
      const report = yield* index(knowledgeSource(entries(2)), store, { reindex: true })
      assert.deepStrictEqual([report.updated, report.embedded, report.deleted], [2, 2, 1])
      assert.strictEqual(yield* store.count(), 3)
    }),
  )

  it.effect("empties a namespace of other sources for another embedder only when it is told to", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const source = knowledgeSource(entries(3))
      yield* index(source, store)
      yield* index(knowledgeSource({ a: "1", b: "2" }, { id: "two" }), store)
      yield* index(knowledgeSource({ a: "1" }, { id: "one" }), store)
      yield* store.upsert({ stamp: stampOf(embedder), records: [{ id: "mine", vector: new Float32Array(16).fill(1) }] })
      const before = yield* contentOf(store)
      const other = hashEmbedder({ dimensions: 32 })
      for (const reindex of [true, false]) {
        const { reason, message } = yield* Effect.flip(index(source, store, { embedder: other, reindex }))
        assert.strictEqual(reason._tag, "InvalidRequest")
        assert.include(
          message,
          'also holds 2 documents of "two", 1 document of "one", 1 document of no source, which would go',
        )
        assert.include(message, 'reindex: "all"')
        assert.deepStrictEqual(yield* contentOf(store), before)
      }
      const report = yield* index(source, store, { embedder: other, reindex: "all" })
      assert.deepStrictEqual([report.added, report.embedded, yield* store.count()], [3, 3, 3])
    }),
  )

  it.effect("of two embedders at once on a new index one is refused, and takes nothing of the other for its own", () =>
    Effect.gen(function* () {
      const source = knowledgeSource(entries(3))
      const second = hashEmbedder({ dimensions: 32 })
      for (const moment of ["namespaces", "list", "upsert"] as const) {
        const store = yield* makeExactStore()
        const first = Effect.asVoid(index(source, store))
        let pending = true
        const once = Effect.suspend(() => {
          const run = pending ? first : Effect.void
          pending = false
          return run
        })
        const met: VectorStore = {
          ...store,
          ...(moment === "namespaces" ? { namespaces: Effect.tap(store.namespaces, () => once) } : {}),
          ...(moment === "list"
            ? { list: (within) => Stream.concat(store.list(within), Stream.fromEffectDrain(once)) }
            : {}),
          ...(moment === "upsert" ? { upsert: (given) => Effect.andThen(once, store.upsert(given)) } : {}),
        }
        const { reason, message } = yield* Effect.flip(index(source, met, { embedder: second }))
        assert.strictEqual(reason._tag === "InvalidRequest" ? reason.field : "", "stamp", moment)
        assert.notMatch(message, /of them written|stays/)
        if (moment !== "list")
          assert.match(message, /another indexer began this namespace.*nothing of this run is in it/)
        assert.strictEqual((yield* store.namespaces)[0]?.stamp.dimensions, 16)
        assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
      }
    }),
  )

  it.effect("counts as written what the store has taken, and no more", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const full = LlmError.make({ _tag: "PluginFailure", plugin: "store", message: "the disk is full" })
      let left = 2
      const upsert: VectorStore["upsert"] = (given) =>
        Effect.suspend(() => (left-- > 0 ? store.upsert(given) : Effect.fail(full)))
      const told: Array<string> = []
      const onProgress = ({ id }: IndexProgress) => Effect.sync(() => void told.push(id))
      const error = yield* Effect.flip(index(knowledgeSource(entries(4)), { ...store, upsert }, { onProgress }))
      assert.match(error.message, /stopped after 2 documents, 2 of them written: the disk is full/)
      assert.deepStrictEqual(told, ["key 0", "key 1"])
      assert.strictEqual(yield* store.count(), 2)
    }),
  )

  it.effect("keeps what it had of a document that cannot be read now, and goes on", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      yield* index(knowledgeSource(entries(3)), store)
      const before = yield* contentOf(store)
      const now = { ...entries(2), "key 3": "new" }
      const held = (shut: ReadonlyArray<string>): DocumentSource => {
        const source = knowledgeSource(now)
        const read = Effect.succeed({ _tag: "Skipped" as const, why: "it is locked", transient: true as const })
        const items = Stream.map(source.items, (item) => (shut.includes(item.id) ? { ...item, read } : item))
        return { ...source, items }
      }
      const report = yield* index(held(["key 0", "key 3"]), store)
      assert.deepStrictEqual([report.unchanged, report.added, report.deleted, report.chunks], [1, 0, 1, 2])
      assert.deepStrictEqual(report.skipped, [
        { id: "key 0", why: "it is locked; what is indexed of it stays" },
        { id: "key 3", why: "it is locked" },
      ])
      assert.deepStrictEqual(yield* contentOf(store), before.slice(0, 2))
      const all = yield* index(held(["key 0", "key 1", "key 3"]), store)
      assert.deepStrictEqual([all.deleted, all.chunks], [0, 2])
      assert.deepStrictEqual(yield* contentOf(store), before.slice(0, 2))
    }),
  )

  it.effect("does not empty an index because a source is empty", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = yield* makeExactStore()
      const source = folderSource(folder, { id: "docs" })
      assert.strictEqual((yield* index(source, store)).seen, 0)
      write(folder, { "a.txt": "one", "b.txt": "two" })
      yield* index(source, store)
      rmSync(`${folder}/a.txt`)
      rmSync(`${folder}/b.txt`)
      const { message } = yield* Effect.flip(index(source, store))
      assert.match(message, /has no document that can be indexed.*holds 2 of it: nothing was deleted.*allowEmpty: true/)
      write(folder, { "c.bin": new Uint8Array([0, 1, 2]) })
      assert.match((yield* Effect.flip(index(source, store))).message, /\(1 were skipped\)/)
      assert.strictEqual(yield* store.count(), 2)
      assert.strictEqual((yield* index(source, store, { allowEmpty: true })).deleted, 2)
      assert.strictEqual(yield* store.count(), 0)
    }),
  )

  it.effect("deletes nothing when the source fails half-way, and keeps what it had", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      yield* index(knowledgeSource(entries(5)), store)
      const changed = knowledgeSource({ ...entries(5), "key 0": "changed" })
      const error = yield* Effect.flip(index(brokenAfter(changed, 2), store))
      assert.strictEqual(error.reason._tag, "Network")
      assert.match(error.message, /indexing "knowledge" stopped after 2 documents, 1 of them written: the disk is gone/)
      const texts = (yield* contentOf(store)).map(({ text }) => text)
      assert.deepStrictEqual(texts, ["changed", "text 1", "text 2", "text 3", "text 4"])
      yield* index(changed, store)
      assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(changed))
    }),
  )

  it.effect("takes the first of two documents with one id", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const { items } = knowledgeSource({ a: "first" })
      const other = knowledgeSource({ a: "second" }).items
      const report = yield* index({ id: "twice", items: Stream.concat(items, other) }, store)
      assert.deepStrictEqual(report.skipped, [{ id: "a", why: "the source names it twice: the first is taken" }])
      assert.deepStrictEqual(
        (yield* contentOf(store)).map(({ text }) => text),
        ["first"],
      )
    }),
  )

  it.effect("names what is skipped, and lets go of what it had of it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = yield* makeExactStore()
      const source = folderSource(folder, { id: "docs", maxBytes: 100 })
      write(folder, { "a.txt": "one", "b.txt": "two", "empty.txt": " \n" })
      assert.deepStrictEqual((yield* index(source, store)).skipped, [{ id: "empty.txt", why: "it has no text" }])
      write(folder, { "a.txt": "x".repeat(2500), "latin.txt": Buffer.from("caf\u00e9 au lait", "latin1") })
      const report = yield* index(source, store)
      assert.deepStrictEqual(report.skipped, [
        { id: "a.txt", why: "larger than 100 bytes (2.5 kB): raise maxBytes to read it" },
        { id: "empty.txt", why: "it has no text" },
      ])
      assert.deepStrictEqual(report.warnings, [
        { id: "latin.txt", why: "1 characters are no UTF-8: U+FFFD stands in their place" },
      ])
      assert.strictEqual(report.deleted, 1)
      assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
    }),
  )

  it.effect("refuses a chunker that would lose chunks", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const chunk = { documentId: "knowledge:key 0", text: "text", start: 0, end: 4, headings: [], metadata: {} }
      const chunker = {
        id: "same",
        chunk: () => Stream.make({ ...chunk, id: "x", index: 0 }, { ...chunk, id: "x", index: 1 }),
      }
      const { reason, message } = yield* Effect.flip(index(knowledgeSource(entries(1)), store, { chunker }))
      assert.strictEqual(reason._tag, "PluginFailure")
      assert.match(message, /the chunker "same" gave two chunks of "knowledge:key 0" the id "x"/)
    }),
  )
})

describe("options that make no sense", () => {
  it.effect("are refused by name", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const source = knowledgeSource(entries(1))
      const refusal = (options: Parameters<typeof index>[2]) =>
        Effect.map(Effect.flip(index(source, store, options)), ({ message }) => message)
      assert.match(yield* refusal({ concurrency: 0 }), /concurrency is 0: give a number of at least 1/)
      assert.match(yield* refusal({ embedConcurrency: Number.NaN }), /embedConcurrency is NaN/)
      assert.match(yield* refusal({ retries: -1 }), /retries is -1: give a number of at least 0/)
      const wrong = yield* Effect.flip(index(folderSource(".", { maxBytes: 0 }), store))
      assert.match(wrong.message, /maxBytes is 0/)
    }),
  )
})
