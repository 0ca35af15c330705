import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  type EmbedderStamp,
  type ExactStore,
  makeExactStore,
  type VectorRecord,
  VectorStore,
  layerExactStore,
} from "../src/index.ts"
import { cosine, numbers, vectorOf } from "../src/conformance/vectors.ts"

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

    it.effect("vectors that went out come back the same, bit by bit", () =>
      Effect.gen(function* () {
        const next = numbers(7)
        for (const dimensions of [1, 2, 3, 24]) {
          const [first, second] = [yield* make, yield* make]
          const stamp = stampFor(dimensions)
          const records = Array.from({ length: 500 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, dimensions) }))
          yield* first.upsert({ stamp, records })
          const out = yield* Stream.runCollect(first.records())
          yield* second.upsert({ stamp, records: out })
          assert.deepStrictEqual(yield* Stream.runCollect(second.records()), out)
        }
      }),
    )

    it.effect("takes up to 16,384 dimensions", () =>
      Effect.gen(function* () {
        const store = yield* make
        const one = (dimensions: number) =>
          store.upsert({
            stamp: stampFor(dimensions),
            records: [{ id: "a", vector: new Float32Array(dimensions).fill(1) }],
          })
        assert.include((yield* Effect.flip(one(16_385))).message, "1 to 16384")
        yield* one(16_384)
        assert.strictEqual(yield* store.count(), 1)
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

it.effect("scores of single records are those of a query", () =>
  Effect.gen(function* () {
    const store = yield* makeExactStore()
    const own = { id: "test/scores", version: "1", dimensions: 3 }
    const records = ["a", "b", "c"].map((id, i) => ({ id, vector: new Float32Array([1, i, -i * i]) }))
    yield* store.upsert({ namespace: "n", stamp: own, records })
    const vector = new Float32Array([3, 1, 2])
    const found = yield* store.query({ namespace: "n", stamp: own, vector, k: 3 })
    const scores = yield* store.scores({ namespace: "n", vector, ids: [...found.map(({ id }) => id), "none"] })
    for (const [i, { score }] of found.entries()) assert.closeTo(scores[i] ?? Number.NaN, score, 1e-6)
    assert.deepStrictEqual([scores.length, scores[3]], [4, undefined])
    assert.deepStrictEqual(yield* store.scores({ vector, ids: ["a"] }), [undefined])
  }),
)
