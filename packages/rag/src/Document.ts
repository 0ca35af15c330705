import * as Schema from "effect/Schema"
import { Metadata } from "./Metadata.ts"

/**
 * A text to be cut and searched. `id` is the caller's own and stays the same when the text changes, so that a document can
 * be indexed again. `mediaType` tells a chunker how to read it (`text/markdown`, `text/x-python`); absent is plain text.
 */
export const Document = Schema.Struct({
  id: Schema.NonEmptyString,
  text: Schema.String,
  title: Schema.optionalKey(Schema.String),
  /** Where it came from: a path or an address. */
  source: Schema.optionalKey(Schema.String),
  mediaType: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Metadata),
})
export interface Document extends Schema.Schema.Type<typeof Document> {}
