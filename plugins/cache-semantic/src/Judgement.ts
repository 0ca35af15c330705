import type { LlmError } from "@switchyard/core"
import { embedAll, type Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { conceptEmbedder } from "./ConceptEmbedder.ts"
import { guard, maxGuardedChars } from "./Guard.ts"
import { cosine } from "./internal/cosine.ts"

/** The cosine from which prompts are compared by the guard, where no other is given. */
export const defaultThreshold = 0.7

export interface JudgeOptions {
  /** Default: `conceptEmbedder`. */
  readonly embedder?: Embedder
  /** The least cosine of a hit, 0 to 1. Default: 0.7. */
  readonly threshold?: number
}

/** `hit`: an answer to one prompt serves the other. `similarity`: the cosine, -1 to 1. `guard`: what speaks against it. */
export interface Judgement {
  readonly hit: boolean
  readonly similarity: number
  readonly guard: ReadonlyArray<string>
}

/** The decision that the cache takes about a prompt and one that it knows, without an optional judge model. Fails as the embedder does. */
export const judge = (a: string, b: string, options: JudgeOptions = {}): Effect.Effect<Judgement, LlmError> => {
  const { threshold = defaultThreshold } = options
  const against = guard(a, b)
  if (a === b) return Effect.succeed({ hit: true, similarity: 1, guard: [] })
  return Effect.map(similarityOf(a, b, options), (similarity) => ({
    hit: against.length === 0 && similarity >= threshold,
    similarity,
    guard: similarity >= threshold ? against : [...against, `the similarity is below ${threshold}`],
  }))
}

/** The cosine of two prompts; 0 where one is too long to be compared. */
export const similarityOf = (
  a: string,
  b: string,
  { embedder = conceptEmbedder }: JudgeOptions = {},
): Effect.Effect<number, LlmError> =>
  a.length > maxGuardedChars || b.length > maxGuardedChars
    ? Effect.succeed(a === b ? 1 : 0)
    : Effect.map(embedAll(embedder, [a, b]), ([x, y]) => Math.round(cosine(x, y) * 10_000) / 10_000)
