// The figures of the README: `node --conditions=@switchyard/source test/measure.ts [COUNT]`.
// Each part is a process of its own, so that memory and first queries are those of a fresh start.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { numbers, vectorOf } from "./vectors.ts"
import type { VectorRecord } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeSqliteStore, type SqliteStore, type SqliteStoreOptions } from "../src/index.ts"

const dimensions = 384
const stamp = { id: "measure/random", version: "1", dimensions }
const perDocument = 20

/** Some 2,000 words, of which few are common: as words are in texts. */
const wordsOf = (next: () => number, count: number): string =>
  Array.from({ length: count }, () => `word${Math.floor(2000 * Math.abs(next()) ** 3)}`).join(" ")

/** Chunks as an indexer makes them: 20 a document, 100 words each. */
const recordsOf = (next: () => number, from: number, count: number): ReadonlyArray<VectorRecord> =>
  Array.from({ length: count }, (_, i) => {
    const document = Math.floor((from + i) / perDocument)
    const index = (from + i) % perDocument
    return {
      id: `docs/part/${document}.md#${index}`,
      vector: vectorOf(next, dimensions),
      text: wordsOf(next, 100),
      metadata: {
        documentId: `docs/part/${document}.md`,
        documentHash: document.toString(16).padStart(64, "0"),
        fingerprint: `${1_700_000_000 + document}-${document}`,
        chunks: perDocument,
        index,
        tenth: document % 10,
      },
      payload: { start: index * 700, end: index * 700 + 700, headings: ["Guide", "Part"], startLine: index * 10 },
    }
  })

const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`

const timed = <A>(effect: Effect.Effect<A, unknown>): Effect.Effect<readonly [number, A], unknown> =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(effect, (value) => [performance.now() - began, value] as const)
  })

const percentiles = Effect.fnUntraced(function* (times: number, run: Effect.Effect<unknown, unknown>) {
  const all: Array<number> = []
  for (let i = 0; i < times; i++) all.push((yield* timed(run))[0])
  all.sort((a, b) => a - b)
  return `p50 ${ms(all[Math.floor(times / 2)] ?? 0)}  p99 ${ms(all[Math.floor(times * 0.99)] ?? 0)}`
})

const say = (count: number, what: string, figure: string) =>
  console.log(`${String(count).padStart(7)}  ${what.padEnd(44)} ${figure}`)

const withStore = (
  file: string,
  options: SqliteStoreOptions,
  use: (store: SqliteStore) => Effect.Effect<void, unknown>,
) => Effect.scoped(Effect.flatMap(makeSqliteStore({ file, ...options }), use))

type Part = (file: string, count: number) => Effect.Effect<void, unknown>

const parts: Readonly<Record<string, Part>> = {
  build: (file, count) =>
    withStore(file, {}, (store) =>
      Effect.gen(function* () {
        const next = numbers(count)
        let spent = 0
        for (let at = 0; at < count; at += 1000) {
          const records = recordsOf(next, at, Math.min(1000, count - at))
          spent += (yield* timed(store.upsert({ stamp, records })))[0]
        }
        say(count, "upsert of all, 1,000 at a time", ms(spent))
        const one = Effect.suspend(() => {
          const document = Math.floor((Math.abs(next()) * count) / perDocument)
          const records = recordsOf(next, document * perDocument, perDocument)
          return store.upsert({ stamp, records, replaces: { documentId: `docs/part/${document}.md` } })
        })
        say(count, "upsert of 20 that replace a document", yield* percentiles(200, one))
        const [listed] = yield* timed(Stream.runDrain(store.list()))
        say(count, "list of all", ms(listed))
      }),
    ),
  cold: (file, count) =>
    Effect.gen(function* () {
      const began = performance.now()
      yield* withStore(file, {}, (store) =>
        Effect.gen(function* () {
          say(count, "open", ms(performance.now() - began))
          const query = store.query({ stamp, vector: vectorOf(numbers(1), dimensions), k: 10 })
          say(count, "first query", ms((yield* timed(query))[0]))
          say(count, "first search", ms((yield* timed(store.search({ text: "word7 word1500", k: 10 })))[0]))
          say(count, "memory of the process after that", `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`)
        }),
      )
    }),
  file: (file, count) => withStore(file, { copyBytes: 0 }, (store) => queries(store, count, "from the file")),
  plain: (file, count) =>
    withStore(file, { copyBytes: 0, arithmetic: "plain" }, (store) =>
      Effect.gen(function* () {
        const next = numbers(2)
        const ask = Effect.suspend(() => store.query({ stamp, vector: vectorOf(next, dimensions), k: 10 }))
        say(count, "query, from the file, in JavaScript", yield* percentiles(20, ask))
      }),
    ),
  memory: (file, count) =>
    withStore(file, { copyBytes: 2 ** 30 }, (store) =>
      Effect.gen(function* () {
        const next = numbers(5)
        for (let i = 0; i < 9; i++) yield* store.query({ stamp, vector: vectorOf(next, dimensions), k: 1 })
        const [copied] = yield* timed(
          Effect.gen(function* () {
            while ((yield* store.bytes) < count * dimensions * 4) yield* Effect.sleep(5)
          }),
        )
        say(count, "the copy is there after", ms(copied))
        yield* queries(store, count, "from the copy")
        say(count, "memory of the process with the copy", `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`)
        yield* words(store, count)
      }),
    ),
}

const queries = Effect.fnUntraced(function* (store: SqliteStore, count: number, where: string) {
  const next = numbers(2)
  const ask = (filter: object) =>
    Effect.suspend(() => store.query({ stamp, vector: vectorOf(next, dimensions), k: 10, ...filter }))
  yield* percentiles(20, ask({}))
  say(count, `query, ${where}`, yield* percentiles(200, ask({})))
  say(count, `query, ${where}, 1 in 10`, yield* percentiles(200, ask({ filter: { tenth: 3 } })))
  say(
    count,
    `query, ${where}, one document`,
    yield* percentiles(200, ask({ filter: { documentId: "docs/part/3.md" } })),
  )
})

const words = Effect.fnUntraced(function* (store: SqliteStore, count: number) {
  const next = numbers(3)
  const ask = (text: () => string, filter: object = {}) =>
    Effect.suspend(() => store.search({ text: text(), k: 10, ...filter }))
  const rare = () => Array.from({ length: 4 }, () => `word${1000 + Math.floor(999 * Math.abs(next()))}`).join(" ")
  say(count, "search, four rare words", yield* percentiles(200, ask(rare)))
  say(
    count,
    "search, eight words as in the texts",
    yield* percentiles(
      200,
      ask(() => wordsOf(next, 8)),
    ),
  )
  say(
    count,
    "the same, 1 in 10",
    yield* percentiles(
      200,
      ask(() => wordsOf(next, 8), { filter: { tenth: 3 } }),
    ),
  )
})

const [given, part, file] = process.argv.slice(2)
const run = part === undefined ? undefined : parts[part]
if (run !== undefined && file !== undefined) await Effect.runPromise(run(file, Number(given)))
else {
  for (const count of given === undefined ? [10_000, 100_000] : [Number(given)]) {
    const folder = mkdtempSync(join(tmpdir(), "measure-rag-sqlite-"))
    const at = join(folder, "rag.sqlite")
    try {
      for (const name of Object.keys(parts)) {
        const args = ["--conditions=@switchyard/source", import.meta.filename, String(count), name, at]
        execFileSync(process.execPath, args, { stdio: "inherit" })
        if (name === "build") say(count, "file", `${(statSync(at).size / 2 ** 20).toFixed(0)} MB`)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}
