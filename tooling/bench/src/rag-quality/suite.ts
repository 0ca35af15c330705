import { loadWordsEmbedder } from "@switchyard/embed-local"
import { type Chunk, type Embedder, makeExactStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { median, report, say } from "../report.ts"
import { installedPackages, ownDocuments } from "./corpus.ts"
import { cut, index } from "./indexed.ts"
import { derivedQuestions, type Judged, writtenQuestions } from "./judged.ts"
import type { Figures } from "./metrics.ts"
import { compare, type Comparison, retrieverOf, type Way, wayNames } from "./retrievers.ts"

const suite = "rag-quality"

const metrics = ["recall5", "mrr", "ndcg10"] as const satisfies ReadonlyArray<keyof Figures>

/** A line for each way and measure; ours over that of words alone. */
const table = (name: string, questions: number, figures: ReadonlyMap<Way, Figures>): void => {
  say(`${suite}: ${name}, ${questions} questions`)
  for (const way of wayNames) {
    const [own, words] = [figures.get(way), figures.get("lexical")]
    if (own === undefined || words === undefined) continue
    for (const metric of metrics) {
      const against = way === "lexical" ? {} : { peer: "lexical", peer_value: words[metric] }
      report({ suite, name: `${name} ${metric} ${way}`, ours: own[metric], ...against, unit: "0..1" })
    }
  }
}

const percentile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN

/**
 * The whole of `retrieve`, embedding included, over 10,000 chunks. Each question four times; the first round warms up. On a
 * machine that others use too, the CPU time says more than the clock.
 */
const speed = Effect.fnUntraced(function* (
  embedder: Embedder,
  chunks: ReadonlyArray<Chunk>,
  judged: ReadonlyArray<Judged>,
) {
  const store = yield* makeExactStore()
  yield* index(store, embedder, [], chunks.slice(0, 10_000))
  say(`${suite}: retrieve, ${yield* store.count()} chunks, k = 5`)
  for (const way of ["lexical", "dense", "hybrid", "reranked"] as const) {
    const retriever = yield* retrieverOf(way, store, embedder)
    const [times, used]: [Array<number>, Array<number>] = [[], []]
    for (let round = 0; round < 4; round++) {
      for (const { question } of judged) {
        const [began, cpu] = [performance.now(), process.cpuUsage()]
        yield* retriever.retrieve({ text: question, k: 5 })
        const { user, system } = process.cpuUsage(cpu)
        if (round === 0) continue
        times.push(performance.now() - began)
        used.push((user + system) / 1000)
      }
    }
    report({ suite, name: `retrieve ${way} p50`, ours: median(times), unit: "ms" })
    report({ suite, name: `retrieve ${way} p99`, ours: percentile(times, 0.99), unit: "ms" })
    report({ suite, name: `retrieve ${way} CPU p50`, ours: median(used), unit: "ms" })
    report({ suite, name: `retrieve ${way} CPU p99`, ours: percentile(used, 0.99), unit: "ms" })
  }
})

const tables = (comparison: Comparison, judged: ReadonlyArray<Judged>): void => {
  const views: ReadonlyArray<readonly [name: string, among: (one: Judged, at: number) => boolean]> = [
    // Weights were chosen on the first, so the second says what they are worth.
    ["tuned on", (_, at) => at % 2 === 0],
    ["held out", (_, at) => at % 2 === 1],
    ["all", () => true],
    ["written", ({ kind }) => kind === "written"],
    ["derived", ({ kind }) => kind === "derived"],
  ]
  for (const [name, among] of views) table(name, judged.filter(among).length, comparison(among))
}

/** How well chunks are found, by words, by meaning, by both and reranked, over documentation with judged questions. */
export const run = (): Promise<void> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const embedder = yield* loadWordsEmbedder()
      const own = ownDocuments()
      const packages = installedPackages()
      const documents = [...own, ...packages.flatMap((one) => one.documents)]
      const chunks = yield* cut(documents)
      const { judged: written, lost } = writtenQuestions(own, chunks)
      const judged = [...written, ...derivedQuestions(packages, chunks)]
      say(`${suite}: ${documents.length} documents, ${chunks.length} chunks, ${judged.length} questions`)
      for (const one of lost) say(`  an answer is no longer where it was: ${one}`)
      const store = yield* makeExactStore()
      yield* index(store, embedder, documents, chunks)
      tables(yield* compare(store, embedder, judged), judged)
      yield* speed(embedder, chunks, judged)
    }),
  )
