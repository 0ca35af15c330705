import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, idsOf, refused } from "./judge.ts"
import type { VectorDelete } from "../VectorStore.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)
const records = ["a", "b", "c", "d", "e"].map((id, i) => ({
  id,
  vector: vector(1, i),
  metadata: { i },
  text: `zebra ${id}`,
}))

/** What goes, and how many were there. */
export const deleting = (suite: StoreConformance): void =>
  group("deleting", () => {
    check(suite, "by ids counts those that were there, each once", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records })
        assert.strictEqual(yield* store.delete({ ids: ["b", "none", "d", "b"] }), 2)
        assert.strictEqual(yield* store.delete({ ids: ["b"] }), 0)
        assert.strictEqual(yield* store.delete({ ids: [] }), 0)
        assert.deepStrictEqual(yield* allIds(store), ["a", "c", "e"])
        const many = Array.from({ length: 70_000 }, (_, i) => `none${i}`)
        assert.strictEqual(yield* store.delete({ ids: [...many, "a"] }), 1)
      }),
    )

    check(suite, "by filter, and all", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records })
        assert.strictEqual(yield* store.delete({ filter: { i: { $gte: 3 } } }), 2)
        assert.strictEqual(yield* store.delete({ filter: { i: { $gte: 3 } } }), 0)
        assert.deepStrictEqual(yield* allIds(store), ["a", "b", "c"])
        assert.strictEqual(yield* store.delete({ all: true }), 3)
        assert.strictEqual(yield* store.delete({ all: true }), 0)
        assert.strictEqual(yield* store.count(), 0)
      }),
    )

    check(suite, "what names not exactly one of ids, filter and all is refused, and everything stays", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records })
        // As callers without types may write it.
        const wrong: ReadonlyArray<unknown> = [
          {},
          { namespace: "none" },
          { filter: undefined },
          { filter: { i: undefined } },
          { filter: { $or: [{ i: undefined }] } },
          { ids: undefined },
          { ids: "a" },
          { all: undefined },
          { all: false },
          { ids: ["a"], all: true },
          { filter: { i: 1 }, all: true },
        ]
        for (const what of wrong) yield* refused(store.delete(what as VectorDelete))
        assert.strictEqual((yield* store.query({ stamp, vector: vector(1, 0), k: 9 })).length, records.length)
        if (store.search !== undefined)
          assert.strictEqual((yield* store.search({ text: "zebra", k: 9 })).length, records.length)
        assert.deepStrictEqual(yield* allIds(store), idsOf(records))
      }),
    )

    check(suite, "takes a record out of everything at once, and it can come back", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records })
        for (let round = 0; round < 3; round++) {
          yield* store.delete({ ids: ["a"] })
          assert.deepStrictEqual(idsOf(yield* store.query({ stamp, vector: vector(1, 0), k: 9 })), ["b", "c", "d", "e"])
          assert.deepStrictEqual(yield* store.get(["a"]), [])
          assert.strictEqual(yield* store.count({ filter: { i: 0 } }), 0)
          if (store.search !== undefined) assert.strictEqual((yield* store.search({ text: "zebra", k: 9 })).length, 4)
          yield* store.upsert({ stamp, records: records.slice(0, 1) })
          const [first] = yield* store.query({ stamp, vector: vector(1, 0), k: 9 })
          assert.strictEqual(first?.id, "a")
          if (store.search !== undefined) assert.strictEqual((yield* store.search({ text: "zebra", k: 9 })).length, 5)
        }
      }),
    )
  })
