import * as Schema from "effect/Schema"

/** Any JSON value. */
export type Json = Schema.Json

/** A JSON object. */
export type JsonObject = Schema.JsonObject

/**
 * What only one provider understands, keyed by provider id: `{ openai: { itemId: "rs_1" } }`. Goes in with a request and
 * comes out with a response in the same shape, so that replaying an answer in the next request is a copy.
 */
export const ProviderData = Schema.Record(Schema.String, Schema.JsonObject)
export interface ProviderData {
  readonly [provider: string]: JsonObject
}
