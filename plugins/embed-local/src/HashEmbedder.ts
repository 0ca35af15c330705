import { isLlmError, LlmError } from "@switchyard/core"
import { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { embedEach } from "./internal/embedEach.ts"
import { hashVector } from "./internal/hashVector.ts"
import { tokensOf } from "./internal/tokens.ts"

export interface HashEmbedderOptions {
  /** Default: 512. Fewer are faster to search, and put more words into one place. */
  readonly dimensions?: number
}

export const defaultHashDimensions = 512
export const maxHashDimensions = 16_384

/**
 * `local/hash`: hashed words and runs of characters. For any language, with no data. It finds the same and similarly spelt
 * words, not meanings. Vectors have length 1 and are the same on every machine; a text without a word gets one fixed vector.
 * Throws `InvalidRequest` for dimensions that are no integer from 1 to 16,384.
 */
export const hashEmbedder = ({ dimensions = defaultHashDimensions }: HashEmbedderOptions = {}): Embedder => {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > maxHashDimensions) throw wrong(dimensions)
  return {
    id: "local/hash",
    version: "1",
    dimensions,
    embed: (texts) => embedEach(texts, (text) => hashVector(tokensOf(text), dimensions)),
  }
}

/** Wrong dimensions fail the layer. */
export const layerHashEmbedder = (options: HashEmbedderOptions = {}): Layer.Layer<Embedder, LlmError> =>
  Layer.effect(
    Embedder,
    Effect.try({
      try: () => hashEmbedder(options),
      catch: (error) => (isLlmError(error) ? error : wrong(options.dimensions)),
    }),
  )

const wrong = (dimensions: unknown): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidRequest",
      field: "dimensions",
      message: `dimensions must be an integer from 1 to ${maxHashDimensions}, and are ${String(dimensions)}`,
    },
    { operation: "config" },
  )
