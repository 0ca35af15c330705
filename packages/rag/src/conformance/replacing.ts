import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { VectorRecord } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, refused } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)

/** So many chunks of a document. */
const chunks = (documentId: string, version: number, count: number): ReadonlyArray<VectorRecord> =>
  Array.from({ length: count }, (_, i) => ({
    id: `${documentId}/${i}`,
    vector: vector(1, i),
    metadata: { documentId, version },
  }))

/** `replaces`: one step that puts the new in the place of the old. */
export const replacing = (suite: StoreConformance): void =>
  group("an upsert that replaces", () => {
    check(suite, "deletes what matches and is not upserted, and nothing else", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: [...chunks("a", 1, 5), ...chunks("b", 1, 2)] })
        yield* store.upsert({ stamp, records: chunks("a", 2, 2), replaces: { documentId: "a" } })
        assert.deepStrictEqual(yield* allIds(store), ["a/0", "a/1", "b/0", "b/1"])
        assert.strictEqual(yield* store.count({ filter: { documentId: "a", version: 2 } }), 2)
        yield* store.upsert({ stamp, records: chunks("a", 3, 4), replaces: { documentId: "a" } })
        assert.strictEqual(yield* store.count({ filter: { documentId: "a", version: 3 } }), 4)
        yield* store.upsert({ stamp, records: [], replaces: { documentId: "a" } })
        assert.deepStrictEqual(yield* allIds(store), ["b/0", "b/1"])
        yield* store.upsert({ stamp, records: chunks("c", 1, 1), replaces: { documentId: "none" } })
        assert.deepStrictEqual(yield* allIds(store), ["b/0", "b/1", "c/0"])
        yield* store.upsert({ stamp, records: chunks("d", 1, 1), replaces: {} })
        assert.deepStrictEqual(yield* allIds(store), ["d/0"])
      }),
    )

    check(suite, "takes an id over from another document", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: chunks("a", 1, 2) })
        const moved = { id: "a/1", vector: vector(1, 1), metadata: { documentId: "b", version: 1 } }
        yield* store.upsert({ stamp, records: [moved], replaces: { documentId: "b" } })
        assert.deepStrictEqual(yield* allIds(store), ["a/0", "a/1"])
        assert.strictEqual(yield* store.count({ filter: { documentId: "b" } }), 1)
        yield* store.upsert({ stamp, records: chunks("a", 2, 1), replaces: { documentId: "a" } })
        assert.deepStrictEqual(yield* allIds(store), ["a/0", "a/1"])
      }),
    )

    check(suite, "stays within its namespace", (store) =>
      Effect.gen(function* () {
        for (const namespace of ["one", "two"]) yield* store.upsert({ namespace, stamp, records: chunks("a", 1, 3) })
        yield* store.upsert({ namespace: "one", stamp, records: chunks("a", 2, 1), replaces: { documentId: "a" } })
        assert.deepStrictEqual(yield* allIds(store, { namespace: "one" }), ["a/0"])
        assert.deepStrictEqual(yield* allIds(store, { namespace: "two" }), ["a/0", "a/1", "a/2"])
      }),
    )

    check(suite, "deletes nothing when it is refused", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: chunks("a", 1, 3) })
        const bad = [...chunks("a", 2, 2), { id: "bad", vector: vector(1, Number.NaN) }]
        yield* refused(store.upsert({ stamp, records: bad, replaces: { documentId: "a" } }), "records[2].vector")
        yield* refused(store.upsert({ stamp: stampFor(2, "2"), records: [], replaces: {} }), "stamp")
        assert.deepStrictEqual(yield* allIds(store), ["a/0", "a/1", "a/2"])
        assert.strictEqual(yield* store.count({ filter: { version: 1 } }), 3)
      }),
    )

    check(suite, "keeps the namespace's stamp when all of it is replaced", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: chunks("a", 1, 3) })
        yield* store.upsert({ stamp, records: chunks("b", 1, 2), replaces: {} })
        assert.deepStrictEqual(yield* store.namespaces, [{ name: "default", stamp, count: 2 }])
        yield* refused(store.upsert({ stamp: stampFor(2, "2"), records: chunks("c", 1, 1), replaces: {} }), "stamp")
      }),
    )
  })
