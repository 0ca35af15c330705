import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { VectorRecord, VectorStore } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, idsOf } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { numbers, stampFor, vector, vectorOf } from "./vectors.ts"

const dimensions = 8
const stamp = stampFor(dimensions)
const perDocument = 3

const chunks = (documentId: string, version: number, count: number): ReadonlyArray<VectorRecord> => {
  const next = numbers(version)
  return Array.from({ length: count }, (_, i) => ({
    id: `${documentId}/${version}/${i}`,
    vector: vectorOf(next, dimensions),
    metadata: { documentId, version },
  }))
}

/** Puts a version of a document in the place of the one that is there. */
const publish = (store: VectorStore, documentId: string, version: number, count = perDocument) =>
  store.upsert({ stamp, records: chunks(documentId, version, count), replaces: { documentId } })

/** Whoever asks meanwhile sees an upsert wholly or not at all. */
export const concurrency = (suite: StoreConformance): void =>
  group("at the same time", () => {
    parallel(suite)
    stamps(suite)
    interrupted(suite)
  })

const parallel = (suite: StoreConformance): void =>
  check(suite, "200 upserts and queries: each sees whole documents, and all of it arrives", (store) =>
    Effect.gen(function* () {
      const documents = Array.from({ length: 10 }, (_, i) => `d${i}`)
      for (const documentId of documents) yield* publish(store, documentId, 0)
      const ask = Effect.fnUntraced(function* (documentId: string) {
        const query = { stamp, vector: new Float32Array(dimensions).fill(1), k: 50, filter: { documentId } }
        const found = yield* store.query(query)
        const versions = new Set(found.map(({ metadata }) => metadata.version))
        assert.deepStrictEqual([found.length, versions.size], [perDocument, 1], documentId)
        assert.strictEqual(yield* store.count({ filter: { documentId } }), perDocument)
      })
      const steps = Array.from({ length: 200 }, (_, i) => {
        const documentId = documents[i % documents.length] ?? ""
        return i % 4 < 2 ? publish(store, documentId, i + 1) : ask(documentId)
      })
      yield* Effect.all(steps, { concurrency: "unbounded", discard: true })
      for (const documentId of documents) yield* ask(documentId)
      assert.strictEqual((yield* allIds(store)).length, documents.length * perDocument)
    }),
  )

const stamps = (suite: StoreConformance): void =>
  check(suite, "of first upserts with several stamps one wins, and the others are refused", (store) =>
    Effect.gen(function* () {
      const first = (version: string) =>
        store.upsert({ stamp: stampFor(2, version), records: [{ id: version, vector: vector(1, 0) }] })
      const versions = ["a", "b", "c", "d", "e"]
      const results = yield* Effect.forEach(versions, (version) => Effect.result(first(version)), {
        concurrency: "unbounded",
      })
      const won = versions.filter((_, i) => results[i]?._tag === "Success")
      assert.strictEqual(won.length, 1)
      assert.deepStrictEqual(yield* allIds(store), won)
      assert.deepStrictEqual(
        (yield* store.namespaces).map(({ stamp }) => stamp.version),
        won,
      )
    }),
  )

const interrupted = (suite: StoreConformance): void =>
  check(
    suite,
    "an upsert that is interrupted anywhere has happened wholly or not at all, and the store goes on",
    (store) =>
      Effect.gen(function* () {
        yield* publish(store, "d", 0, 400)
        for (let round = 1; round <= 12; round++) {
          const fiber = yield* Effect.forkChild(publish(store, "d", round, 400 + round), { startImmediately: true })
          // Real time: what is cut is between the store and where it keeps its records.
          yield* Effect.sleep(round % 4 === 0 ? 0 : round)
          yield* Fiber.interrupt(fiber)
          const listed = yield* Stream.runCollect(store.list())
          const versions = new Set(listed.map(({ metadata }) => metadata.version))
          assert.strictEqual(versions.size, 1, "one version")
          assert.strictEqual(listed.length, 400 + Number([...versions][0]), "all of it")
        }
        yield* publish(store, "d", 100, 2)
        assert.deepStrictEqual(idsOf(yield* Stream.runCollect(store.list())).toSorted(), ["d/100/0", "d/100/1"])
        assert.strictEqual((yield* store.query({ stamp, vector: vectorOf(numbers(1), dimensions), k: 9 })).length, 2)
      }),
  )
