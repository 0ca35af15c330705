import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { VectorStore } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, idsOf } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { numbers, stampFor, vector, vectorOf } from "./vectors.ts"

const stamp = stampFor(2)

const metadataOf = (store: VectorStore, id: string) => Effect.map(store.get([id]), ([record]) => record?.metadata)

/** What goes in, and what it changes. */
export const upserts = (suite: StoreConformance): void =>
  group("upserts", () => {
    check(suite, "replace the whole record of an id: nothing of the old one stays", (store) =>
      Effect.gen(function* () {
        const whole = { id: "a", vector: vector(1, 0), metadata: { lang: "en" }, text: "zebra", payload: { n: 1 } }
        yield* store.upsert({ stamp, records: [whole] })
        yield* store.upsert({ stamp, records: [{ id: "a", vector: vector(0, 1) }] })
        const [record, ...more] = yield* store.get(["a"])
        assert.deepStrictEqual(more, [])
        assert.deepStrictEqual([record?.metadata ?? {}, record?.text, record?.payload], [{}, undefined, undefined])
        const [match] = yield* store.query({ stamp, vector: vector(0, 1), k: 5 })
        assert.closeTo(match?.score ?? 0, 1, 1e-3)
        assert.deepStrictEqual([match?.metadata, match?.text, match?.payload], [{}, undefined, undefined])
        assert.strictEqual(yield* store.count({ filter: { lang: "en" } }), 0)
        assert.deepStrictEqual(yield* allIds(store), ["a"])
        if (store.search !== undefined) assert.deepStrictEqual(yield* store.search({ text: "zebra", k: 5 }), [])
      }),
    )

    check(suite, "of one id twice, the last counts", (store) =>
      Effect.gen(function* () {
        const made = (id: string, n: number, x: number, y: number) => ({ id, vector: vector(x, y), metadata: { n } })
        const records = [
          made("a", 1, 1, 0),
          made("b", 2, 1, 1),
          made("a", 3, 0, 1),
          made("b", 4, -1, 0),
          made("a", 5, -1, -1),
        ]
        yield* store.upsert({ stamp, records })
        assert.deepStrictEqual(yield* allIds(store), ["a", "b"])
        assert.deepStrictEqual([yield* metadataOf(store, "a"), yield* metadataOf(store, "b")], [{ n: 5 }, { n: 4 }])
        const found = yield* store.query({ stamp, vector: vector(-1, 0), k: 2 })
        assert.deepStrictEqual(idsOf(found), ["b", "a"])
      }),
    )

    check(suite, "copy vectors, in and out", (store) =>
      Effect.gen(function* () {
        const mine = vector(3, 4)
        yield* store.upsert({ stamp, records: [{ id: "a", vector: mine }] })
        mine.fill(9)
        const [first] = yield* store.get(["a"])
        first?.vector.fill(-1)
        const [match] = yield* store.query({ stamp, vector: vector(3, 4), k: 1 })
        assert.closeTo(match?.score ?? 0, 1, suite.tolerance ?? 1e-5)
      }),
    )

    check(suite, "of no records do nothing, and make no namespace", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: [] })
        assert.deepStrictEqual(yield* store.namespaces, [])
        yield* store.upsert({ stamp, records: [{ id: "a", vector: vector(1, 0) }] })
        yield* store.upsert({ stamp, records: [] })
        assert.deepStrictEqual(yield* allIds(store), ["a"])
      }),
    )

    check(suite, "of thousands at once are whole", (store) =>
      Effect.gen(function* () {
        const next = numbers(1)
        const records = Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, 8) }))
        yield* store.upsert({ stamp: stampFor(8), records })
        assert.deepStrictEqual(yield* allIds(store), idsOf(records).toSorted())
      }),
    )
  })
