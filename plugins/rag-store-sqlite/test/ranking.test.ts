import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import type { VectorRecord } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeSqliteStore, type SqliteStore } from "../src/index.ts"
import { newFile } from "./places.ts"
import { numbers, vectorOf } from "./vectors.ts"

const dimensions = 8
const stamp = { id: "test/ranking", version: "1", dimensions }
const words = ["zebra", "lion", "bird", "parseHttpRequest", "north", "北京大学", "river", "stone"]

const below = (next: () => number, count: number): number => Math.floor(((next() + 1) / 2) * count)

const recordOf = (next: () => number, id: string): VectorRecord => ({
  id,
  vector: vectorOf(next, dimensions),
  text: Array.from({ length: 1 + below(next, 12) }, () => words[below(next, words.length)]).join(" "),
  metadata: { group: below(next, 5) },
})

/** All that each question finds, with its scores. */
const ranking = (store: SqliteStore) =>
  Effect.forEach([...words, "zebra by the river", "lion bird stone"], (text) =>
    Effect.map(store.search({ text, k: 1000 }), (found) => found.map(({ id, score }) => [id, score])),
  )

/** What a store gives that nothing else was ever in. */
const freshRanking = Effect.fnUntraced(function* (store: SqliteStore) {
  const fresh = yield* makeSqliteStore({ file: ":memory:" })
  const records = yield* Stream.runCollect(store.records())
  if (records.length > 0) yield* fresh.upsert({ stamp, records })
  return yield* ranking(fresh)
})

const change = (store: SqliteStore, next: () => number, records: ReadonlyArray<VectorRecord>) => {
  const group = below(next, 5)
  const known = records.filter(() => next() > 0.5)
  const given = Array.from({ length: 1 + below(next, 20) }, () => recordOf(next, `r${below(next, 60)}`))
  return [
    store.upsert({ stamp, records: given }),
    store.upsert({ stamp, records: given, replaces: { group } }),
    store.upsert({ stamp, records: known }),
    store.upsert({ stamp, records: known.map((one) => ({ ...one, metadata: { group } })), replaces: { group } }),
    Effect.asVoid(store.delete({ ids: known.slice(0, 3).map(({ id }) => id) })),
    Effect.asVoid(store.delete({ filter: { group } })),
  ][below(next, 6)]!
}

describe("the ranking of a search", () => {
  it.effect("depends on what is there alone, whatever was written and deleted before", () =>
    Effect.gen(function* () {
      for (let seed = 1; seed <= 8; seed++) {
        const next = numbers(seed)
        const store = yield* makeSqliteStore({ file: ":memory:" })
        for (let round = 0; round < 25; round++) {
          yield* change(store, next, yield* Stream.runCollect(store.records()))
          assert.deepStrictEqual(yield* ranking(store), yield* freshRanking(store), `seed ${seed}, round ${round}`)
        }
      }
    }).pipe(Effect.scoped),
  )

  it.effect("a rare word counts more than common ones, however often all was rewritten", () =>
    Effect.gen(function* () {
      const store = yield* makeSqliteStore({ file: ":memory:" })
      const next = numbers(1)
      const text = (at: number): string => (at === 0 ? "quokka" : at < 7 ? "common words here" : "other text")
      const records = Array.from({ length: 10 }, (_, at) => ({ ...recordOf(next, `r${at}`), text: text(at) }))
      for (let run = 0; run < 5; run++) {
        const marked = records.map((record) => ({ ...record, vector: vectorOf(next, dimensions) }))
        yield* store.upsert({ stamp, records: marked })
      }
      const [first, second] = yield* store.search({ text: "common words quokka", k: 10 })
      assert.strictEqual(first?.id, "r0")
      assert.isAbove(first?.score ?? 0, 2 * (second?.score ?? 0))
    }).pipe(Effect.scoped),
  )

  it.live("of a file that an older version wrote is brought up to date when it is opened", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const next = numbers(2)
      const records = Array.from({ length: 40 }, (_, at) => recordOf(next, `r${at}`))
      const use = <A, E>(run: (store: SqliteStore) => Effect.Effect<A, E>) =>
        Effect.scoped(Effect.flatMap(makeSqliteStore({ file }), run))
      const before = yield* use((store) => Effect.andThen(store.upsert({ stamp, records }), ranking(store)))
      const old = new DatabaseSync(file)
      old.exec(`DROP TABLE words_1;
        CREATE VIRTUAL TABLE words_1 USING fts5(words, content='', contentless_delete=1);
        INSERT INTO words_1 (rowid, words) SELECT key, 'zebra' FROM entries_1;
        DELETE FROM words_1 WHERE rowid > 20;
        PRAGMA user_version = 1`)
      old.close()
      assert.deepStrictEqual(yield* use(ranking), before)
      assert.deepStrictEqual(yield* use(ranking), before)
    }),
  )
})

describe("a record that differs in its metadata alone", () => {
  it.live("keeps its place, and is found by what it has now", () =>
    Effect.gen(function* () {
      const file = yield* newFile
      const store = yield* makeSqliteStore({ file })
      const next = numbers(3)
      const records = Array.from({ length: 5 }, (_, at) => recordOf(next, `r${at}`))
      yield* store.upsert({ stamp, records: records.map((one) => ({ ...one, metadata: { of: "a", run: 1 } })) })
      const keys = () => {
        const database = new DatabaseSync(file)
        const rows = database.prepare("SELECT key FROM entries_1 ORDER BY id").all()
        database.close()
        return rows.map(({ key }) => key)
      }
      const before = keys()
      const kept = yield* Stream.runCollect(store.records())
      const again = kept.slice(0, 3).map((one) => ({ ...one, metadata: { of: "a", run: 2 } }))
      yield* store.upsert({ stamp, records: again, replaces: { of: "a" } })
      assert.deepStrictEqual(keys(), before.slice(0, 3))
      assert.strictEqual(yield* store.count({ filter: { run: 2 } }), 3)
      assert.strictEqual(yield* store.count({ filter: { run: 1 } }), 0)
      assert.strictEqual(yield* store.count(), 3)
      assert.deepStrictEqual(yield* store.get(["r0", "r1", "r2", "r3"]), again)
    }),
  )
})
