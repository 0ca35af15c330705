import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Filter } from "../Filter.ts"
import type { VectorStore } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, refused } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)
const kept = { id: "kept", vector: vector(1, 0), metadata: { n: 1 } }
const good = { id: "good", vector: vector(0, 1) }

/** What is wrong is refused with the path of the field, and nothing has happened. */
export const refusals = (suite: StoreConformance): void =>
  group("refusals", () => {
    stamps(suite)
    vectors(suite)
    queries(suite)
    wrongFilters(suite)
  })

const stamps = (suite: StoreConformance): void => {
  const others = [stampFor(2, "2"), { ...stamp, id: "conformance/others" }]
  check(suite, "vectors of another embedder are refused, in and out, with how to index again", (store) =>
    Effect.gen(function* () {
      yield* store.upsert({ stamp, records: [kept] })
      for (const other of others) {
        for (const message of [
          yield* refused(store.upsert({ stamp: other, records: [good] }), "stamp"),
          yield* refused(store.upsert({ stamp: other, records: [], replaces: { n: 1 } }), "stamp"),
          yield* refused(store.query({ stamp: other, vector: vector(1, 0), k: 1 }), "stamp"),
        ]) {
          for (const said of ["conformance/numbers@1", `${other.id}@${other.version}`, "index again", '"default"']) {
            assert.include(message, said)
          }
        }
      }
      yield* refused(store.upsert({ stamp: stampFor(3), records: [{ id: "x", vector: vector(1, 2, 3) }] }), "stamp")
      yield* refused(store.query({ stamp: stampFor(3), vector: vector(1, 2, 3), k: 1 }), "stamp")
      assert.deepStrictEqual(yield* allIds(store), ["kept"])
      assert.deepStrictEqual(yield* store.namespaces, [{ name: "default", stamp, count: 1 }])
    }),
  )

  check(suite, "an emptied namespace takes another stamp, however it was emptied", (store) =>
    Effect.gen(function* () {
      const empty: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        store.delete({ all: true }),
        store.delete({ ids: ["kept"] }),
        store.delete({ filter: { n: 1 } }),
      ]
      for (const [i, emptied] of empty.entries()) {
        const own = stampFor(2 + i, `v${i}`)
        yield* store.upsert({ stamp: own, records: [{ ...kept, vector: new Float32Array(2 + i).fill(1) }] })
        assert.deepStrictEqual(yield* store.namespaces, [{ name: "default", stamp: own, count: 1 }])
        yield* emptied
        assert.deepStrictEqual(yield* store.namespaces, [])
      }
      yield* store.upsert({ stamp, records: [kept] })
      yield* store.upsert({ stamp, records: [], replaces: { n: 1 } })
      assert.deepStrictEqual(yield* store.namespaces, [], "an upsert of nothing that replaces everything")
    }),
  )

  check(suite, "dimensions must be an integer from 1", (store) =>
    Effect.gen(function* () {
      for (const dimensions of [0, -1, 1.5, Number.NaN, Infinity, 1e9]) {
        yield* refused(store.upsert({ stamp: { ...stamp, dimensions }, records: [] }), "stamp.dimensions")
      }
      assert.deepStrictEqual(yield* store.namespaces, [])
    }),
  )
}

const vectors = (suite: StoreConformance): void => {
  const broken: ReadonlyArray<readonly [vector: Float32Array, says: string]> = [
    [vector(1, Number.NaN), "NaN at 1"],
    [vector(Infinity, 1), "Infinity at 0"],
    [vector(1, 2, 3), "has 3 numbers"],
    [vector(), "has 0 numbers"],
  ]
  check(suite, "one bad vector among good ones changes nothing, and is named", (store) =>
    Effect.gen(function* () {
      for (const [bad, says] of broken) {
        const records = [good, { id: "bad", vector: bad }, { ...kept, metadata: {} }]
        const message = yield* refused(store.upsert({ stamp, records }), "records[1].vector")
        assert.include(message, says)
        assert.include(message, '"bad"')
      }
      assert.deepStrictEqual([yield* store.count(), yield* store.namespaces], [0, []])
      yield* store.upsert({ stamp, records: [kept] })
      for (const [bad] of broken) {
        const records = [good, { ...kept, metadata: {} }, { id: "bad", vector: bad }]
        yield* refused(store.upsert({ stamp, records, replaces: { n: 1 } }), "records[2].vector")
      }
      assert.deepStrictEqual(yield* allIds(store), ["kept"])
      assert.strictEqual(yield* store.count({ filter: { n: 1 } }), 1, "the record is as it was")
    }),
  )
}

const queries = (suite: StoreConformance): void =>
  check(suite, "wrong queries are refused, also where there is nothing to find", (store) =>
    Effect.gen(function* () {
      const ask = Effect.gen(function* () {
        for (const k of [0, -1, 1.5, Number.NaN, Infinity]) {
          yield* refused(store.query({ stamp, vector: vector(1, 0), k }), "k")
          if (store.search !== undefined) yield* refused(store.search({ text: "word", k }), "k")
        }
        yield* refused(store.query({ stamp, vector: vector(1, 0), k: 1, minScore: Number.NaN }), "minScore")
        assert.include(yield* refused(store.query({ stamp, vector: vector(1, 0, 0), k: 1 }), "vector"), "has 3 numbers")
        assert.include(
          yield* refused(store.query({ stamp, vector: vector(Number.NaN, 0), k: 1 }), "vector"),
          "NaN at 0",
        )
      })
      yield* ask
      yield* store.upsert({ stamp, records: [kept] })
      yield* ask
    }),
  )

const wrongFilters = (suite: StoreConformance): void => {
  const wrong: ReadonlyArray<readonly [filter: unknown, path: string]> = [
    [{ a: { $regex: "x" } }, "filter.a.$regex"],
    [{ $nor: [] }, "filter.$nor"],
    [{ $and: [{ a: 1 }, { b: { $in: "x" } }] }, "filter.$and[1].b.$in"],
    [{ a: ["x", "y"] }, "filter.a"],
    [{ a: { $gt: Number.NaN } }, "filter.a.$gt"],
    ["x", "filter"],
  ]
  const uses = (store: VectorStore, filter: Filter): ReadonlyArray<Effect.Effect<unknown, unknown>> => [
    store.query({ stamp, vector: vector(1, 0), k: 1, filter }),
    store.count({ filter }),
    store.delete({ filter }),
    store.upsert({ stamp, records: [good], replaces: filter }),
    drain(store, filter),
    ...(store.search === undefined ? [] : [store.search({ text: "word", k: 1, filter })]),
  ]
  check(suite, "a wrong filter is refused with its path wherever one is taken, also where there is nothing", (store) =>
    Effect.gen(function* () {
      const ask = Effect.gen(function* () {
        // As callers without types may write it.
        for (const [filter, path] of wrong) for (const use of uses(store, filter as Filter)) yield* refused(use, path)
      })
      yield* ask
      assert.deepStrictEqual(yield* store.namespaces, [])
      yield* store.upsert({ stamp, records: [kept] })
      yield* ask
      assert.deepStrictEqual(yield* allIds(store), ["kept"])
    }),
  )
}

const drain = (store: VectorStore, filter: Filter) => Stream.runDrain(store.list({ filter }))
