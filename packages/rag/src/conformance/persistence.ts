import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { VectorMatch, VectorRecord, VectorStore } from "../VectorStore.ts"
import { check, testLimitMs } from "./check.ts"
import { group } from "./group.ts"
import { idsOf, refused } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { cosine, numbers, stampFor, vector, vectorOf } from "./vectors.ts"

const dimensions = 6
const stamp = stampFor(dimensions)
const next = numbers(11)
const records = Array.from({ length: 300 }, (_, i) => ({
  id: `r${i} '\u{1f600}'`,
  vector: vectorOf(next, dimensions),
  metadata: { i, tags: [`t${i % 7}`, null] },
  text: i % 3 === 0 ? `zebra number ${i}` : "",
  payload: { start: i, headings: ["One", "\u4e8c"] },
}))

/** Everything that can be asked of a store, in an order that is the same everywhere. */
const everything = Effect.fnUntraced(function* (store: VectorStore) {
  const query = { stamp, vector: vectorOf(numbers(3), dimensions), k: 25 }
  const all = yield* Stream.runCollect(store.records())
  return {
    namespaces: (yield* store.namespaces).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    records: all.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    found: yield* store.query(query),
    filtered: yield* store.query({ ...query, filter: { tags: "t3" } }),
    searched: store.search === undefined ? [] : yield* store.search({ text: "zebra 33", k: 5 }),
  }
})

type Everything = Effect.Success<ReturnType<typeof everything>>

/** The same in all but the last digits of numbers. */
const assertSame = ({ tolerance = 1e-5 }: StoreConformance, after: Everything, before: Everything): void => {
  assert.deepStrictEqual(after.namespaces, before.namespaces)
  assert.deepStrictEqual(after.records.map(withoutVector), before.records.map(withoutVector))
  for (const [i, { id, vector }] of after.records.entries()) {
    assert.closeTo(cosine(vector, before.records[i]?.vector ?? vector.slice(0, 0)), 1, tolerance, id)
  }
  for (const part of ["found", "filtered", "searched"] as const) {
    assert.deepStrictEqual(after[part].map(withoutScore), before[part].map(withoutScore), part)
    for (const [i, { id, score }] of after[part].entries()) {
      assert.closeTo(score, before[part][i]?.score ?? Number.NaN, tolerance, `the score of "${id}"`)
    }
  }
}

const withoutVector = ({ vector: _vector, ...rest }: VectorRecord) => rest
const withoutScore = ({ score: _score, ...rest }: VectorMatch) => rest

/** What is there after the store was closed, and what a snapshot is. */
export const persistence = (suite: StoreConformance): void => {
  snapshots(suite)
  const { reopen } = suite
  if (reopen === undefined) return
  group("opened again", () => {
    const opened = (title: string, body: (open: Opened) => Effect.Effect<unknown, unknown>) =>
      it.live(title, () => Effect.scoped(Effect.flatMap(reopen, (open) => body(openedBy(open)))), testLimitMs)

    opened("gives the same answers", (open) =>
      Effect.gen(function* () {
        const before = yield* open((store) =>
          Effect.andThen(
            Effect.all([
              store.upsert({ stamp, records }),
              store.upsert({
                namespace: "other",
                stamp: stampFor(2, "2"),
                records: [{ id: "x", vector: vector(1, 2) }],
              }),
              store.delete({ ids: idsOf(records.slice(0, 20)) }),
              store.upsert({ stamp, records: records.slice(20, 22), replaces: { tags: "t1" } }),
            ]),
            everything(store),
          ),
        )
        assert.isAbove(before.records.length, 200)
        for (let times = 0; times < 2; times++) assertSame(suite, yield* open(everything), before)
      }),
    )

    opened("still refuses vectors of another stamp, and goes on from there", (open) =>
      Effect.gen(function* () {
        yield* open((store) => store.upsert({ stamp, records }))
        yield* open((store) => refused(store.upsert({ stamp: stampFor(dimensions, "2"), records: [] }), "stamp"))
        yield* open((store) => store.delete({ filter: { i: { $gte: 5 } } }))
        assert.strictEqual(yield* open((store) => store.count()), 5)
        yield* open((store) => store.delete({ all: true }))
        assert.deepStrictEqual(yield* open((store) => store.namespaces), [])
        yield* open((store) => store.upsert({ stamp: stampFor(2), records: [{ id: "x", vector: vector(1, 2) }] }))
        assert.strictEqual(yield* open((store) => store.count()), 1)
      }),
    )
  })
}

type Opened = <A>(use: (store: VectorStore) => Effect.Effect<A, unknown>) => Effect.Effect<A, unknown>

/** Opens, uses and closes. */
const openedBy =
  (
    open: NonNullable<StoreConformance["reopen"]> extends Effect.Effect<infer Open, unknown, infer _> ? Open : never,
  ): Opened =>
  (use) =>
    Effect.scoped(Effect.flatMap(open, use))

const snapshots = (suite: StoreConformance): void => {
  if (!suite.capabilities.snapshot) {
    check(suite, "a snapshot is not there", (store) => Effect.sync(() => assert.isUndefined(store.snapshot)))
    return
  }
  check(suite, "a snapshot is of the moment it was taken, and holds more when there is more", (store) =>
    Effect.gen(function* () {
      const { snapshot } = store
      if (snapshot === undefined) return assert.fail("the store says that it makes snapshots, and has no snapshot")
      const empty = yield* snapshot
      yield* store.upsert({ stamp, records })
      const full = yield* snapshot
      const copy = full.slice()
      assert.isAtLeast(full.length - empty.length, records.length * dimensions * 2)
      yield* store.delete({ all: true })
      assert.deepStrictEqual(full, copy)
      return undefined
    }),
  )
}
