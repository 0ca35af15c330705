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
import { clustered, count, dimensions } from "./vectors.ts"

const suite = "search"
const k = 10
const stamp = { id: "bench/clustered", version: "1", dimensions }
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
  beside: (query: Float32Array) => void = () => undefined,
): Promise<Asked> => {
  const times: Array<number> = []
  const found: Array<ReadonlyArray<VectorMatch>> = []
  for (const [i, query] of queries.entries()) {
    if (i >= 50) beside(query)
    const began = performance.now()
    const matches = await ask(store, query, filter)
    if (i >= 50) times.push(performance.now() - began)
    found.push(matches)
  }
  return { times, found }
}

/** The part of the ten nearest that was found. */
const recall = (found: Asked["found"], truth: Asked["found"]): number => {
  let hits = 0
  let all = 0
  for (const [i, matches] of truth.entries()) {
    const ids = new Set(found[i]?.map(({ id }) => id))
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
  const folder = mkdtempSync(join(tmpdir(), "switchyard-bench-"))
  try {
    await measured(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const measured = async (folder: string): Promise<void> => {
  say(`search: ${count} clustered vectors of ${dimensions} dimensions, k = ${k}`)
  const { vectors, queries } = clustered()
  const truths = await exactly(vectors, queries)
  const bare = join(folder, "bare.usearch")
  const worker = new Worker(new URL("./bare.ts", import.meta.url), { workerData: { vectors, path: bare } })
  const bareBuilt = once(worker, "message")
  const file = join(folder, "store.bin")
  const [store, close] = await opened({ file, saveEveryMs: 0 })
  const seconds = await build(store, vectors)
  const [bareSeconds] = await bareBuilt
  row("build, both at once on a core each", seconds, "s", { "usearch f32": Number(bareSeconds) })
  await approximately(store, queries, truths, bare)
  await saved(store, close, file)
}

/** How many queries the exact answers are made for: each takes a look at every vector. */
const exactly = async (vectors: Float32Array, queries: ReadonlyArray<Float32Array>) => {
  const [store, close] = await opened({ approximate: "never" })
  const began = performance.now()
  await promise(store.upsert({ stamp, records: recordsOf(vectors) }))
  row("exact, upsert of all", performance.now() - began, "ms")
  const truths = new Map<string, Asked>()
  for (const [name, filter] of Object.entries(filters)) {
    const asked = await askAll(store, queries, filter)
    truths.set(name, asked)
    times(`exact, ${name}`, asked)
  }
  await close()
  return truths
}

const build = async (store: MemoryStore, vectors: Float32Array): Promise<number> => {
  const records = recordsOf(vectors)
  for (let at = 0; at < count; at += 1000) await promise(store.upsert({ stamp, records: records.slice(at, at + 1000) }))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  await promise(store.settled)
  delay.disable()
  row("while it builds: longest hold of the thread", delay.max / 1e6, "ms")
  row("while it builds: p99 of holds", delay.percentile(99) / 1e6, "ms")
  return (performance.now() - began) / 1000
}

const approximately = async (
  store: MemoryStore,
  queries: ReadonlyArray<Float32Array>,
  truths: ReadonlyMap<string, Asked>,
  bare: string,
): Promise<void> => {
  const index = new Index(dimensions, MetricKind.IP, ScalarKind.F32)
  index.load(bare)
  const bareTimes: Array<number> = []
  const beside = (query: Float32Array): void => {
    const began = performance.now()
    index.search(query, k, 1)
    bareTimes.push(performance.now() - began)
  }
  for (const [name, filter] of Object.entries(filters)) {
    const asked = await askAll(store, queries, filter, filter === undefined ? beside : undefined)
    if (filter === undefined) {
      for (const [label, q] of [
        ["p50", 0.5],
        ["p99", 0.99],
      ] as const)
        row(`approximate, ${name}: ${label}`, quantile(asked.times, q), "ms", { "usearch f32": quantile(bareTimes, q) })
    } else times(`approximate, ${name}`, asked)
    row(`approximate, ${name}: recall@10`, recall(asked.found, truths.get(name)?.found ?? []), "of 1")
  }
}

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
