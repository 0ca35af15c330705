import { assert, describe, it } from "@effect/vitest"
import { makeExactStore, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { openDatabase } from "../src/internal/Database.ts"
import { indexed } from "../src/internal/querying.ts"
import { findSpace } from "../src/internal/Space.ts"
import { storeOn } from "../src/internal/storeOn.ts"
import { findExtension } from "../src/internal/VectorEngine.ts"
import { useEmbedded } from "./places.ts"
import { clustered, numbers } from "./vectors.ts"

const embedded = useEmbedded()
const dimensions = 32
const count = 3000
const next = numbers(3)
const vector = clustered(next, dimensions, 40)
const stamp = { id: "test/clusters", version: "1", dimensions }
const records = Array.from({ length: count }, (_, i) => ({
  id: `r${i}`,
  vector: vector(),
  metadata: { n: i, tenth: i % 10 },
}))

const opened = (options: { readonly indexAbove: number; readonly indexed?: "halfvec" | "vector" }) =>
  Effect.flatMap(Effect.promise(embedded), (url) =>
    Effect.map(openDatabase({ ...options, url }), (database) => ({ database, store: storeOn(database) })),
  )

/** The part of the exact answers that the store gives too. */
const recall = Effect.fnUntraced(function* (store: VectorStore, exact: VectorStore, filter?: { n: { $gte: number } }) {
  let hits = 0
  let there = 0
  for (let i = 0; i < 40; i++) {
    const asked = { stamp, vector: vector(), k: 10, ...(filter === undefined ? {} : { filter }) }
    const truth = (yield* exact.query(asked)).map(({ id }) => id)
    const found = yield* store.query(asked)
    assert.strictEqual(found.length, truth.length)
    hits += found.filter(({ id }) => truth.includes(id)).length
    there += truth.length
  }
  return hits / there
})

for (const type of ["vector", "halfvec"] as const) {
  describe(`an index on ${type}`, () => {
    it.live(
      "is built by the upsert that passes indexAbove, is used, and misses few, with filters too",
      () =>
        Effect.scoped(
          Effect.gen(function* () {
            const { database, store } = yield* opened({ indexAbove: 2000, indexed: type })
            const exact = yield* makeExactStore()
            const isIndexed = Effect.map(findSpace(database.sql, "default"), (space) => space?.indexed)
            for (const some of [records.slice(0, 2000), records.slice(2000)]) {
              assert.isNull((yield* isIndexed) ?? null)
              yield* store.upsert({ stamp, records: some })
              yield* exact.upsert({ stamp, records: some })
            }
            assert.strictEqual(yield* isIndexed, type)
            assert.isAtLeast(yield* recall(store, exact), 0.97)
            for (const least of [100, 1500, 2700, 2995]) {
              assert.isAtLeast(yield* recall(store, exact, { n: { $gte: least } }), 0.97, `n from ${least}`)
            }
            const more = records
              .slice(0, 300)
              .map((record) => ({ ...record, id: `more-${record.id}`, vector: vector() }))
            yield* store.upsert({ stamp, records: more, replaces: { n: { $lt: 300 } } })
            yield* exact.upsert({ stamp, records: more, replaces: { n: { $lt: 300 } } })
            assert.isAtLeast(yield* recall(store, exact), 0.97, "after a change")
          }),
        ),
      120_000,
    )
  })
}

interface Plan {
  readonly "Node Type": string
  readonly "Index Name"?: string
  readonly "Actual Rows": number
  readonly Plans?: ReadonlyArray<Plan>
}

const nodes = (plan: Plan): ReadonlyArray<Plan> => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

it.live(
  "a query sets what it needs for itself, and goes through the index until it has enough",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { database, store } = yield* opened({ indexAbove: 1000 })
        const { sql } = database
        yield* store.upsert({ stamp, records })
        const space = yield* findSpace(sql, "default")
        if (space === undefined) return assert.fail("no namespace")
        // More than the 1,000 candidates that a scan may have at once: the index has to be asked again and again.
        const wanted = { vector: vector(), k: 1000, minScore: -Infinity, condition: sql`TRUE` }
        const statement = indexed(database, space, "vector", wanted)
        yield* sql`SET enable_seqscan = off`
        const [explained] = yield* sql<{ readonly "QUERY PLAN": ReadonlyArray<{ readonly Plan: Plan }> }>`
          EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`
        const scans = (explained?.["QUERY PLAN"] ?? []).flatMap(({ Plan }) => nodes(Plan))
        const near = scans.find((plan) => plan["Index Name"]?.includes("embedding") === true)
        assert.strictEqual(near?.["Node Type"], "Index Scan")
        assert.strictEqual(near?.["Actual Rows"], 1500)
        const [setting] = yield* sql<{
          readonly ef: string | null
        }>`SELECT current_setting('hnsw.ef_search', true) AS ef`
        assert.notStrictEqual(setting?.ef, "1000", "the setting ended with the statement")
        return undefined
      }),
    ),
  120_000,
)

it.live(
  "a query is planned for its own filter, however often it was asked before",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { database, store } = yield* opened({ indexAbove: 1000 })
        yield* store.upsert({ stamp, records: records.slice(0, 1100) })
        for (let tenth = 0; tenth < 10; tenth++)
          yield* store.query({ stamp, vector: vector(), k: 3, filter: { tenth } })
        // A statement that is kept gets a plan for any parameters at its sixth use, which the index is no part of.
        assert.deepStrictEqual(yield* database.sql`SELECT statement FROM pg_prepared_statements`, [])
      }),
    ),
  120_000,
)

it.live(
  "pgvector goes where all may use it, and not to the first who opens a store",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { sql } = yield* openDatabase({ url: yield* Effect.promise(embedded) })
        yield* sql`DROP EXTENSION vector CASCADE`
        yield* sql`CREATE SCHEMA tenant`
        yield* sql`SET search_path = tenant`
        assert.deepInclude(yield* findExtension(sql), { schema: "public" })
        yield* sql`DROP EXTENSION vector CASCADE`
        yield* sql`DROP SCHEMA public CASCADE`
        assert.deepInclude(yield* findExtension(sql), { schema: "tenant" })
      }),
    ),
  120_000,
)

it.live(
  "pgvector in a schema that the user may not use is as none, and says so",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { sql } = yield* openDatabase({ url: yield* Effect.promise(embedded) })
        yield* sql`CREATE SCHEMA owned`
        yield* sql`ALTER EXTENSION vector SET SCHEMA owned`
        yield* sql`CREATE ROLE bob`
        yield* sql`SET ROLE bob`
        const why = yield* findExtension(sql)
        if (typeof why !== "string") return assert.fail("it cannot be used")
        assert.match(why, /schema owned, .* GRANT USAGE ON SCHEMA owned TO bob/)
        yield* sql`RESET ROLE`
        yield* sql`GRANT USAGE ON SCHEMA owned TO bob`
        yield* sql`SET ROLE bob`
        assert.deepInclude(yield* findExtension(sql), { schema: "owned" })
        return undefined
      }),
    ),
  120_000,
)

it.live(
  "pgvector may be in a schema that is not on the search path",
  () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(embedded)
      const moved = Effect.flatMap(openDatabase({ url }), ({ sql }) =>
        Effect.andThen(sql`CREATE SCHEMA "Else where"`, sql`ALTER EXTENSION vector SET SCHEMA "Else where"`),
      )
      yield* Effect.scoped(moved)
      for (const indexAbove of [0, 10_000]) {
        const asked = Effect.gen(function* () {
          const store = storeOn(yield* openDatabase({ url, indexAbove }))
          yield* store.upsert({ stamp, records: records.slice(0, 20) })
          assert.strictEqual((yield* store.query({ stamp, vector: vector(), k: 5, filter: { tenth: 3 } })).length, 2)
          assert.strictEqual((yield* store.query({ stamp, vector: vector(), k: 5 })).length, 5)
          assert.strictEqual((yield* store.get(["r1"])).length, 1)
          assert.strictEqual(yield* store.delete({ all: true }), 20)
        })
        yield* Effect.scoped(asked)
      }
    }),
  120_000,
)
