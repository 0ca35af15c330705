import { type CallContext, type Candidate, type ModelInfo, type Price, type Usage, usdAt } from "@switchyard/core"
import type { PriceCatalogue } from "../PriceCatalogue.ts"
import type { UsageTokenCounter } from "../TokenCounter.ts"

/** What budgets and the ledger ask about prices and tokens. */
export interface Pricing {
  /** What this usage costs, in USD; `undefined` where a rate is not known. */
  readonly usd: (candidate: Candidate, usage: Usage, known?: Known) => number | undefined
  readonly counter: UsageTokenCounter
  readonly catalogue: PriceCatalogue
  /** What inexact counts are raised by for a reservation. */
  readonly margin: number
}

/** What is known of a model without calling it: by the stack's catalogue, and the price that the provider itself states. */
export interface Known {
  readonly info: ModelInfo | undefined
  readonly price: Price | undefined
}

/** A catalogue that fails knows nothing. */
export const knownOf = (candidate: Candidate, { catalog, providers }: CallContext): Known => {
  try {
    const provider = providers.get(candidate.provider)?.provider
    return { info: catalog.describe(candidate, provider), price: provider?.describe(candidate.model)?.price }
  } catch {
    return { info: undefined, price: undefined }
  }
}

/** The user's own prices come first, then what the provider states, then the lists, then any other catalogue of the stack. */
export const usdFrom =
  (catalogue: PriceCatalogue, now: () => number): Pricing["usd"] =>
  ({ provider, model }, usage, known) => {
    const id = `${provider}/${model}`
    const atMs = now()
    const listed = () => catalogue.cost(id, usage, { atMs }).usd
    const found = catalogue.price(id, atMs)
    if (found.rates !== undefined && found.from === "override") return listed()
    return usdAt(known?.price, usage) ?? listed() ?? usdAt(known?.info?.price, usage)
  }
