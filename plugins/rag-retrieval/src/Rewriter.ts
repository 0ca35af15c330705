import type { LlmError } from "@switchyard/core"
import type * as Effect from "effect/Effect"

/** Another wording of a question. */
export interface Rewording {
  readonly text: string
  /** Where it is looked for. An imagined answer is for vectors: its words are made up. Default: `"both"`. */
  readonly leg?: "vector" | "keyword" | "both"
  /** How much its ranking counts against that of the question itself, which is 1. Default: 1. */
  readonly weight?: number
}

/** Says a question in other ways; none is an answer too. A failure costs the rewordings, never the question. */
export interface Rewriter {
  readonly id: string
  readonly rewrite: (question: string) => Effect.Effect<ReadonlyArray<Rewording>, LlmError>
}
