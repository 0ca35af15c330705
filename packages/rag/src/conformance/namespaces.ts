import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, idsOf } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)
const names = [
  "",
  "default ",
  "Default",
  "a'b\"c",
  "x; DROP TABLE y",
  "\u{1f600}/\u4f60",
  "a".repeat(300),
  "constructor",
]

/** Walls: what is in one is never found from another. */
export const namespaces = (suite: StoreConformance): void =>
  group("namespaces", () => {
    check(suite, "are walls for every operation, whatever their names", (store) =>
      Effect.gen(function* () {
        for (const [i, namespace] of names.entries()) {
          const records = [{ id: "same", vector: vector(1, i), metadata: { i }, text: "zebra" }]
          yield* store.upsert({ namespace, stamp, records })
        }
        for (const [i, namespace] of names.entries()) {
          const found = yield* store.query({ namespace, stamp, vector: vector(1, 0), k: 10 })
          assert.deepStrictEqual(
            found.map(({ id, metadata }) => [id, metadata]),
            [["same", { i }]],
            namespace,
          )
          const got = yield* store.get(["same"], { namespace })
          assert.deepStrictEqual(
            got.map(({ metadata }) => metadata),
            [{ i }],
          )
          assert.strictEqual(yield* store.count({ namespace, filter: { i } }), 1)
          if (store.search === undefined) continue
          assert.deepStrictEqual(idsOf(yield* store.search({ namespace, text: "zebra", k: 10 })), ["same"])
        }
        const said = yield* store.namespaces
        assert.deepStrictEqual(said.map(({ name }) => name).sort(), names.toSorted())
        for (const { count, stamp: kept } of said) assert.deepStrictEqual([count, kept], [1, stamp])
        for (const [i, namespace] of names.entries()) {
          const what = [
            { namespace, all: true },
            { namespace, ids: ["same"] },
            { namespace, filter: {} },
          ] as const
          assert.strictEqual(yield* store.delete(what[i % 3] ?? what[0]), 1)
          assert.strictEqual((yield* store.namespaces).length, names.length - i - 1)
        }
      }),
    )

    check(suite, "without a name, it is the one named default", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: [{ id: "a", vector: vector(1, 0) }] })
        assert.deepStrictEqual(yield* allIds(store, { namespace: "default" }), ["a"])
        yield* store.upsert({ namespace: "default", stamp, records: [{ id: "b", vector: vector(1, 0) }] })
        assert.deepStrictEqual(yield* allIds(store), ["a", "b"])
        assert.strictEqual(yield* store.delete({ namespace: "default", all: true }), 2)
        assert.strictEqual(yield* store.count(), 0)
      }),
    )

    check(suite, "that are not there are empty, and asking makes none", (store) =>
      Effect.gen(function* () {
        const nowhere = { namespace: "nowhere" }
        assert.deepStrictEqual(yield* store.query({ ...nowhere, stamp, vector: vector(1, 0), k: 3 }), [])
        assert.deepStrictEqual(yield* store.get(["a"], nowhere), [])
        assert.strictEqual(yield* store.count({ ...nowhere, filter: { a: 1 } }), 0)
        assert.deepStrictEqual(yield* allIds(store, nowhere), [])
        for (const what of [{ all: true }, { ids: ["a"] }, { filter: {} }] as const) {
          assert.strictEqual(yield* store.delete({ ...nowhere, ...what }), 0)
        }
        if (store.search !== undefined) assert.deepStrictEqual(yield* store.search({ ...nowhere, text: "a", k: 1 }), [])
        yield* Stream.runDrain(store.list({ ...nowhere, filter: { a: 1 } }))
        assert.deepStrictEqual(yield* store.namespaces, [])
      }),
    )

    check(suite, "have each a stamp of their own", (store) =>
      Effect.gen(function* () {
        for (let dimensions = 1; dimensions <= 40; dimensions += 13) {
          const own = stampFor(dimensions, `v${dimensions}`)
          const records = [{ id: "a", vector: new Float32Array(dimensions).fill(1) }]
          yield* store.upsert({ namespace: `n${dimensions}`, stamp: own, records })
        }
        const said = yield* store.namespaces
        assert.sameDeepMembers(
          said.map(({ stamp }) => stamp),
          [1, 14, 27, 40].map((dimensions) => stampFor(dimensions, `v${dimensions}`)),
        )
      }),
    )
  })
