import * as Effect from "effect/Effect"
import type { Embedder } from "./Embedder.ts"
import { normalise } from "./internal/normalise.ts"

/**
 * An embedder whose vectors have length 1, so that their dot product is their cosine. A vector of zeros stays one. The
 * stamp's version ends in `+unit`, as lengths are not those of the embedder underneath.
 */
export const normalisedEmbedder = (embedder: Embedder): Embedder => ({
  ...embedder,
  version: `${embedder.version}+unit`,
  embed: (texts, options) =>
    Effect.map(embedder.embed(texts, options), (vectors) =>
      vectors.map((vector) => {
        const unit = new Float32Array(vector)
        normalise(unit)
        return unit
      }),
    ),
})
