import type { Chunk, Document } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ChunkerOptions, makeChunker } from "../src/index.ts"

/** The chunks of a text. */
export const cut = (
  text: string,
  options: ChunkerOptions = {},
  document: Partial<Document> = {},
): Promise<ReadonlyArray<Chunk>> =>
  Effect.runPromise(
    Effect.flatMap(makeChunker(options), (chunker) =>
      Stream.runCollect(chunker.chunk({ id: "doc", text, ...document })),
    ),
  )

export const textsOf = (chunks: ReadonlyArray<Chunk>): ReadonlyArray<string> => chunks.map(({ text }) => text)

/** An embedder that counts letters, so that texts in the same letters are near. */
export const letters: NonNullable<ChunkerOptions["embedder"]> = {
  id: "test/letters",
  version: "1",
  dimensions: 26,
  embed: (texts) =>
    Effect.succeed(
      texts.map((text) => {
        const vector = new Float32Array(26)
        for (const letter of text.toLowerCase().matchAll(/[a-z]/g)) {
          const place = letter[0].charCodeAt(0) - 97
          vector[place] = (vector[place] ?? 0) + 1
        }
        return vector
      }),
    ),
}
