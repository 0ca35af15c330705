import { assert, describe, it } from "@effect/vitest"
import { type Filter, makeExactStore, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeMemoryStore } from "../src/index.ts"
import { texts, textStamp } from "./texts.ts"
import { clustered } from "./vectors.ts"

const dimensions = 64
const clusteredStamp = { id: "test/clustered", version: "1", dimensions }
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
  stamp = clusteredStamp,
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
        yield* both((each) => each.upsert({ stamp: clusteredStamp, records }))
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

  it.live(
    "finds as many with texts, by passages and by short questions",
    () =>
      Effect.gen(function* () {
        const { vectors, passages, short } = yield* texts(6000, 100)
        const store = yield* makeMemoryStore({ approximate: { above: 1000 } })
        const exact = yield* makeExactStore()
        const records = vectors.map((vector, n) => ({ id: `r${n}`, vector, metadata: metadataOf(n) }))
        for (const each of [store, exact]) yield* each.upsert({ stamp: textStamp, records })
        yield* store.settled
        for (const [kind, queries] of Object.entries({ passages, short })) {
          for (const name of ["no filter", "a half", "one in ten"]) {
            const found = yield* recall(store, exact, queries, filters[name], textStamp)
            assert.isAtLeast(found, 0.975, `${kind}, ${name}`)
          }
        }
      }),
    30_000,
  )

  it.live("finds what is beside very many equal vectors, and of those the ones whose ids sort first", () =>
    Effect.gen(function* () {
      const next = clustered(5, dimensions, 60)
      const same = next()
      const store = yield* makeMemoryStore({ approximate: { above: 1000 } })
      const exact = yield* makeExactStore()
      const records = Array.from({ length: 5000 }, (_, n) => ({
        id: `r${(n * 7919) % 5000}`,
        vector: n % 5 < 3 ? same : next(),
        metadata: metadataOf(n),
      }))
      const both = <A>(run: (store: VectorStore) => Effect.Effect<A, unknown>) => Effect.all([run(store), run(exact)])
      yield* both((each) => each.upsert({ stamp: clusteredStamp, records }))
      const queries = [
        same,
        ...Array.from({ length: 60 }, next),
        ...records.filter((_, n) => n % 40 === 3).map(({ vector }) => vector),
      ]
      for (const half of [0, 1, 2]) {
        yield* store.settled
        for (const filter of [undefined, { half: 1 }, { tenth: 2 }])
          assert.isAtLeast(yield* recall(store, exact, queries, filter), 0.99, JSON.stringify([half, filter]))
        // Those that stand for others go too, and come back.
        if (half === 0) yield* both((each) => each.delete({ ids: records.slice(0, 2500).map(({ id }) => id) }))
        else yield* both((each) => each.upsert({ stamp: clusteredStamp, records: records.slice(0, 3500) }))
      }
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
        yield* store.upsert({ stamp: clusteredStamp, records })
        yield* exact.upsert({ stamp: clusteredStamp, records })
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
      yield* store.upsert({ stamp: clusteredStamp, records })
      yield* store.settled
      const [moved] = records
      const [from, to] = [moved?.vector ?? next(), next().map((value) => -value)]
      yield* store.upsert({ stamp: clusteredStamp, records: [{ id: "r0", vector: to }] })
      for (let round = 0; round < 2; round++) {
        const [there] = yield* store.query({ stamp: clusteredStamp, vector: to, k: 1 })
        assert.strictEqual(there?.id, "r0")
        const before = yield* store.query({ stamp: clusteredStamp, vector: from, k: 1 })
        assert.notStrictEqual(before[0]?.id, "r0")
        yield* store.settled
      }
    }),
  )
})
