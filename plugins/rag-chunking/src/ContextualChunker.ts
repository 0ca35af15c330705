import type { LlmError } from "@switchyard/core"
import type { Chunk, Chunker, Document } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Says where a chunk stands in its document, for the embedder: in a sentence or two. */
export type Contextualise = (chunk: Chunk, document: Document) => Effect.Effect<string, LlmError>

export interface ContextualOptions {
  /** How many chunks are written about at a time. Default: 4. */
  readonly concurrency?: number
}

/**
 * A chunker whose chunks have a context that somebody writes, such as a model that is shown the document ("Introducing
 * Contextual Retrieval", Anthropic, 2024). It goes below the context that a chunk has; texts and offsets stay as they are.
 */
export const contextualChunker = (
  chunker: Chunker,
  contextualise: Contextualise,
  { concurrency = 4 }: ContextualOptions = {},
): Chunker => ({
  id: `${chunker.id}+context`,
  chunk: (document) =>
    Stream.mapEffect(
      chunker.chunk(document),
      (chunk) =>
        Effect.map(contextualise(chunk, document), (written): Chunk => {
          const context = [chunk.context ?? "", written.trim()].filter((text) => text !== "").join("\n")
          return context === "" ? chunk : { ...chunk, context }
        }),
      { concurrency },
    ),
})
