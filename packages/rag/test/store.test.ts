import { assert, describe, it } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  type EmbedderStamp,
  type ExactStore,
  type Filter,
  makeExactStore,
  type VectorRecord,
  VectorStore,
  layerExactStore,
} from "../src/index.ts"
import { cosine, numbers, vectorOf } from "./vectors.ts"

const stampFor = (dimensions: number): EmbedderStamp => ({ id: "test/random", version: "1", dimensions })

/** What the store must say, by the definition: every vector, sorted by cosine and then by id. */
const bruteForce = (records: Iterable<VectorRecord>, vector: Float32Array, k: number) =>
  [...records]
    .map((record) => ({ id: record.id, score: cosine(record.vector, vector) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, k)

/** The same scores in the same order; where two of the truth are nearer than a float tells apart, either may be first. */
const assertNearest = (
  found: ReadonlyArray<{ readonly id: string; readonly score: number }>,
  records: ReadonlyMap<string, VectorRecord>,
  vector: Float32Array,
  k: number,
): void => {
  const truth = bruteForce(records.values(), vector, k)
  assert.strictEqual(found.length, truth.length)
  assert.strictEqual(new Set(found.map(({ id }) => id)).size, found.length)
  for (const [i, { id, score }] of found.entries()) {
    const record = records.get(id)
    assert.isDefined(record, id)
    assert.closeTo(score, truth[i]?.score ?? Number.NaN, 1e-5)
    assert.closeTo(score, cosine(record?.vector ?? new Float32Array(), vector), 1e-5)
  }
}

const Step = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Put"), id: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 150 })) }),
  Schema.Struct({ _tag: Schema.tag("Delete"), id: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 150 })) }),
])
const Case = Schema.Struct({
  seed: Schema.Natural,
  dimensions: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 70 })),
  first: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 })),
  k: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 })),
  steps: Schema.Array(Step).check(Schema.isMaxLength(60)),
})

const wayward = { id: "z", vector: new Float32Array([1, 0]) }
const flip = (effect: Effect.Effect<unknown, LlmError>) => Effect.flip(effect)

for (const arithmetic of ["fastest", "plain"] as const) {
  describe(`the exact store, ${arithmetic}`, () => {
    const make = makeExactStore({ arithmetic })

    it.effect.prop(
      "finds what brute force finds, after any puts and deletes",
      [Case],
      ([{ seed, dimensions, first, k, steps }]) =>
        Effect.gen(function* () {
          const next = numbers(seed)
          const stamp = stampFor(dimensions)
          const store = yield* make
          const kept = new Map<string, VectorRecord>()
          const record = (id: number): VectorRecord => ({ id: `r${id}`, vector: vectorOf(next, dimensions) })
          const records = Array.from({ length: first }, (_, i) => record(i))
          yield* store.upsert({ stamp, records })
          for (const each of records) kept.set(each.id, each)
          for (const { _tag, id } of steps) {
            if (_tag === "Put") {
              const fresh = record(id)
              yield* store.upsert({ stamp, records: [fresh] })
              kept.set(fresh.id, fresh)
            } else {
              const gone = yield* store.delete({ ids: [`r${id}`] })
              assert.strictEqual(gone, kept.delete(`r${id}`) ? 1 : 0)
            }
          }
          assert.strictEqual(yield* store.count(), kept.size)
          for (let i = 0; i < 3; i++) {
            const vector = vectorOf(next, dimensions)
            assertNearest(yield* store.query({ stamp, vector, k }), kept, vector, k)
          }
        }),
      { arbitrary: { seed: "exact", runs: 60 } },
    )

    it.effect("filters before it counts to k, and agrees with a filter over everything", () =>
      Effect.gen(function* () {
        const next = numbers(5)
        const store = yield* make
        const stamp = stampFor(24)
        const records = Array.from({ length: 1000 }, (_, i) => ({
          id: `r${i}`,
          vector: vectorOf(next, 24),
          metadata: { group: i % 100, tags: i % 2 === 0 ? ["even"] : [] },
        }))
        yield* store.upsert({ stamp, records })
        const tests: ReadonlyArray<readonly [Filter, (i: number) => boolean]> = [
          [{ group: 7 }, (i) => i % 100 === 7],
          [{ tags: "even", group: { $lt: 10 } }, (i) => i % 2 === 0 && i % 100 < 10],
          [{ group: 1000 }, () => false],
        ]
        for (const [filter, holds] of tests) {
          const kept = new Map(records.filter((_, i) => holds(i)).map((record) => [record.id, record]))
          const vector = vectorOf(next, 24)
          assertNearest(yield* store.query({ stamp, vector, k: 8, filter }), kept, vector, 8)
          assert.strictEqual(yield* store.count({ filter }), kept.size)
        }
        const even = yield* store.delete({ filter: { tags: "even" } })
        assert.deepStrictEqual([even, yield* store.count()], [500, 500])
      }),
    )

    it.effect("equal scores come in the order of their ids, also where k cuts", () =>
      Effect.gen(function* () {
        const store = yield* make
        const stamp = stampFor(3)
        const records = ["d", "b", "e", "a", "c"].map((id) => ({ id, vector: new Float32Array([1, 2, 2]) }))
        yield* store.upsert({ stamp, records })
        const found = yield* store.query({ stamp, vector: new Float32Array([1, 2, 2]), k: 3 })
        assert.deepStrictEqual(
          found.map(({ id }) => id),
          ["a", "b", "c"],
        )
        for (const { score } of found) assert.closeTo(score, 1, 1e-6)
      }),
    )

    it.effect("cosine: the length of a vector does not count, however large or small; zeros match nothing", () =>
      Effect.gen(function* () {
        const store = yield* make
        const stamp = stampFor(2)
        yield* store.upsert({
          stamp,
          records: [
            { id: "huge", vector: new Float32Array([3e38, 3e38]) },
            { id: "tiny", vector: new Float32Array([1e-40, 1e-40]) },
            { id: "zero", vector: new Float32Array(2) },
            { id: "against", vector: new Float32Array([-5, -5]) },
          ],
        })
        const found = yield* store.query({ stamp, vector: new Float32Array([2e-30, 2e-30]), k: 4 })
        assert.deepStrictEqual(
          found.map(({ id, score }) => [id, Math.round(score * 1000) / 1000]),
          [
            ["huge", 1],
            ["tiny", 1],
            ["zero", 0],
            ["against", -1],
          ],
        )
        const near = yield* store.query({ stamp, vector: new Float32Array([1, 1]), k: 4, minScore: 0.5 })
        assert.deepStrictEqual(
          near.map(({ id }) => id),
          ["huge", "tiny"],
        )
      }),
    )

    it.effect("vectors of another embedder are refused, in and out, with how to index again", () =>
      Effect.gen(function* () {
        const store = yield* make
        const stamp = stampFor(2)
        yield* store.upsert({ stamp, records: [{ id: "a", vector: new Float32Array([1, 0]) }] })
        for (const other of [
          { ...stamp, version: "2" },
          { ...stamp, id: "test/other" },
        ]) {
          for (const error of [
            yield* flip(store.upsert({ stamp: other, records: [wayward] })),
            yield* flip(store.query({ stamp: other, vector: new Float32Array([1, 0]), k: 1 })),
          ]) {
            assert.strictEqual(error.reason._tag, "InvalidRequest")
            assert.strictEqual(error.recovery, "none")
            for (const said of ["test/random@1", `${other.id}@${other.version}`, "index again", '"default"']) {
              assert.include(error.message, said)
            }
          }
        }
        assert.strictEqual(yield* store.count(), 1)
        yield* store.upsert({ namespace: "new", stamp: { ...stamp, version: "2" }, records: [wayward] })
        yield* store.delete({ all: true })
        yield* store.upsert({ stamp: { ...stamp, version: "2" }, records: [wayward] })
        assert.deepStrictEqual(
          (yield* store.namespaces).map(({ name, stamp, count }) => [name, stamp.version, count]),
          [
            ["new", "2", 1],
            ["default", "2", 1],
          ],
        )
      }),
    )

    it.effect("an upsert with one bad vector changes nothing, and names it", () =>
      Effect.gen(function* () {
        const store = yield* make
        const stamp = stampFor(2)
        const good = { id: "good", vector: new Float32Array([1, 0]) }
        for (const [vector, said] of [
          [new Float32Array([1, Number.NaN]), "NaN at 1"],
          [new Float32Array([Infinity, 1]), "Infinity at 0"],
          [new Float32Array([1, 2, 3]), "has 3 numbers"],
        ] as const) {
          const error = yield* flip(store.upsert({ stamp, records: [good, { id: "bad", vector }] }))
          assert.include(error.message, said)
          assert.include(error.message, '"bad"')
          assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : "", "records[1].vector")
        }
        assert.deepStrictEqual([yield* store.count(), yield* store.namespaces], [0, []])
      }),
    )

    it.effect("wrong queries are refused, also where there is nothing to find", () =>
      Effect.gen(function* () {
        const store = yield* make
        const stamp = stampFor(2)
        const vector = new Float32Array([1, 0])
        assert.deepStrictEqual(yield* store.query({ stamp, vector, k: 1 }), [])
        for (const k of [0, -1, 1.5, Number.NaN]) {
          assert.include((yield* flip(store.query({ stamp, vector, k }))).message, "k must be an integer from 1")
        }
        assert.include(
          (yield* flip(store.query({ stamp, vector: new Float32Array(3), k: 1 }))).message,
          "has 3 numbers",
        )
        const nan = new Float32Array([Number.NaN, 0])
        assert.include((yield* flip(store.query({ stamp, vector: nan, k: 1 }))).message, "NaN at 0")
        assert.include((yield* flip(store.upsert({ stamp: stampFor(16_385), records: [] }))).message, "1 to 16384")
      }),
    )

    it.effect("namespaces are walls, also when blocks of one are used again by another", () =>
      Effect.gen(function* () {
        const next = numbers(9)
        const store = yield* make
        const spaces = new Map<string, Map<string, VectorRecord>>()
        const fill = Effect.fnUntraced(function* (namespace: string, dimensions: number, count: number) {
          const records = Array.from({ length: count }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, dimensions) }))
          yield* store.upsert({ namespace, stamp: stampFor(dimensions), records })
          spaces.set(namespace, new Map(records.map((record) => [record.id, record])))
        })
        for (let i = 0; i < 40; i++) yield* fill(`n${i}`, 5 + i, 200 + i * 10)
        for (let i = 0; i < 40; i += 2) {
          yield* store.delete({ namespace: `n${i}`, all: true })
          spaces.delete(`n${i}`)
        }
        for (let i = 40; i < 50; i++) yield* fill(`n${i}`, 3 + i, 500)
        assert.strictEqual((yield* store.namespaces).length, spaces.size)
        for (const [namespace, kept] of spaces) {
          const dimensions = kept.get("r0")?.vector.length ?? 0
          const vector = vectorOf(next, dimensions)
          assertNearest(yield* store.query({ namespace, stamp: stampFor(dimensions), vector, k: 5 }), kept, vector, 5)
        }
      }),
    )

    it.effect("uses the memory of deleted records again", () =>
      Effect.gen(function* () {
        const next = numbers(3)
        const store = yield* make
        const records = Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, 40) }))
        const ids = records.map(({ id }) => id)
        yield* store.upsert({ stamp: stampFor(40), records })
        const before = yield* store.bytes
        assert.isAtLeast(before, 3000 * 40 * 4)
        for (let round = 0; round < 30; round++) {
          yield* store.delete(round % 2 === 0 ? { ids } : { all: true })
          yield* store.upsert({ stamp: stampFor(40), records })
        }
        assert.strictEqual(yield* store.bytes, before)
      }),
    )

    it.effect("gives records back: payload, metadata, and vectors of length 1 that are nobody else's", () =>
      Effect.gen(function* () {
        const store = yield* make
        const stamp = stampFor(2)
        const mine = new Float32Array([3, 4])
        yield* store.upsert({
          stamp,
          records: [
            { id: "a", vector: mine, metadata: { n: 1 }, payload: { text: "first" } },
            { id: "b", vector: mine },
            { id: "a", vector: mine, payload: ["last"] },
          ],
        })
        mine.fill(0)
        const [a, ...rest] = yield* store.get(["a", "none"])
        assert.deepStrictEqual(rest, [])
        assert.deepStrictEqual(a, { id: "a", vector: new Float32Array([0.6, 0.8]), metadata: {}, payload: ["last"] })
        a?.vector.fill(9)
        const all = yield* Stream.runCollect(store.records())
        assert.deepStrictEqual(
          all.map(({ id, vector }) => [id, [...vector]]),
          ["a", "b"].map((id) => [id, [...new Float32Array([0.6, 0.8])]]),
        )
        const [found] = yield* store.query({ stamp, vector: new Float32Array([3, 4]), k: 1 })
        assert.deepStrictEqual([found?.id, found?.metadata, found?.payload], ["a", {}, ["last"]])
      }),
    )
  })
}

it.effect("SIMD is what this engine gives, and stores of two stacks share nothing", () =>
  Effect.gen(function* () {
    const store: ExactStore = yield* makeExactStore()
    assert.strictEqual(store.arithmetic, "wasm-simd")
    const put = VectorStore.use((store) => store.upsert({ stamp: stampFor(2), records: [wayward] }))
    const count = VectorStore.use((store) => store.count())
    const layer = layerExactStore()
    assert.strictEqual(yield* Effect.provide(Effect.andThen(put, count), layer), 1)
    assert.strictEqual(yield* Effect.provide(count, layer), 0)
  }),
)
