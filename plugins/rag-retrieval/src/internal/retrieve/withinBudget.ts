import type { TokenCounter } from "@switchyard/core"
import type { Chunk, Retrieved } from "@switchyard/rag"
import type { Dropped } from "../../Retrieval.ts"
import { alone, type Passage, retrievedOf } from "./Passage.ts"

export type CountTokens = (chunk: Chunk) => number

/** The chunker's own count where there is one, else the counter's. */
export const countOf =
  (counter: TokenCounter, model: string): CountTokens =>
  ({ tokens, text }) =>
    tokens ?? counter.count(text, model).tokens

/**
 * The passages that fit into `maxTokens` together, the best first. One that is too long with its neighbours comes without
 * them; one that is too long by itself is dropped, and lesser ones that still fit are taken.
 */
export const withinBudget = (
  passages: ReadonlyArray<Passage>,
  maxTokens: number | undefined,
  count: CountTokens,
): { readonly passages: ReadonlyArray<Retrieved>; readonly dropped: ReadonlyArray<Dropped> } => {
  const kept: Array<Retrieved> = []
  const dropped: Array<Dropped> = []
  let left = maxTokens ?? Infinity
  for (const passage of passages) {
    const whole = retrievedOf(passage)
    const bare = retrievedOf(alone(passage.hit))
    const needs = left === Infinity ? 0 : count(whole.chunk)
    const fitting = needs <= left ? whole : count(bare.chunk) <= left ? bare : undefined
    if (fitting === undefined) {
      dropped.push({
        passage: bare,
        why: `its ${count(bare.chunk)} tokens do not fit: ${left} of ${maxTokens} are left`,
      })
      continue
    }
    kept.push(fitting)
    left -= fitting === whole ? needs : count(bare.chunk)
  }
  return { passages: kept, dropped }
}
