import { Embedder } from "@switchyard/rag"
import * as Layer from "effect/Layer"
import { embedEach } from "./internal/embedEach.ts"
import { hashVector } from "./internal/hashVector.ts"
import { tokensOf } from "./internal/tokens.ts"

export interface HashEmbedderOptions {
  /** Default: 512. Fewer are faster to search, and put more words into one place. */
  readonly dimensions?: number
}

export const defaultHashDimensions = 512

/**
 * `local/hash`: hashed words and runs of characters. For any language, with no data. It finds the same and similarly spelt
 * words, not meanings. Vectors have length 1 and are the same on every machine; a text without a word gets one fixed vector.
 */
export const hashEmbedder = ({ dimensions = defaultHashDimensions }: HashEmbedderOptions = {}): Embedder => ({
  id: "local/hash",
  version: "1",
  dimensions,
  embed: (texts) => embedEach(texts, (text) => hashVector(tokensOf(text), dimensions)),
})

export const layerHashEmbedder = (options: HashEmbedderOptions = {}): Layer.Layer<Embedder> =>
  Layer.succeed(Embedder, hashEmbedder(options))
