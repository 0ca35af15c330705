import type { LlmError } from "@switchyard/core"
import type { RetrievalQuery, Retrieved, Retriever } from "@switchyard/rag"
import type * as Effect from "effect/Effect"

/** A passage that was found and not given, and why. */
export interface Dropped {
  readonly passage: Retrieved
  readonly why: string
}

/** What was found, and how. */
export interface Retrieval {
  /** Best first. */
  readonly passages: ReadonlyArray<Retrieved>
  /** What was looked for: the question, then what a rewriter made of it. */
  readonly queries: ReadonlyArray<string>
  /** How many different chunks were looked at. */
  readonly considered: number
  /** The best ones that were left out: said already, too long, not good enough. */
  readonly dropped: ReadonlyArray<Dropped>
  /** What went otherwise than it should: a part that failed and was left out, a question that was cut. */
  readonly notes: ReadonlyArray<string>
}

/** A retriever that says how it came to its passages. `retrieve` gives the passages of `inspect`. */
export interface InspectableRetriever extends Retriever {
  readonly inspect: (query: RetrievalQuery) => Effect.Effect<Retrieval, LlmError>
}

export const isInspectable = (retriever: Retriever): retriever is InspectableRetriever =>
  "inspect" in retriever && typeof retriever.inspect === "function"
