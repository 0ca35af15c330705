import type { Embedder, VectorStore } from "@switchyard/rag"
import { lexicalReranker, makeRetriever, type RetrieverOptions } from "@switchyard/rag-retrieval"
import * as Effect from "effect/Effect"
import { type Figures, figuresOf } from "./metrics.ts"
import type { Judged } from "./judged.ts"

/** The ways to retrieve that are compared, by what the tables call them. */
export const ways = {
  lexical: { mode: "keyword" },
  dense: { mode: "vector" },
  hybrid: { mode: "hybrid" },
  "hybrid by ranks": { mode: "hybrid", fusion: { by: "ranks", vector: 1, keyword: 1 } },
  reranked: { mode: "hybrid", reranker: lexicalReranker() },
} as const satisfies Readonly<Record<string, Omit<RetrieverOptions, "store">>>

export type Way = keyof typeof ways

export const wayNames = Object.keys(ways).filter((way): way is Way => way in ways)

export const retrieverOf = (way: Way, store: VectorStore, embedder: Embedder) =>
  makeRetriever({ ...ways[way], store, embedder })

/** The figures of each way, of the questions that `among` lets through. */
export type Comparison = (among: (judged: Judged, at: number) => boolean) => ReadonlyMap<Way, Figures>

/** Asks each way all questions, for ten chunks each. */
export const compare = Effect.fnUntraced(function* (
  store: VectorStore,
  embedder: Embedder,
  judged: ReadonlyArray<Judged>,
) {
  const answers = new Map<Way, ReadonlyArray<ReadonlyArray<string>>>()
  for (const way of wayNames) {
    const retriever = yield* retrieverOf(way, store, embedder)
    const found = yield* Effect.forEach(judged, ({ question }) => retriever.retrieve({ text: question, k: 10 }))
    answers.set(
      way,
      found.map((chunks) => chunks.map(({ chunk }) => chunk.id)),
    )
  }
  const comparison: Comparison = (among) => {
    const chosen = judged.map(among)
    const only = <A>(list: ReadonlyArray<A>) => list.filter((_, at) => chosen[at])
    return new Map([...answers].map(([way, ids]) => [way, figuresOf(only(judged), only(ids))]))
  }
  return comparison
})
