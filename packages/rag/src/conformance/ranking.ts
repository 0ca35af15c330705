import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { VectorRecord } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { idsOf, judgeMatches } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { numbers, stampFor, vector, vectorOf } from "./vectors.ts"

/** Which matches come, and in which order. */
export const ranking = (suite: StoreConformance): void =>
  group("queries", () => {
    order(suite)
    lengths(suite)
    recall(suite)
  })

const order = (suite: StoreConformance): void => {
  check(suite, "equal scores come in the order of their ids, also where k cuts and among others", (store) =>
    Effect.gen(function* () {
      const stamp = stampFor(3)
      const equal = ["d", "B", "e", "a", "\u{e9}", "a2", "a10", "_", "1", "C"]
      const records = equal.map((id) => ({ id, vector: vector(1, 2, 2) }))
      const near = { id: "z", vector: vector(1, 2, 2.1) }
      const far = { id: "A", vector: vector(-1, 2, 2) }
      yield* store.upsert({ stamp, records: [far, ...records, near] })
      const sorted = ["1", "B", "C", "_", "a", "a10", "a2", "d", "e", "\u{e9}"]
      for (const k of [1, 3, 9, 10]) {
        const found = yield* store.query({ stamp, vector: vector(1, 2, 2), k })
        assert.deepStrictEqual(idsOf(found), sorted.slice(0, k))
      }
      const all = yield* store.query({ stamp, vector: vector(1, 2, 2), k: 1000 })
      assert.deepStrictEqual(idsOf(all), [...sorted, "z", "A"])
    }),
  )

  check(suite, "minScore leaves out what is below it, and nothing else", (store) =>
    Effect.gen(function* () {
      const stamp = stampFor(2)
      const at = (id: string, degrees: number) => {
        const angle = (degrees * Math.PI) / 180
        return { id, vector: vector(Math.cos(angle), Math.sin(angle)) }
      }
      yield* store.upsert({ stamp, records: [at("0", 0), at("30", 30), at("60", 60), at("90", 90), at("180", 180)] })
      const ask = (minScore: number, k = 10) =>
        Effect.map(store.query({ stamp, vector: vector(2, 0), k, minScore }), idsOf)
      assert.deepStrictEqual(yield* ask(0.7), ["0", "30"])
      assert.deepStrictEqual(yield* ask(0.7, 1), ["0"])
      assert.deepStrictEqual(yield* ask(-0.5), ["0", "30", "60", "90"])
      assert.deepStrictEqual(yield* ask(-1.5), ["0", "30", "60", "90", "180"])
      assert.deepStrictEqual(yield* ask(1.5), [])
    }),
  )
}

const lengths = (suite: StoreConformance): void =>
  check(suite, "the length of a vector does not count, however large or small; zeros score 0", (store) =>
    Effect.gen(function* () {
      const stamp = stampFor(2)
      const records = [
        { id: "huge", vector: vector(3e38, 3e38) },
        { id: "tiny", vector: vector(1e-40, 1e-40) },
        { id: "zero", vector: vector(0, 0) },
        { id: "against", vector: vector(-5, -5) },
      ]
      yield* store.upsert({ stamp, records })
      for (const query of [vector(2e-30, 2e-30), vector(3e38, 3e38), vector(1, 1)]) {
        const found = yield* store.query({ stamp, vector: query, k: 4 })
        assert.deepStrictEqual(found.map(({ id }) => id).sort(), ["against", "huge", "tiny", "zero"])
        const scores = { huge: 1, tiny: 1, zero: 0, against: -1 }
        for (const { id, score } of found) {
          assert.closeTo(score, scores[id as keyof typeof scores], suite.tolerance ?? 1e-5, id)
          assert.isTrue(score >= -1 && score <= 1, `${id}: ${score}`)
        }
        assert.deepStrictEqual(idsOf(found).slice(2), ["zero", "against"])
      }
      const none = yield* store.query({ stamp, vector: vector(0, 0), k: 3 })
      assert.deepStrictEqual(
        none.map(({ id, score }) => [id, Math.abs(score)]),
        [
          ["against", 0],
          ["huge", 0],
          ["tiny", 0],
        ],
      )
      assert.deepStrictEqual(yield* store.query({ stamp, vector: vector(0, 0), k: 3, minScore: 0.1 }), [])
    }),
  )

const recall = (suite: StoreConformance): void => {
  const count = 2000
  const dimensions = 24
  check(suite, "find the nearest among thousands, through filters that let many or few through", (store) =>
    Effect.gen(function* () {
      const next = numbers(5)
      const stamp = stampFor(dimensions)
      const records = Array.from({ length: count }, (_, i) => ({
        id: `r${i}`,
        vector: vectorOf(next, dimensions),
        metadata: { half: i % 2, tenth: i % 10, hundredth: i % 100, one: i },
      }))
      yield* store.upsert({ stamp, records })
      const narrow: ReadonlyArray<readonly [field: "half" | "tenth" | "hundredth" | "one", value: number]> = [
        ["half", 1],
        ["tenth", 3],
        ["hundredth", 42],
        ["one", 7],
        ["one", -1],
      ]
      for (const test of [undefined, ...narrow]) {
        const through = records.filter(({ metadata }) => test === undefined || metadata[test[0]] === test[1])
        const candidates = new Map<string, VectorRecord>(through.map((record) => [record.id, record]))
        let found = 0
        for (let i = 0; i < 20; i++) {
          const wanted = { vector: vectorOf(next, dimensions), k: 10 }
          const filter = test === undefined ? {} : { filter: { [test[0]]: test[1] } }
          found += judgeMatches(suite, yield* store.query({ stamp, ...wanted, ...filter }), candidates, wanted)
        }
        assert.isAtLeast(found / 20, 0.9, `recall@10 through ${JSON.stringify(test)}`)
      }
    }),
  )
}
