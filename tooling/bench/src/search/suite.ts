import { once } from "node:events"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { Worker } from "node:worker_threads"
import type { Filter, VectorMatch, VectorStore } from "@switchyard/rag"
import { makeMemoryStore, type MemoryStore, type MemoryStoreOptions } from "@switchyard/rag-store-memory"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Index, MetricKind, ScalarKind } from "usearch"
import { report, say } from "../report.ts"
import { texts } from "./texts.ts"
import { clustered, type Corpus, count, dimensions } from "./vectors.ts"

const suite = "search"
const k = 10
const stamp = { id: "bench/search", version: "1", dimensions }
const promise = Effect.runPromise

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN

const filters: Readonly<Record<string, Filter | undefined>> = {
  "no filter": undefined,
  "a filter that lets 10 % through": { tenth: 3 },
  "a filter that lets 1 % through": { hundredth: 42 },
}

const opened = async (options: MemoryStoreOptions): Promise<readonly [MemoryStore, () => Promise<void>]> => {
  const scope = Scope.makeUnsafe()
  const store = await promise(Scope.provide(makeMemoryStore(options), scope))
  return [store, () => promise(Scope.close(scope, Exit.void))]
}

const recordsOf = (vectors: Float32Array) =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    vector: vectors.subarray(i * dimensions, (i + 1) * dimensions),
    metadata: { tenth: i % 10, hundredth: i % 100 },
  }))

const ask = (store: VectorStore, vector: Float32Array, filter: Filter | undefined) =>
  promise(store.query({ stamp, vector, k, ...(filter === undefined ? {} : { filter }) }))

interface Asked {
  readonly times: ReadonlyArray<number>
  readonly found: ReadonlyArray<ReadonlyArray<VectorMatch>>
}

/** Each query once, in ms; the first fifty, which warm up, are not counted. `beside` runs before each one. */
const askAll = async (
  store: VectorStore,
  queries: ReadonlyArray<Float32Array>,
  filter: Filter | undefined,
  beside: (query: Float32Array, i: number) => void = () => undefined,
): Promise<Asked> => {
  const times: Array<number> = []
  const found: Array<ReadonlyArray<VectorMatch>> = []
  for (const [i, query] of queries.entries()) {
    beside(query, i)
    const began = performance.now()
    const matches = await ask(store, query, filter)
    if (i >= 50) times.push(performance.now() - began)
    found.push(matches)
  }
  return { times, found }
}

/** The part of the ten nearest that was found, by ids. */
const recall = (found: ReadonlyArray<ReadonlyArray<string>>, truth: Asked["found"]): number => {
  let hits = 0
  let all = 0
  for (const [i, matches] of truth.entries()) {
    const ids = new Set(found[i])
    all += matches.length
    hits += matches.filter(({ id }) => ids.has(id)).length
  }
  return hits / all
}

const row = (name: string, ours: number, unit: string, peer: Record<string, number> = {}): void => {
  for (const [who, value] of Object.entries(peer)) report({ suite, name, ours, unit, peer: who, peer_value: value })
  if (Object.keys(peer).length === 0) report({ suite, name, ours, unit })
}

const times = (name: string, { times }: Asked): void => {
  row(`${name}: p50`, quantile(times, 0.5), "ms")
  row(`${name}: p99`, quantile(times, 0.99), "ms")
}

/** A vector store in memory at 100,000 x 384: exact, approximate, and against bare `usearch`. */
export const run = async (): Promise<void> => {
  for (const make of [texts, clustered]) {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-bench-"))
    try {
      await measured(await make(), folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

const measured = async (corpus: Corpus, folder: string): Promise<void> => {
  const { name, vectors } = corpus
  say(`search: ${count} vectors of ${dimensions} dimensions, ${name}, k = ${k}`)
  const truths = await exactly(corpus)
  const bare = join(folder, "bare.usearch")
  const worker = new Worker(new URL("./bare.ts", import.meta.url), { workerData: { vectors, path: bare } })
  const bareBuilt = once(worker, "message")
  const file = join(folder, "store.bin")
  const [store, close] = await opened({ file, saveEveryMs: 0 })
  const seconds = await build(store, corpus)
  const [bareSeconds] = await bareBuilt
  row(`${name}: build, both at once on a core each`, seconds, "s", { "usearch f32": Number(bareSeconds) })
  for (const [kind, queries] of Object.entries(corpus.queries))
    await approximately(store, `${name}, ${kind}`, queries, truths, bare)
  if (name === "clustered") await saved(store, close, file)
  else await close()
}

/** The answers to each kind of query through each filter, by kind and filter: each query takes a look at every vector. */
const exactly = async ({ name, vectors, queries }: Corpus): Promise<ReadonlyMap<string, Asked>> => {
  const [store, close] = await opened({ approximate: "never" })
  const began = performance.now()
  await promise(store.upsert({ stamp, records: recordsOf(vectors) }))
  row(`${name}: exact, upsert of all`, performance.now() - began, "ms")
  const truths = new Map<string, Asked>()
  for (const [kind, vectors] of Object.entries(queries)) {
    for (const [filterName, filter] of Object.entries(filters)) {
      const asked = await askAll(store, vectors, filter)
      truths.set(`${name}, ${kind}: ${filterName}`, asked)
      times(`${name}, ${kind}: exact, ${filterName}`, asked)
    }
  }
  await close()
  return truths
}

const build = async (store: MemoryStore, { name, vectors }: Corpus): Promise<number> => {
  const records = recordsOf(vectors)
  for (let at = 0; at < count; at += 1000) await promise(store.upsert({ stamp, records: records.slice(at, at + 1000) }))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  await promise(store.settled)
  delay.disable()
  row(`${name}: while it builds: longest hold of the thread`, delay.max / 1e6, "ms")
  row(`${name}: while it builds: p99 of holds`, delay.percentile(99) / 1e6, "ms")
  return (performance.now() - began) / 1000
}

const approximately = async (
  store: MemoryStore,
  kind: string,
  queries: ReadonlyArray<Float32Array>,
  truths: ReadonlyMap<string, Asked>,
  bare: string,
): Promise<void> => {
  const index = new Index(dimensions, MetricKind.IP, ScalarKind.F32)
  index.load(bare)
  const bares = bareAsked.map((n) => ({ n, who: `usearch f32, ${n} asked for`, times: nothing(), found: nobody() }))
  const beside = (query: Float32Array, i: number): void => {
    for (const { n, times, found } of bares) {
      const began = performance.now()
      const { keys } = index.search(query, n, 1)
      if (i >= 50) times.push(performance.now() - began)
      found.push(Array.from(keys.subarray(0, k), (key) => `r${key}`))
    }
  }
  for (const [name, filter] of Object.entries(filters)) {
    const asked = await askAll(store, queries, filter, filter === undefined ? beside : undefined)
    const truth = truths.get(`${kind}: ${name}`)?.found ?? []
    const found = asked.found.map((matches) => matches.map(({ id }) => id))
    if (filter === undefined) {
      for (const [label, q] of [
        ["p50", 0.5],
        ["p99", 0.99],
      ] as const) {
        const peers = Object.fromEntries(bares.map(({ who, times }) => [who, quantile(times, q)]))
        row(`${kind}: approximate, ${name}: ${label}`, quantile(asked.times, q), "ms", peers)
      }
      for (const { who, found } of bares) row(`${kind}: ${who}: recall@10`, recall(found, truth), "of 1")
    } else times(`${kind}: approximate, ${name}`, asked)
    row(`${kind}: approximate, ${name}: recall@10`, recall(found, truth), "of 1")
  }
}

/** What bare `usearch` is asked for: as many as are wanted, and as many as it takes for the recall that ours has on texts. */
const bareAsked = [k, 40 * k]
const nothing = (): Array<number> => []
const nobody = (): Array<ReadonlyArray<string>> => []

const saved = async (store: MemoryStore, close: () => Promise<void>, file: string): Promise<void> => {
  const began = performance.now()
  await promise(store.save)
  row("save", performance.now() - began, "ms")
  await close()
  row("file", statSync(file).size / 1e6, "MB")
  const index = readdirSync(join(file, "..")).find((name) => name.endsWith(".index"))
  row("file of the index", index === undefined ? 0 : statSync(join(file, "..", index)).size / 1e6, "MB")
  const again = performance.now()
  const [, closeAgain] = await opened({ file, saveEveryMs: 0 })
  row("open, with the index", performance.now() - again, "ms")
  await closeAgain()
}
