import { LlmError } from "@switchyard/core"
import {
  checkK,
  type Embedder,
  embedAll,
  type Filter,
  stampOf,
  type TextQuery,
  type VectorMatch,
  type VectorStore,
} from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Rewording } from "../../Rewriter.ts"
import type { Settings } from "../../RetrieverOptions.ts"
import type { LegName } from "./Candidate.ts"
import type { Ranking } from "./fuse.ts"
import { guarded, timed } from "./guarded.ts"
import { makeKeywordIndex } from "./KeywordIndex.ts"

/** Where to look: the same for all legs and stages of one question. */
export interface Within {
  readonly namespace?: string
  readonly filter?: Filter
}

export interface Found {
  readonly rankings: ReadonlyArray<Ranking>
  /** A leg that failed and was left out. */
  readonly notes: ReadonlyArray<string>
}

type Search = (query: TextQuery) => Effect.Effect<ReadonlyArray<VectorMatch>, LlmError>

/** The two ways to find chunks: by the vectors of their meaning, and by their words. */
export class Legs {
  readonly #store: VectorStore
  readonly #embedder: Embedder | undefined
  readonly #settings: Settings
  readonly #search: Search

  constructor(store: VectorStore, embedder: Embedder | undefined, settings: Settings) {
    this.#store = store
    this.#embedder = embedder === undefined ? undefined : guardedEmbedder(embedder)
    this.#settings = settings
    const { search } = store
    this.#search = search === undefined ? makeKeywordIndex(store, settings.refreshMs ?? 5000) : (query) => search(query)
  }

  /** Each query in each leg. In `hybrid` a leg whose service is ill is left out, with a note; wrong requests fail. */
  find(queries: ReadonlyArray<Rewording>, within: Within, k: number): Effect.Effect<Found, LlmError> {
    const { mode } = this.#settings
    const vector = this.#timed("vector", () => this.#vector(queries.filter(isFor("vector")), within, k))
    const keyword = this.#timed("keyword", () => this.#keyword(queries.filter(isFor("keyword")), within, k))
    if (mode !== "hybrid")
      return Effect.map(mode === "vector" ? vector : keyword, (rankings) => ({ rankings, notes: [] }))
    const both = Effect.all([Effect.result(vector), Effect.result(keyword)], { concurrency: 2 })
    return Effect.flatMap(both, ([byVector, byKeyword]) => together(byVector, byKeyword))
  }

  #vector(
    queries: ReadonlyArray<Rewording>,
    within: Within,
    k: number,
  ): Effect.Effect<ReadonlyArray<Ranking>, LlmError> {
    const embedder = this.#embedder
    if (embedder === undefined) return Effect.succeed([])
    const texts = queries.map(({ text }) => text)
    const embedded = guarded(`the embedder "${embedder.id}"`, () => embedAll(embedder, texts, { purpose: "query" }))
    return Effect.flatMap(
      Effect.filterOrFail(embedded, areFinite, () => noVectors(embedder)),
      (vectors) =>
        Effect.forEach(
          vectors,
          (vector, at) =>
            Effect.map(
              guarded("the store's query", () => this.#store.query({ ...within, stamp: stampOf(embedder), vector, k })),
              (matches) => this.#ranking("vector", queries[at], matches),
            ),
          { concurrency: 4 },
        ),
    )
  }

  #keyword(
    queries: ReadonlyArray<Rewording>,
    within: Within,
    k: number,
  ): Effect.Effect<ReadonlyArray<Ranking>, LlmError> {
    return Effect.forEach(
      queries,
      (query) =>
        Effect.map(
          guarded("the store's search", () => this.#search({ ...within, text: query.text, k })),
          (matches) => this.#ranking("keyword", query, matches),
        ),
      { concurrency: 4 },
    )
  }

  #ranking(leg: LegName, query: Rewording | undefined, matches: ReadonlyArray<VectorMatch>): Ranking {
    return { leg, query: query?.text ?? "", weight: this.#settings.fusion[leg] * (query?.weight ?? 1), matches }
  }

  #timed<A>(leg: LegName, run: () => Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> {
    return timed(`the ${leg} search`, this.#settings.timeoutMs, run)
  }
}

const isFor =
  (leg: LegName) =>
  ({ leg: wanted = "both" }: Rewording): boolean =>
    wanted === "both" || wanted === leg

const guardedEmbedder = (embedder: Embedder): Embedder => ({
  ...stampOf(embedder),
  ...(embedder.maxBatch === undefined ? {} : { maxBatch: embedder.maxBatch }),
  embed: (texts, options) => guarded(`the embedder "${embedder.id}"`, () => embedder.embed(texts, options)),
})

const areFinite = (vectors: ReadonlyArray<Float32Array>): boolean =>
  vectors.every((vector) => vector.every(Number.isFinite))

/** The store would call it a wrong request. */
const noVectors = ({ id }: Embedder): LlmError =>
  LlmError.make({ _tag: "InvalidResponse", message: `the embedder "${id}" gave a vector with numbers that are none` })

type Outcome = Result.Result<ReadonlyArray<Ranking>, LlmError>

const together = Effect.fnUntraced(function* (vector: Outcome, keyword: Outcome) {
  const found: { readonly rankings: Array<Ranking>; readonly notes: Array<string> } = { rankings: [], notes: [] }
  for (const [leg, outcome, other] of [
    ["vector", vector, keyword],
    ["keyword", keyword, vector],
  ] as const) {
    if (Result.isSuccess(outcome)) found.rankings.push(...outcome.success)
    else if (outcome.failure.recovery === "none" || Result.isFailure(other)) return yield* outcome.failure
    else {
      const note = `the ${leg} search failed and was left out: ${outcome.failure.reason.message}`
      yield* Effect.logWarning(note)
      found.notes.push(note)
    }
  }
  // What is left may be a leg that was to count nothing.
  const silent = found.rankings.every(({ weight }) => weight === 0)
  const left: Found = silent ? { ...found, rankings: found.rankings.map((one) => ({ ...one, weight: 1 })) } : found
  return left
})

/** What no leg can look for. */
export const refusalOf = (text: string, k: number): LlmError | undefined => {
  if (typeof text !== "string" || text.trim() === "") {
    return LlmError.make({ _tag: "InvalidRequest", field: "text", message: "the question is empty" })
  }
  return checkK(k)
}
