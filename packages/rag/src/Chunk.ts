import * as Schema from "effect/Schema"
import { Metadata } from "./Metadata.ts"

/**
 * A piece of a document. `document.text.slice(start, end) === text`: offsets are UTF-16 units and exact, so that an answer
 * can cite the source. What a chunker adds for the embedder alone (headings, a summary) is in `context`, never in `text`.
 */
export const Chunk = Schema.Struct({
  id: Schema.NonEmptyString,
  documentId: Schema.NonEmptyString,
  /** Its place among the document's chunks, from 0. */
  index: Schema.Natural,
  text: Schema.String,
  start: Schema.Natural,
  end: Schema.Natural,
  /** The headings above it, outermost first. */
  headings: Schema.Array(Schema.String),
  metadata: Metadata,
  /** Tokens of `text`, by the chunker's counter. */
  tokens: Schema.optionalKey(Schema.Natural),
  context: Schema.optionalKey(Schema.String),
  /** The ids of its neighbours in the document. */
  previous: Schema.optionalKey(Schema.String),
  next: Schema.optionalKey(Schema.String),
})
export interface Chunk extends Schema.Schema.Type<typeof Chunk> {}

/** The text to embed: the context, if there is one, above the chunk's own text. */
export const embeddingText = (chunk: Pick<Chunk, "text" | "context">): string =>
  chunk.context === undefined || chunk.context === "" ? chunk.text : `${chunk.context}\n\n${chunk.text}`
