// The figures of the README: `node --conditions=@switchyard/source test/measure.ts [records] [mode…]`. Modes: embedded,
// embedded-indexed, embedded-scan, server. The server is the one of the tests; it needs POSTGRES_URL or 127.0.0.1:5432.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findPostgres } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { type Database, openDatabase } from "../src/internal/Database.ts"
import { asVector } from "../src/internal/embedding.ts"
import { findSpace, type Space, tableOf } from "../src/internal/Space.ts"
import { storeOn } from "../src/internal/storeOn.ts"
import { indexType } from "../src/internal/tables.ts"
import type { PostgresStoreOptions } from "../src/index.ts"
import { clustered, numbers } from "./vectors.ts"

const [count = 10_000, ...modes] = process.argv.slice(2).map((word) => (/^\d+$/.test(word) ? Number(word) : word))
const size = Number(count)
const dimensions = 384
const stamp = { id: "measure/clusters", version: "1", dimensions }
const next = numbers(7)

const vector = clustered(next, dimensions, 200)

/** A word for a number. */
const letters = (n: number): string => `z${[...String(n)].map((digit) => "bcdfghjklm"[Number(digit)]).join("")}`

const percentile = (sorted: ReadonlyArray<number>, part: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2)

const timed = Effect.fnUntraced(function* (name: string, times: number, ask: () => Effect.Effect<unknown, unknown>) {
  const took: Array<number> = []
  for (let i = 0; i < times + 10; i++) {
    const from = performance.now()
    yield* ask()
    if (i >= 10) took.push(performance.now() - from)
  }
  took.sort((a, b) => a - b)
  console.log(`  ${name.padEnd(42)} p50 ${percentile(took, 0.5)} ms  p99 ${percentile(took, 0.99)} ms`)
})

/** The statement that a program without the store would write, on the same table and connection. */
const bare = (database: Database, space: Space, filtered: boolean): Effect.Effect<unknown, SqlError> => {
  const { sql, engine } = database
  const table = tableOf(space)
  const where = filtered ? sql`metadata @> '{"group": 3}'` : sql`TRUE`
  const rows = sql`SELECT id, metadata::text, text, rest FROM ${sql(table)} WHERE ${where}`
  if (engine._tag === "scan") return sql`SELECT id, embedding FROM ${sql(table)} WHERE ${where}`
  const index = indexType(database, space)
  // As the index has it: of another type or size, the index is not used.
  const key = index === undefined ? "" : `::${index}(${dimensions})`
  return sql`${rows} ORDER BY (embedding${sql.literal(key)}) <#> ${asVector(database, vector())}${sql.literal(key)} LIMIT 10`
}

const measure = Effect.fnUntraced(function* (name: string, options: PostgresStoreOptions) {
  const database = yield* openDatabase(options)
  const store = storeOn(database)
  const records = Array.from({ length: size }, (_, i) => ({
    id: `r${i}`,
    vector: vector(),
    metadata: { group: i % 10, hundredth: i % 100 },
    text: `Some sentence of a chunk, with ${letters(i % 10)} of ten and ${letters(1000 + (i % 500))} of five hundred.`,
  }))
  const from = performance.now()
  yield* store.upsert({ stamp, records })
  console.log(`${name}: upsert of ${size} x ${dimensions}: ${((performance.now() - from) / 1000).toFixed(1)} s`)
  const space = yield* findSpace(database.sql, "default")
  if (space === undefined) return yield* Effect.die("nothing was written")
  const times = size > 20_000 ? 20 : 100
  const ask = (filter?: { readonly [field: string]: number }) => () =>
    store.query({ stamp, vector: vector(), k: 10, ...(filter === undefined ? {} : { filter }) })
  yield* timed("query", times, ask())
  yield* timed("query, bare SQL", times, () => bare(database, space, false))
  yield* timed("query, filter lets 1 in 10 through", times, ask({ group: 3 }))
  yield* timed("the same, bare SQL", times, () => bare(database, space, true))
  yield* timed("query, filter lets 1 in 100 through", times, ask({ hundredth: 42 }))
  yield* timed("search, two words, one of them in all", times, () =>
    store.search({ text: `sentence ${letters(1042)}`, k: 10 }),
  )
  yield* timed("search, one word, in 1 of 500", times, () => store.search({ text: letters(1042), k: 10 }))
  const document = records.slice(0, 20)
  yield* timed("upsert that replaces 20 records", 50, () =>
    store.upsert({ stamp, records: document, replaces: { group: 1000 } }),
  )
  if (space.indexed !== null) yield* recall(database, store, tableOf(space))
  yield* store.delete({ all: true })
})

const recall = Effect.fnUntraced(function* (database: Database, store: ReturnType<typeof storeOn>, table: string) {
  const { sql } = database
  let hits = 0
  for (let i = 0; i < 50; i++) {
    const asked = vector()
    const found = yield* store.query({ stamp, vector: asked, k: 10 })
    const truth = yield* sql<{ readonly id: string }>`
      SELECT id FROM ${sql(table)} ORDER BY (embedding <#> ${asVector(database, asked)}) + 0, id LIMIT 10`
    const ids = new Set(truth.map(({ id }) => id))
    hits += found.filter(({ id }) => ids.has(id)).length
  }
  console.log(`  recall@10 of the index: ${(hits / 500).toFixed(3)}`)
})

const folder = mkdtempSync(join(tmpdir(), "sy-rag-pg-measure-"))
const embedded: Readonly<Record<string, PostgresStoreOptions>> = {
  embedded: { url: join(folder, "a") },
  "embedded-indexed": { url: join(folder, "b"), indexAbove: 1000 },
  "embedded-scan": { url: join(folder, "c"), pgvector: "never" },
}
try {
  for (const [name, options] of Object.entries(embedded)) {
    if (modes.length === 0 || modes.includes(name)) await Effect.runPromise(Effect.scoped(measure(name, options)))
  }
  const server = modes.length === 0 || modes.includes("server") ? await findPostgres() : undefined
  if (server !== undefined) await Effect.runPromise(Effect.scoped(measure("server", { url: server.url("public") })))
  server?.stop()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
