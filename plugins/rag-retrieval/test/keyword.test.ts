import { assert, it } from "@effect/vitest"
import { makeExactStore, stampOf, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { makeRetriever } from "../src/index.ts"
import { embedder } from "./library.ts"

/** A store without full-text search is given one, which is kept in step with it. */

const put = (store: VectorStore, id: string, text: string, hash: string) =>
  Effect.flatMap(embedder.embed([text]), ([vector = new Float32Array()]) =>
    store.upsert({ stamp: stampOf(embedder), records: [{ id, text, vector, metadata: { documentHash: hash } }] }),
  )

const made = Effect.gen(function* () {
  const store = yield* makeExactStore()
  assert.isUndefined(store.search)
  const retriever = yield* makeRetriever({ store, mode: "keyword", refreshMs: 1000 })
  const ids = (text: string) =>
    Effect.map(retriever.retrieve({ text, k: 10 }), (found) => found.map(({ chunk }) => chunk.id))
  return { store, ids }
})

it.effect("of a small namespace all that changes counts at once", () =>
  Effect.gen(function* () {
    const { store, ids } = yield* made
    assert.deepStrictEqual(yield* ids("harbour"), [])
    yield* put(store, "a", "The harbour is closed.", "1")
    assert.deepStrictEqual(yield* ids("harbour"), ["a"])
    yield* put(store, "b", "Another harbour.", "1")
    assert.deepStrictEqual((yield* ids("harbour")).toSorted(), ["a", "b"])
    yield* store.delete({ ids: ["a"] })
    assert.deepStrictEqual(yield* ids("harbour"), ["b"])
    yield* put(store, "b", "The airport is closed.", "2")
    assert.deepStrictEqual([yield* ids("airport"), yield* ids("harbour")], [["b"], []])
    // As many as before.
    yield* store.delete({ ids: ["b"] })
    yield* put(store, "c", "A station.", "1")
    assert.deepStrictEqual([yield* ids("station"), yield* ids("airport")], [["c"], []])
  }),
)

it.effect(
  "of a large one what is changed or put in the place of others counts after refreshMs; what is gone is never given",
  () =>
    Effect.gen(function* () {
      const { store, ids } = yield* made
      const [vector = new Float32Array()] = yield* embedder.embed(["filling"])
      const filling = Array.from({ length: 1000 }, (_, at) => ({ id: `f${at}`, text: "filling", vector }))
      yield* store.upsert({ stamp: stampOf(embedder), records: filling })
      yield* put(store, "a", "The harbour is closed.", "1")
      assert.deepStrictEqual(yield* ids("harbour"), ["a"])
      yield* put(store, "a", "The airport is closed.", "2")
      assert.deepStrictEqual(yield* ids("airport"), [])
      yield* TestClock.adjust(1001)
      assert.deepStrictEqual([yield* ids("airport"), yield* ids("harbour")], [["a"], []])
      yield* store.delete({ ids: ["a"] })
      yield* put(store, "b", "A station.", "1")
      assert.deepStrictEqual([yield* ids("airport"), yield* ids("station")], [[], []])
      yield* TestClock.adjust(1001)
      assert.deepStrictEqual(yield* ids("station"), ["b"])
      yield* put(store, "c", "A bridge.", "1")
      assert.deepStrictEqual(yield* ids("bridge"), ["c"])
    }),
)

it.effect("records that no indexer wrote have no hash: their texts are read again after refreshMs", () =>
  Effect.gen(function* () {
    const { store, ids } = yield* made
    const write = (text: string) =>
      Effect.flatMap(embedder.embed([text]), ([vector = new Float32Array()]) =>
        store.upsert({ stamp: stampOf(embedder), records: [{ id: "a", text, vector }] }),
      )
    yield* write("The harbour is closed.")
    assert.deepStrictEqual(yield* ids("harbour"), ["a"])
    yield* write("The airport is closed.")
    yield* TestClock.adjust(1001)
    assert.deepStrictEqual([yield* ids("airport"), yield* ids("harbour")], [["a"], []])
  }),
)

it.effect("the namespace without a name is none other's, the default one no less", () =>
  Effect.gen(function* () {
    const { store } = yield* made
    const retriever = yield* makeRetriever({ store, mode: "keyword" })
    const ids = (more: object) =>
      Effect.map(retriever.retrieve({ text: "harbour", k: 10, ...more }), (found) => found.map(({ chunk }) => chunk.id))
    for (const [id, namespace] of [
      ["nameless", ""],
      ["own", "default"],
    ] as const) {
      const [vector = new Float32Array()] = yield* embedder.embed([id])
      yield* store.upsert({ namespace, stamp: stampOf(embedder), records: [{ id, text: `A harbour: ${id}`, vector }] })
    }
    assert.deepStrictEqual(yield* ids({ namespace: "" }), ["nameless"])
    assert.deepStrictEqual(yield* ids({}), ["own"])
    assert.deepStrictEqual(yield* ids({ namespace: "default" }), ["own"])
    assert.deepStrictEqual(yield* ids({ namespace: "" }), ["nameless"])
  }),
)

it.effect("many that ask at once read the store once", () =>
  Effect.gen(function* () {
    const { store } = yield* made
    for (let at = 0; at < 20; at++) yield* put(store, `r${at}`, `Record number ${at} of the harbour.`, "1")
    let reads = 0
    const counting: VectorStore = {
      ...store,
      get: (ids, within) => {
        if (ids.length === 20) reads++
        return store.get(ids, within)
      },
    }
    const retriever = yield* makeRetriever({ store: counting, mode: "keyword", candidates: 5 })
    const found = yield* Effect.forEach(
      Array(50).fill("harbour"),
      (text: string) => retriever.retrieve({ text, k: 3 }),
      {
        concurrency: "unbounded",
      },
    )
    assert.deepStrictEqual(new Set(found.map((one) => one.length)), new Set([3]))
    assert.strictEqual(reads, 1)
  }),
)
