import type { LlmError } from "@switchyard/core"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Document } from "./Document.ts"

/** Why something in a source is not indexed, for the report: `a binary file`, `larger than 20 MB`. */
export interface Skipped {
  readonly _tag: "Skipped"
  readonly why: string
  /** It may be readable later, as far as is known: what an index holds of it stays. */
  readonly transient?: true
}

/** One document of a source, not read yet. */
export interface SourceItem {
  /** The document's id: a path within the source, an address. The same for as long as it is the same document. */
  readonly id: string
  /**
   * Changes whenever the text may have changed, and is cheap to know: time and size of a file, a revision. Absent: the text
   * is read each time, and its hash decides.
   */
  readonly fingerprint?: string
  readonly read: Effect.Effect<Document | Skipped, LlmError>
}

/**
 * Where documents come from. Contract: `items` names each document once, with all that are there now, so that what is
 * missing has been deleted; it begins anew each time it is run. Reading one fails only when the whole source is ill.
 */
export interface DocumentSource {
  readonly id: string
  readonly items: Stream.Stream<SourceItem, LlmError>
}
