import type { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Retrieved } from "./Retriever.ts"

/**
 * Reads a question and the chunks that were found for it side by side. Contract: `rerank(question, found)[i]` is how well
 * `found[i]` answers the question, a finite number, higher is better; nothing found gives nothing.
 */
export interface Reranker {
  readonly id: string
  readonly rerank: (question: string, found: ReadonlyArray<Retrieved>) => Effect.Effect<ReadonlyArray<number>, LlmError>
}

/** The reranker that the parts of a retrieval stack share. */
export const Reranker = Context.Service<Reranker>("@switchyard/rag/Reranker")
