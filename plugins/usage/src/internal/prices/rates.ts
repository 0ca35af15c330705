import * as Schema from "effect/Schema"

const Amount = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * USD per million tokens: one number, or with tiers by the length of the input: where the input (cached tokens included)
 * is longer than `above` tokens, all tokens of the call cost that price.
 */
export const Rate = Schema.Union([
  Amount,
  Schema.Struct({ base: Amount, tiers: Schema.Array(Schema.Struct({ above: Amount, price: Amount })) }),
])
export type Rate = typeof Rate.Type

const rate = Schema.optionalKey(Rate)

/**
 * What a model costs. Tokens of a kind without a rate of its own are billed as the kind that they belong to: cached, cache
 * write and image as `input`, reasoning and image as `output`. Where that is missing, too, the cost is unknown.
 */
export const Rates = Schema.Struct({
  input: rate,
  output: rate,
  cacheRead: rate,
  cacheWrite: rate,
  /** Written to Anthropic's cache for an hour. */
  cacheWrite1h: rate,
  reasoning: rate,
  imageInput: rate,
  imageOutput: rate,
  audioInput: rate,
  audioOutput: rate,
  /** What a batch costs, as a share of the price. */
  batch: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
})
export interface Rates extends Schema.Schema.Type<typeof Rates> {}

/** In USD per token, for an input of this length. */
export const perToken = (given: Rate | undefined, input: number): number | undefined => {
  if (given === undefined) return undefined
  if (typeof given === "number") return given / 1e6
  let price = given.base
  let from = -1
  for (const tier of given.tiers) {
    if (input > tier.above && tier.above > from) {
      price = tier.price
      from = tier.above
    }
  }
  return price / 1e6
}

export const baseOf = (given: Rate | undefined): number | undefined =>
  given === undefined || typeof given === "number" ? given : given.base

export const free: Rates = { input: 0, output: 0 }
