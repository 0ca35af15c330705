import type { CallContext, LlmResponse, Price, Usage } from "@switchyard/core"

const perMillion = 1e-6

/** At these rates, in USD; `undefined` where a count or a rate that it needs is not known. */
export const priced = ({ input, output }: Usage, price: Price): number | undefined => {
  const { cacheRead = 0, cacheWrite = 0 } = input
  const plain = input.uncached ?? (input.total === undefined ? undefined : input.total - cacheRead - cacheWrite)
  const terms = [
    [plain, price.input],
    [cacheRead, price.cacheRead],
    [cacheWrite, price.cacheWrite],
    [output.total, price.output],
  ] as const
  let usd = 0
  for (const [tokens, rate] of terms) {
    if (tokens === 0) continue
    if (tokens === undefined || rate === undefined) return undefined
    usd += tokens * rate * perMillion
  }
  return usd
}

/** What the answer cost: as its usage says, else by the catalogue's price. `undefined`: not known. */
export const costOf = (response: LlmResponse, context: CallContext): number | undefined => {
  const { usage, provider, route } = response
  if (usage.cost !== undefined) return usage.cost.currency === "USD" ? usage.cost.amount : undefined
  const model = route.attempts.findLast(({ outcome }) => outcome === "ok")?.candidate.model ?? response.model
  const price = context.catalog.describe({ provider, model }, context.providers.get(provider)?.provider)?.price
  return price === undefined ? undefined : priced(usage, price)
}
