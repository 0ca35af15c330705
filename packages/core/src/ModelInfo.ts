import * as Schema from "effect/Schema"

/** USD per million tokens. A rate that is not known is absent: cost is then unknown, never 0. */
export const Price = Schema.Struct({
  input: Schema.optionalKey(Schema.Finite),
  output: Schema.optionalKey(Schema.Finite),
  cacheRead: Schema.optionalKey(Schema.Finite),
  cacheWrite: Schema.optionalKey(Schema.Finite),
})
export interface Price extends Schema.Schema.Type<typeof Price> {}

/**
 * What is known of a model without calling it. `contextWindow` and `maxOutput` are tokens; media are MIME types or
 * wildcards ("image/*"); absent means unknown.
 */
export const ModelInfo = Schema.Struct({
  contextWindow: Schema.optionalKey(Schema.Natural),
  maxOutput: Schema.optionalKey(Schema.Natural),
  inputMedia: Schema.Array(Schema.String),
  outputMedia: Schema.Array(Schema.String),
  tools: Schema.Boolean,
  structuredOutput: Schema.Boolean,
  reasoning: Schema.Boolean,
  acceptsPrefill: Schema.Boolean,
  fetchesUrls: Schema.Boolean,
  price: Schema.optionalKey(Price),
})
export interface ModelInfo extends Schema.Schema.Type<typeof ModelInfo> {}
