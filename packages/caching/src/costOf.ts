import { type CallContext, type LlmResponse, usdAt } from "@switchyard/core"

/** What the answer cost: as its usage says, else by the catalogue's price. `undefined`: not known. */
export const costOf = (response: LlmResponse, context: CallContext): number | undefined => {
  const { usage, provider, route } = response
  if (usage.cost !== undefined) return usage.cost.currency === "USD" ? usage.cost.amount : undefined
  const model = route.attempts.findLast(({ outcome }) => outcome === "ok")?.candidate.model ?? response.model
  const price = context.catalog.describe({ provider, model }, context.providers.get(provider)?.provider)?.price
  return usdAt(price, usage)
}
