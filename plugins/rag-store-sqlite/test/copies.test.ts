import { assert, describe, it } from "@effect/vitest"
import type { VectorMatch } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeSqliteStore, type SqliteStore } from "../src/index.ts"
import { newFile } from "./places.ts"
import { numbers, vectorOf } from "./vectors.ts"

const dimensions = 24
const stamp = { id: "test/copies", version: "1", dimensions }

const recordsOf = (next: () => number, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${from + i}`,
    vector: vectorOf(next, dimensions),
    metadata: { tenth: (from + i) % 10, half: (from + i) % 2 },
  }))

const same = (found: ReadonlyArray<VectorMatch>, expected: ReadonlyArray<VectorMatch>) => {
  assert.deepStrictEqual(
    found.map(({ id, metadata }) => [id, metadata]),
    expected.map(({ id, metadata }) => [id, metadata]),
  )
  for (const [i, { score }] of found.entries()) assert.closeTo(score, expected[i]?.score ?? Number.NaN, 1e-5)
}

/** Asks until the copy is there: it is read beside what else is asked. */
const untilCopied = Effect.fnUntraced(function* (store: SqliteStore, next: () => number, vectors: number) {
  for (let i = 0; i < 200 && (yield* store.bytes) < vectors * dimensions * 4; i++) {
    yield* store.query({ stamp, vector: vectorOf(next, dimensions), k: 3 })
    yield* Effect.sleep(1)
  }
  assert.isAtLeast(yield* store.bytes, vectors * dimensions * 4)
})

describe("copies in memory", () => {
  it.live(
    "a namespace that is asked often gets one, and answers as the file does, whoever writes",
    () =>
      Effect.gen(function* () {
        const file = yield* newFile
        const next = numbers(3)
        const asked = yield* makeSqliteStore({ file })
        const other = yield* makeSqliteStore({ file, copyBytes: 0 })
        yield* asked.upsert({ stamp, records: recordsOf(next, 0, 12_500) })
        const before = yield* asked.bytes
        for (let i = 0; i < 8; i++) yield* asked.query({ stamp, vector: vectorOf(next, dimensions), k: 3 })
        assert.strictEqual(yield* asked.bytes, before, "one question is answered from the file")
        yield* untilCopied(asked, next, 12_500)
        for (let round = 0; round < 25; round++) {
          const by = round % 2 === 0 ? asked : other
          const from = Math.floor(Math.abs(next()) * 12_500)
          const change = [
            by.upsert({ stamp, records: recordsOf(next, from, 30) }),
            by.delete({ ids: [`r${from}`, `r${from + 1}`] }),
            by.upsert({ stamp, records: recordsOf(next, 20_000 + round, 2), replaces: { tenth: 3, half: 0 } }),
            by.upsert({ stamp, records: recordsOf(next, 30_000 + round * 1500, 1500) }),
            by.delete({ filter: { tenth: round % 10, half: 1 } }),
          ][round % 5]
          yield* change ?? Effect.void
          for (const filter of [undefined, { half: 1 }, { tenth: 4 }, { half: 7 }]) {
            const query = {
              stamp,
              vector: vectorOf(next, dimensions),
              k: 20,
              ...(filter === undefined ? {} : { filter }),
            }
            same(yield* asked.query(query), yield* other.query(query))
          }
        }
        const held = yield* asked.bytes
        yield* other.delete({ all: true })
        const query = { stamp, vector: vectorOf(next, dimensions), k: 3 }
        assert.deepStrictEqual(yield* asked.query(query), [])
        yield* other.upsert({ stamp: { ...stamp, version: "2" }, records: recordsOf(next, 0, 5) })
        for (let i = 0; i < 12; i++) {
          const found = yield* asked.query({ ...query, stamp: { ...stamp, version: "2" } })
          assert.strictEqual(found.length, 3)
        }
        assert.strictEqual(yield* asked.bytes, held, "its memory is used again")
      }),
    30_000,
  )

  it.live("what is larger than the limit is never copied, and what outgrows it is let go", () =>
    Effect.gen(function* () {
      const next = numbers(4)
      const store = yield* makeSqliteStore({ file: ":memory:", copyBytes: 2000 * dimensions * 4 })
      const ask = (namespace: string) => store.query({ namespace, stamp, vector: vectorOf(next, dimensions), k: 3 })
      const empty = yield* store.bytes
      yield* store.upsert({ namespace: "large", stamp, records: recordsOf(next, 0, 2001) })
      for (let i = 0; i < 20; i++) yield* ask("large")
      assert.strictEqual(yield* store.bytes, empty)
      yield* store.delete({ namespace: "large", ids: ["r0"] })
      yield* store.upsert({ namespace: "other", stamp, records: recordsOf(next, 0, 1) })
      for (let i = 0; i < 20; i++) assert.strictEqual((yield* ask("large")).length, 3)
      for (let i = 0; i < 20; i++) assert.strictEqual((yield* ask("other")).length, 1)
    }),
  )
})
