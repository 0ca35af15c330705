import type { CallContext, LlmResponse } from "@switchyard/core"
import { isReported } from "./Meter.ts"
import { knownOf, type Pricing } from "./Pricing.ts"

/** The answer with its cost, where the provider gave none and a price is known. What came from a cache stays as it is. */
export const priced = (response: LlmResponse, context: CallContext, { usd }: Pricing): LlmResponse => {
  const { usage, provider, model, cached } = response
  if (cached !== undefined || usage.cost !== undefined || !isReported(usage)) return response
  // The name that was asked for: vendors answer with another one.
  const asked = response.route.attempts.at(-1)?.candidate
  const candidate = asked?.provider === provider ? asked : { provider, model }
  const amount = usd(candidate, usage, knownOf(candidate, context))
  return amount === undefined ? response : { ...response, usage: { ...usage, cost: { amount, currency: "USD" } } }
}
