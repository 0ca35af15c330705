import { LlmError } from "@switchyard/core"
import type { Embedder, Reranker, VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Rewriter } from "./Rewriter.ts"

export const modes = ["hybrid", "vector", "keyword"] as const
export type Mode = (typeof modes)[number]

const optional = Schema.optionalKey
const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const positive = Schema.Finite.check(Schema.isGreaterThan(0))
const weight = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const count = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))

/** The settings of a retriever. */
export const RetrieverSettings = Schema.Struct({
  /** By meaning and by words, or by one of them. Default: `"hybrid"`. */
  mode: optional(Schema.Literals(modes)),
  /** Where the index is. Default: `"default"`. */
  namespace: optional(Schema.NonEmptyString),
  /** How many chunks each leg brings; at least as many as are asked for. Default: 100. */
  candidates: optional(count(1000)),
  /** How the two rankings become one. */
  fusion: optional(
    Schema.Struct({
      /** By the legs' scores, or by their ranks alone (reciprocal rank fusion). Default: `"scores"`. */
      by: optional(Schema.Literals(["scores", "ranks"])),
      /** The constant of reciprocal rank fusion. Default: 60. */
      k: optional(positive),
      /** What the legs count. Default: 0.2 and 0.8, chosen with `local/words`; a sentence model is worth 0.5 and 0.5. */
      vector: optional(weight),
      keyword: optional(weight),
    }),
  ),
  /** How many of the best are read by the reranker. Default: 30. */
  rerankDepth: optional(count(1000)),
  /** How much variety counts against relevance (MMR). Default: 0, none. */
  diversity: optional(share),
  /**
   * A chunk is left out when so much of it is in a better one, by runs of five words; 1 leaves out equal texts alone.
   * Default: 0.9.
   */
  resemblance: optional(share.check(Schema.isGreaterThan(0))),
  /** Chunks on each side of a hit that are given with it, or all of its section. Default: 0. */
  neighbours: optional(Schema.Union([Schema.Natural.check(Schema.isLessThanOrEqualTo(20)), Schema.Literal("section")])),
  /** The least score of the last stage: the reranker's; without one the cosine, the BM25, or of `hybrid` the fused score. */
  minScore: optional(Schema.Finite),
  /** The most tokens of all passages together. Default: no bound. */
  maxTokens: optional(count(10_000_000)),
  /** A longer question is cut in the middle. UTF-16 units. Default: 4,000. */
  maxQueryLength: optional(count(1_000_000)),
  /** The wait for each step, in ms: rewriting, embedding and searching, reranking. Default: 10,000. */
  timeoutMs: optional(positive),
  /** Of a store without full-text search and more than 1,000 records: how old its words may be, in ms. Default: 5,000. */
  refreshMs: optional(weight),
})
export interface RetrieverSettings extends Schema.Schema.Type<typeof RetrieverSettings> {}

export interface RetrieverOptions extends RetrieverSettings {
  readonly store: VectorStore
  /** The one that the index was built with. Only the mode `keyword` does without. */
  readonly embedder?: Embedder
  /** Reads the best candidates again. Default: none. */
  readonly reranker?: Reranker
  /** Says the question in other ways. Default: none. */
  readonly rewriter?: Rewriter
}

const decode = Schema.decodeUnknownEffect(RetrieverSettings, { errors: "all", onExcessProperty: "error" })

const wrong = (problem: string, field: string = "options"): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field, message: `the options of the retriever are wrong: ${problem}` },
    { operation: "compose" },
  )

/** The settings, checked and complete. */
export const settingsOf = Effect.fnUntraced(function* (options: RetrieverOptions) {
  const { store: _store, embedder, reranker: _reranker, rewriter: _rewriter, ...given } = options
  const settings = yield* Effect.mapError(decode(given), ({ message }) => wrong(message.replace(/\s+/g, " ")))
  const { mode = "hybrid", fusion = {}, candidates = 100, rerankDepth = 30 } = settings
  if (mode !== "keyword" && embedder === undefined) {
    return yield* wrong(`the mode "${mode}" needs an embedder: the one that the index was built with`)
  }
  const { by = "scores", k = 60, vector = 0.2, keyword = 0.8 } = fusion
  if (vector === 0 && keyword === 0) {
    return yield* wrong(`fusion.vector and fusion.keyword are both 0: one leg must count`, "fusion")
  }
  return {
    ...settings,
    mode,
    candidates,
    rerankDepth,
    fusion: { by, k, vector, keyword },
    diversity: settings.diversity ?? 0,
    resemblance: settings.resemblance ?? 0.9,
    neighbours: settings.neighbours ?? 0,
    maxQueryLength: settings.maxQueryLength ?? 4000,
    timeoutMs: settings.timeoutMs ?? 10_000,
  }
})

export type Settings = Effect.Success<ReturnType<typeof settingsOf>>
