import type { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import type * as Stream from "effect/Stream"
import type { Chunk } from "./Chunk.ts"
import type { Document } from "./Document.ts"

/**
 * Cuts documents. Contract: chunks come in the order of the text, `text` is exactly the document's `start` to `end`, no cut
 * is inside a surrogate pair, and cutting the same document again gives the same ids.
 */
export interface Chunker {
  readonly id: string
  readonly chunk: (document: Document) => Stream.Stream<Chunk, LlmError>
}

/** The chunker that the parts of a retrieval stack share. */
export const Chunker = Context.Service<Chunker>("@switchyard/rag/Chunker")
