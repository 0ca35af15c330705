import * as Schema from "effect/Schema"
import type { Price } from "./ModelInfo.ts"

const count = Schema.optionalKey(Schema.Natural)

/** An amount of money. `currency` is an ISO 4217 code; the catalogues use "USD". */
export const Cost = Schema.Struct({ amount: Schema.Finite, currency: Schema.String })
export interface Cost extends Schema.Schema.Type<typeof Cost> {}

/**
 * Tokens of one answer. A count that the provider did not report is absent, never 0.
 *
 * Invariant where reported: `input.uncached + input.cacheRead + input.cacheWrite = input.total` and
 * `output.text + output.reasoning = output.total`. (OpenAI reports cached tokens inside the total, Anthropic beside it:
 * providers translate.) A cost that is not known is absent, never 0.
 */
export const Usage = Schema.Struct({
  input: Schema.Struct({ total: count, uncached: count, cacheRead: count, cacheWrite: count }),
  output: Schema.Struct({ total: count, text: count, reasoning: count }),
  cost: Schema.optionalKey(Cost),
  raw: Schema.optionalKey(Schema.Json),
})
export interface Usage extends Schema.Schema.Type<typeof Usage> {}

/** The usage of an answer whose provider reported nothing. */
export const unknownUsage: Usage = { input: {}, output: {} }

/** What an answer cost at these rates, in USD; `undefined` where a rate or a count that it needs is not known. */
export const usdAt = (price: Price | undefined, { input, output }: Usage): number | undefined => {
  if (price === undefined) return undefined
  const { cacheRead = 0, cacheWrite = 0 } = input
  const uncached = input.uncached ?? (input.total === undefined ? undefined : input.total - cacheRead - cacheWrite)
  const parts: ReadonlyArray<readonly [tokens: number | undefined, rate: number | undefined]> = [
    [uncached, price.input],
    [cacheRead, price.cacheRead],
    [cacheWrite, price.cacheWrite],
    [output.total, price.output],
  ]
  let sum = 0
  for (const [tokens, rate] of parts) {
    if (tokens === 0) continue
    if (tokens === undefined || rate === undefined) return undefined
    sum += tokens * rate
  }
  return sum / 1e6
}

const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : a + b

const sum = <T extends { readonly [key: string]: number }>(
  a: Partial<T>,
  b: Partial<T>,
  keys: ReadonlyArray<keyof T>,
) => {
  const out: { [K in keyof T]?: number } = {}
  for (const key of keys) {
    const value = plus(a[key], b[key])
    if (value !== undefined) out[key] = value
  }
  return out
}

/** Usage of two answers together. A count that only one of them reported is that one's; costs in two currencies are not added. */
export const addUsage = (a: Usage, b: Usage): Usage => {
  const sameCurrency = a.cost && b.cost && a.cost.currency === b.cost.currency
  const cost = sameCurrency ? { amount: a.cost.amount + b.cost.amount, currency: a.cost.currency } : (a.cost ?? b.cost)
  return {
    input: sum<{ total: number; uncached: number; cacheRead: number; cacheWrite: number }>(a.input, b.input, [
      "total",
      "uncached",
      "cacheRead",
      "cacheWrite",
    ]),
    output: sum<{ total: number; text: number; reasoning: number }>(a.output, b.output, ["total", "text", "reasoning"]),
    ...(cost && !(a.cost && b.cost && !sameCurrency) ? { cost } : {}),
  }
}
