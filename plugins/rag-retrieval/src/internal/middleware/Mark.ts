import type { Json, ProviderData } from "@switchyard/core"
import type { Retrieved } from "@switchyard/rag"
import { type Citation, citationOf } from "../../Citation.ts"
import { labelOf } from "./label.ts"

/** What is kept beside a passage in the request, and comes back with its source: under this name in `providerData`. */
const markName = "retrieval"

/** A passage of a request: its number in the answer, and where it stands. Its label is harmless in a prompt. */
export interface Mark extends Citation {
  readonly number: number
  readonly chunk: string
}

export const markOf = (passage: Retrieved, number: number): Mark => ({
  ...citationOf(passage),
  label: labelOf(passage),
  number,
  chunk: passage.chunk.id,
})

/** The mark of a source of the answer. */
export const marked = (mark: Mark): ProviderData => ({ [markName]: { ...mark } })

/**
 * The mark of what one call put into its request, which goes with every copy of it. The key stands in nothing that the
 * caller gave, so no caller can have written it.
 */
export const markedBy = (key: string, mark: Mark | { readonly number: 0 }): ProviderData => ({
  [markName]: { ...mark, key },
})

/** The number of the passage that the call with this key put here; 0 for the rule before all passages. */
export const numberIn = (data: ProviderData | undefined, key: string): number | undefined => {
  const value: Json | undefined = data?.[markName]
  if (typeof value !== "object" || value === null || !("key" in value) || value["key"] !== key) return undefined
  return typeof value["number"] === "number" ? value["number"] : undefined
}
