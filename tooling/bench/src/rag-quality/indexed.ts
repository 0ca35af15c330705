import {
  type Chunk,
  type Document,
  embedAll,
  type Embedder,
  embeddingText,
  stampOf,
  type VectorStore,
} from "@switchyard/rag"
import { makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Cuts the documents as an index of documentation is cut: by structure, with the headings for the embedder. */
export const cut = Effect.fnUntraced(function* (documents: ReadonlyArray<Document>) {
  const chunker = yield* makeChunker({ algorithm: "structure", max: 1000, context: "headings" })
  const chunks: Array<Chunk> = []
  for (const document of documents) chunks.push(...(yield* Stream.runCollect(chunker.chunk(document))))
  return chunks.filter(({ text }) => text.trim() !== "")
})

/** Writes chunks into a store in the form of the indexer. */
export const index = Effect.fnUntraced(function* (
  store: VectorStore,
  embedder: Embedder,
  documents: ReadonlyArray<Document>,
  chunks: ReadonlyArray<Chunk>,
) {
  const titles = new Map(documents.map(({ id, title }) => [id, title]))
  const vectors = yield* embedAll(embedder, chunks.map(embeddingText), { purpose: "document" })
  const records = chunks.map((chunk, at) => {
    const { id, text, documentId, index: place, start, end, headings, previous, next } = chunk
    const title = titles.get(documentId)
    return {
      id,
      text,
      vector: vectors[at] ?? new Float32Array(embedder.dimensions),
      metadata: { documentId, index: place },
      payload: {
        start,
        end,
        headings,
        source: documentId,
        ...(title === undefined ? {} : { title }),
        ...(previous === undefined ? {} : { previous }),
        ...(next === undefined ? {} : { next }),
      },
    }
  })
  yield* store.upsert({ stamp: stampOf(embedder), records })
})
