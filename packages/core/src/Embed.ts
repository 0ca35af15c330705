import * as Schema from "effect/Schema"
import { ProviderData } from "./Json.ts"
import { RouteTrace } from "./RouteTrace.ts"
import { Usage } from "./Usage.ts"

/** Texts to turn into vectors. `dimensions` is honoured by models that can shorten their vectors. */
export const EmbedRequest = Schema.Struct({
  model: Schema.String,
  inputs: Schema.Array(Schema.String),
  dimensions: Schema.optionalKey(Schema.Natural),
  providerData: Schema.optionalKey(ProviderData),
  deadline: Schema.optionalKey(Schema.Finite),
  tenant: Schema.optionalKey(Schema.String),
  tags: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
})
export interface EmbedRequest extends Schema.Schema.Type<typeof EmbedRequest> {}

/** What a provider's `embed` gives back: `vectors[i]` belongs to `inputs[i]` and has `dimensions` numbers. */
export interface ProviderEmbedResponse {
  readonly vectors: ReadonlyArray<Float32Array>
  readonly dimensions: number
  readonly model: string
  readonly usage: Usage
}

/** What an embedding call gives back. */
export interface EmbedResponse extends ProviderEmbedResponse {
  readonly provider: string
  readonly route: RouteTrace
}
