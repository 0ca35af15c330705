import type { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Chunk } from "./Chunk.ts"
import type { Filter } from "./Filter.ts"

export interface RetrievalQuery {
  readonly text: string
  /** How many chunks at most. */
  readonly k: number
  readonly filter?: Filter
  readonly namespace?: string
}

/** A chunk that was found. Scores of one retriever can be compared with each other, and with nothing else. */
export interface Retrieved {
  readonly chunk: Chunk
  readonly score: number
  /** What each stage gave it, by the stage's name: `{ vector: 0.71, keyword: 3.2 }`. */
  readonly scores?: Readonly<Record<string, number>>
  /** Why it was chosen, a line for each stage that had a say, for people: `vector: 3rd of 40, cosine 0.71`. */
  readonly why?: ReadonlyArray<string>
}

/** Finds the chunks that bear on a question, best first. Finding none is an empty list, not a failure. */
export interface Retriever {
  readonly id: string
  readonly retrieve: (query: RetrievalQuery) => Effect.Effect<ReadonlyArray<Retrieved>, LlmError>
}

/** The retriever that the parts of a stack share. */
export const Retriever = Context.Service<Retriever>("@switchyard/rag/Retriever")
