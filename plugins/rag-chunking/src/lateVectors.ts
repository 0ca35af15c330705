import type { Chunk } from "@switchyard/rag"

/** The vector of one token, and which part of the document's text it stands for. */
export interface TokenVector {
  readonly start: number
  readonly end: number
  readonly vector: Float32Array
}

/**
 * Late chunking (Günther et al., "Late Chunking", arXiv:2409.04701, 2024): a model with a long context embeds the whole
 * document, and a chunk's vector is the mean of the vectors of its tokens. A token counts where it begins; a chunk without
 * one has no vector. Both lists must be in the order of the text.
 */
export const lateVectors = (
  tokens: ReadonlyArray<TokenVector>,
  chunks: ReadonlyArray<Pick<Chunk, "start" | "end">>,
): ReadonlyArray<Float32Array | undefined> => {
  let from = 0
  return chunks.map(({ start, end }) => {
    while ((tokens[from]?.start ?? start) < start) from++
    const mean = new Float32Array(tokens[from]?.vector.length ?? 0)
    let count = 0
    for (let at = from; at < tokens.length; at++) {
      const token = tokens[at]
      if (token === undefined || token.start >= end) break
      count++
      for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (token.vector[i] ?? 0)
    }
    return count === 0 ? undefined : mean.map((value) => value / count)
  })
}
