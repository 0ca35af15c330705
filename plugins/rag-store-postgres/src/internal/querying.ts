import { isLlmError, type LlmError } from "@switchyard/core"
import { checkQuery, type VectorMatch, type VectorQuery } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Fragment } from "effect/sql/Statement"
import { Best } from "./Best.ts"
import { conditionOf, parsed } from "./condition.ts"
import type { Database } from "./Database.ts"
import { asVector, normalised, texts, vectorOf } from "./embedding.ts"
import { contentOf, type Row, shown } from "./Entry.ts"
import { type IndexType, nameOf, type Space, type Spaces, tableOf } from "./Space.ts"

export interface Wanted {
  readonly vector: Float32Array
  readonly k: number
  readonly minScore: number
  readonly condition: Fragment
}

interface ScoredRow extends Row {
  readonly score: number
}

/** As large as Postgres's `LIMIT` need be. */
const most = 2 ** 31 - 1

export const query = Effect.fnUntraced(function* (
  database: Database,
  spaces: Spaces,
  given: VectorQuery,
): Effect.fn.Return<ReadonlyArray<VectorMatch>, LlmError> {
  const path = yield* parsed(given.filter)
  const refused = checkQuery(given, undefined)
  if (refused !== undefined) return yield* refused
  const wanted: Wanted = {
    vector: normalised(given.vector),
    k: Math.min(given.k, most),
    minScore: given.minScore ?? -Infinity,
    condition: conditionOf(database.sql, path),
  }
  const none: ReadonlyArray<VectorMatch> = []
  const name = nameOf(given)
  const ask = spaces.within(name, none, (space) => {
    const other = checkQuery(given, space.stamp)
    return other === undefined ? nearest(database, space, wanted) : Effect.fail(other)
  })
  // What is known of the namespace may be of before it was emptied.
  const again = Effect.suspend(() => {
    spaces.forget(name)
    return ask
  })
  return yield* database.read(Effect.catchIf(ask, isLlmError, () => again))
})

const nearest = Effect.fnUntraced(function* (database: Database, space: Space, wanted: Wanted) {
  if (space.vectors === "scan") return yield* scanned(database, space, wanted)
  if (space.indexed !== null) {
    const near = (yield* indexed(database, space, space.indexed, wanted)).map(matchOf)
    // Fewer than there may be: the filter lets too few through for the index to find them.
    if (near.length >= wanted.k) return near.filter(({ score }) => score >= wanted.minScore)
  }
  return yield* compared(database, space, wanted)
})

const matchOf = ({ score, ...row }: ScoredRow): VectorMatch => {
  const { id, ...content } = contentOf(row)
  return { id, score: Math.max(-1, Math.min(1, score)), ...content }
}

/** The cosine: both have length 1. The operator is the inner product, negative. */
const scoreOf = (database: Database, vector: Float32Array): Fragment => {
  const { sql, extension } = database
  return sql`-(embedding OPERATOR(${sql.literal(extension?.schema ?? "public")}.<#>) ${asVector(database, vector)})`
}

/** Compares with every vector that the filter lets through. */
const compared = (database: Database, space: Space, { vector, k, minScore, condition }: Wanted) => {
  const { sql } = database
  const table = sql(tableOf(space))
  return Effect.map(
    sql<ScoredRow>`WITH best AS (
      SELECT id, score FROM (SELECT id, ${scoreOf(database, vector)} AS score FROM ${table} WHERE ${condition}) AS scored
      WHERE score >= ${String(minScore)}::float8 ORDER BY score DESC, id LIMIT ${k}
    ) SELECT id, score, ${sql.literal(shown)} FROM best JOIN ${table} USING (id) ORDER BY score DESC, id`,
    (rows) => rows.map(matchOf),
  )
}

/**
 * The index gives some more than asked for, in about the right order; their scores are of the vectors as they are kept.
 * `OFFSET` reads the settings, so that they hold before the index is: they last as long as the statement.
 */
export const indexed = (database: Database, space: Space, type: IndexType, { vector, k, condition }: Wanted) => {
  const { sql, extension, settings } = database
  const schema = extension?.schema ?? "public"
  const key = sql.literal(`${schema}.${type}(${space.stamp.dimensions})`)
  const more = k + Math.max(10, k >> 1)
  const candidates = Math.min(1000, Math.max(settings.efSearch, more))
  const table = sql(tableOf(space))
  return sql<ScoredRow>`WITH settings AS MATERIALIZED (
      SELECT set_config('hnsw.ef_search', ${String(candidates)}, true)
        || set_config('hnsw.iterative_scan', 'relaxed_order', true) AS done
    ), near AS MATERIALIZED (
      SELECT id, embedding FROM ${table} WHERE ${condition}
      ORDER BY embedding::${key} OPERATOR(${sql.literal(schema)}.<#>) ${asVector(database, vector)}::${key}
      LIMIT ${more} OFFSET (SELECT length(done) * 0 FROM settings)
    ), best AS (
      SELECT id, ${scoreOf(database, vector)} AS score FROM near ORDER BY score DESC, id LIMIT ${k}
    ) SELECT id, score, ${sql.literal(shown)} FROM best JOIN ${table} USING (id) ORDER BY score DESC, id`
}

/** Reads every vector that the filter lets through, a few hundred at a time, and compares here. One moment's view. */
const scanned = ({ sql, transaction }: Database, space: Space, { vector, k, minScore, condition }: Wanted) => {
  const table = sql(tableOf(space))
  const scan = Effect.gen(function* () {
    yield* sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
    const best = new Best(k, minScore)
    const rows = sql<{ readonly id: string; readonly embedding: Uint8Array }>`
      SELECT id, embedding FROM ${table} WHERE ${condition}`
    yield* Stream.runForEachArray(rows.stream, (some) =>
      Effect.sync(() => {
        for (const { id, embedding } of some) best.offer(id, dot(vector, vectorOf(embedding)))
      }),
    )
    const found = new Map(best.sorted().map(({ id, score }) => [id, score]))
    const contents = yield* sql<Row>`
      SELECT id, ${sql.literal(shown)} FROM ${table} WHERE id = ANY(${texts([...found.keys()])})`
    const byId = new Map(contents.map((row) => [row.id, row]))
    return [...found].flatMap(([id, score]) => {
      const row = byId.get(id)
      return row === undefined ? [] : [matchOf({ ...row, score })]
    })
  })
  return transaction(scan)
}

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
