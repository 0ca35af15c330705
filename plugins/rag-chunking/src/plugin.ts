import type { LlmError } from "@switchyard/core"
import { Chunker, Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ChunkerOptions, makeChunker } from "./TextChunker.ts"

/**
 * The chunker of a retrieval stack. A chunker takes no part in calls, so this is a layer and no plugin of the kernel. Wrong
 * options fail the layer with `InvalidRequest` and the path of the field.
 */
export const chunking = (options: ChunkerOptions = {}): Layer.Layer<Chunker, LlmError> =>
  Layer.effect(Chunker, makeChunker(options))

/** The same with the algorithm `semantic`, over the stack's embedder. */
export const semanticChunking = (
  options: Omit<ChunkerOptions, "algorithm" | "embedder"> = {},
): Layer.Layer<Chunker, LlmError, Embedder> =>
  Layer.effect(
    Chunker,
    Effect.flatMap(Embedder, (embedder) => makeChunker({ ...options, algorithm: "semantic", embedder })),
  )
