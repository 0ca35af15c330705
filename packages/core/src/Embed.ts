import * as Schema from "effect/Schema"
import { ProviderData } from "./Json.ts"
import { LlmError } from "./LlmError.ts"
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

/** Checks what types cannot promise to callers without types: `InvalidRequest`, naming the field. */
export const makeEmbedRequest = (input: EmbedRequest): EmbedRequest | LlmError => {
  const invalid = (field: string, what: string) =>
    LlmError.make({ _tag: "InvalidRequest", field, message: `${field} ${what}` })
  if (typeof input !== "object" || input === null)
    return invalid("request", "must be an object with a model and inputs")
  const { model, inputs, deadline }: { readonly [K in keyof EmbedRequest]?: unknown } = input
  if (typeof model !== "string" || model.trim() === "") return invalid("model", "must name an embedding model")
  if (!Array.isArray(inputs) || inputs.length === 0) return invalid("inputs", "must be a list of at least one text")
  const wrong = inputs.findIndex((text: unknown) => typeof text !== "string")
  if (wrong >= 0) return invalid(`inputs[${wrong}]`, "must be a string")
  if (deadline !== undefined && !(typeof deadline === "number" && deadline > 0)) {
    return invalid("deadline", "must be a number of milliseconds above 0")
  }
  return input
}

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
