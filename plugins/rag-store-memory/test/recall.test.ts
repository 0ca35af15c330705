import { assert, describe, it } from "@effect/vitest"
import { type Filter, makeExactStore, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeMemoryStore } from "../src/index.ts"
import { clustered } from "./vectors.ts"

const dimensions = 64
const stamp = { id: "test/clustered", version: "1", dimensions }
const k = 10

const filters: Readonly<Record<string, Filter | undefined>> = {
  "no filter": undefined,
  "a half": { half: 1 },
  "one in ten": { tenth: 3 },
  "one in a hundred": { hundredth: 42 },
  "one in all": { n: 77 },
  "one cluster of what is far away": { $not: { half: 0 }, tenth: { $gte: 8 } },
  none: { n: -1 },
}

const metadataOf = (n: number) => ({ n, half: n % 2, tenth: n % 10, hundredth: n % 100 })

/** The part of what the exact store finds. Never more, never in another order of scores. */
const recall = Effect.fnUntraced(function* (
  store: VectorStore,
  exact: VectorStore,
  queries: ReadonlyArray<Float32Array>,
  filter: Filter | undefined,
) {
  let hits = 0
  let all = 0
  for (const vector of queries) {
    const query = { stamp, vector, k, ...(filter === undefined ? {} : { filter }) }
    const [found, truth] = [yield* store.query(query), yield* exact.query(query)]
    assert.strictEqual(found.length, truth.length)
    const ids = new Set(found.map(({ id }) => id))
    hits += truth.filter(({ id }) => ids.has(id)).length
    all += truth.length
    for (const [i, { id, score }] of found.entries()) {
      assert.isAtMost(score, found[i - 1]?.score ?? 1)
      const same = truth.find((match) => match.id === id)
      if (same !== undefined) assert.closeTo(score, same.score, 1e-6)
    }
  }
  return all === 0 ? 1 : hits / all
})

describe("the approximate index", () => {
  it.live("finds 97 of 100 of the nearest through any filter, also after much has gone, come and changed", () =>
    Effect.gen(function* () {
      const next = clustered(1, dimensions, 60)
      const store = yield* makeMemoryStore({ approximate: { above: 1000 } })
      const exact = yield* makeExactStore()
      const both = <A>(run: (store: VectorStore) => Effect.Effect<A, unknown>) => Effect.all([run(store), run(exact)])
      const put = Effect.fnUntraced(function* (from: number, to: number) {
        const records = Array.from({ length: to - from }, (_, i) => ({
          id: `r${from + i}`,
          vector: next(),
          metadata: metadataOf(from + i),
        }))
        yield* both((each) => each.upsert({ stamp, records }))
      })
      const queries = Array.from({ length: 40 }, next)
      const judge = Effect.fnUntraced(function* (when: string) {
        yield* store.settled
        for (const [name, filter] of Object.entries(filters)) {
          assert.isAtLeast(yield* recall(store, exact, queries, filter), 0.97, `${when}, ${name}`)
        }
      })
      yield* put(0, 6000)
      yield* judge("at first")
      yield* both((each) => each.delete({ filter: { half: 0 } }))
      yield* judge("when half has gone")
      yield* put(3000, 7000)
      yield* judge("when others have come and some are new")
      yield* both((each) => each.delete({ filter: { n: { $gte: 500 } } }))
      yield* judge("when it is too small for an index")
      yield* put(0, 3000)
      yield* judge("when it has grown again")
    }),
  )

  it.live("queries miss nothing while it is made", () =>
    Effect.gen(function* () {
      const next = clustered(2, dimensions, 30)
      const store = yield* makeMemoryStore({ approximate: { above: 500 } })
      const exact = yield* makeExactStore()
      for (let round = 0; round < 10; round++) {
        const records = Array.from({ length: 300 }, (_, i) => ({
          id: `r${round * 300 + i}`,
          vector: next(),
          metadata: metadataOf(i),
        }))
        yield* store.upsert({ stamp, records })
        yield* exact.upsert({ stamp, records })
        for (const filter of [undefined, { tenth: 3 }])
          assert.isAtLeast(yield* recall(store, exact, [next(), next(), next()], filter), 0.96)
      }
    }),
  )

  it.live("a record that changes is found where it is now, at once and later", () =>
    Effect.gen(function* () {
      const next = clustered(3, dimensions, 30)
      const store = yield* makeMemoryStore({ approximate: "always" })
      const records = Array.from({ length: 1500 }, (_, i) => ({ id: `r${i}`, vector: next() }))
      yield* store.upsert({ stamp, records })
      yield* store.settled
      const [moved] = records
      const [from, to] = [moved?.vector ?? next(), next().map((value) => -value)]
      yield* store.upsert({ stamp, records: [{ id: "r0", vector: to }] })
      for (let round = 0; round < 2; round++) {
        const [there] = yield* store.query({ stamp, vector: to, k: 1 })
        assert.strictEqual(there?.id, "r0")
        const before = yield* store.query({ stamp, vector: from, k: 1 })
        assert.notStrictEqual(before[0]?.id, "r0")
        yield* store.settled
      }
    }),
  )
})
