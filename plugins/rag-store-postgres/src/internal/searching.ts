import type { LlmError } from "@switchyard/core"
import { checkK, type TextQuery, type VectorMatch } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { conditionOf, parsed } from "./condition.ts"
import type { Database } from "./Database.ts"
import { texts } from "./embedding.ts"
import { contentOf, type Row, shown } from "./Entry.ts"
import { nameOf, type Space, type Spaces, tableOf } from "./Space.ts"
import { queryWords } from "./words.ts"

const most = 2 ** 31 - 1

/** Records that have one of the words. */
export const search = Effect.fnUntraced(function* (
  database: Database,
  spaces: Spaces,
  given: TextQuery,
): Effect.fn.Return<ReadonlyArray<VectorMatch>, LlmError> {
  const { sql, read } = database
  const refused = checkK(given.k)
  if (refused !== undefined) return yield* refused
  const condition = conditionOf(sql, yield* parsed(given.filter))
  const none: ReadonlyArray<VectorMatch> = []
  const k = Math.min(given.k, most)
  const found = spaces.within(nameOf(given), none, (space) => {
    const terms = queryWords(given.text, space.language)
    return terms.length === 0 ? Effect.succeed(none) : ranked(sql, space, { terms, k, condition })
  })
  return yield* read(found)
})

interface Wanted {
  readonly terms: ReadonlyArray<string>
  readonly k: number
  readonly condition: Fragment
}

/**
 * Of each term: how often it is in the text, as `ts_rank` counts it, with the text's length taken into account (flag 1: over
 * 1 + log of the length), times how rare it is (the idf of BM25: Robertson and Zaragoza 2009, equation 3.3, kept above 0 as
 * Lucene does). Postgres has no ranking of its own that knows what is rare.
 */
const ranked = (sql: SqlClient, space: Space, { terms, k, condition }: Wanted) => {
  const table = sql(tableOf(space))
  return Effect.map(
    sql<Row & { readonly score: number }>`WITH terms AS MATERIALIZED (
      SELECT DISTINCT plainto_tsquery(${space.language}::regconfig, term) AS term FROM unnest(${texts(terms)}) AS given (term)
    ), found AS MATERIALIZED (
      SELECT id, term, ts_rank(words, term, 1)::float8 AS rank FROM terms JOIN ${table} ON words @@ term WHERE ${condition}
    ), rarity AS (
      SELECT term, ln(1 + (greatest((SELECT count FROM switchyard_rag_namespaces WHERE number = ${space.number}::bigint)
        - count(*), 0) + 0.5) / (count(*) + 0.5))::float8 AS idf
      FROM found GROUP BY term
    ), best AS (
      SELECT id, sum(rank * idf) AS score FROM found JOIN rarity USING (term) GROUP BY id
      ORDER BY score DESC, id LIMIT ${k}
    ) SELECT id, score, ${sql.literal(shown)} FROM best JOIN ${table} USING (id) ORDER BY score DESC, id`,
    (rows) => rows.map(({ score, ...row }) => ({ ...contentOf(row), score })),
  )
}
