import * as Schema from "effect/Schema"

const Scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])

/** What a metadata field may hold: one scalar, or a list of them. Dates are ISO 8601 strings, so that they sort. */
export const MetadataValue = Schema.Union([Scalar, Schema.Array(Scalar)])

/** What is known of a document or chunk and may be filtered on: flat, so that every store can index it. */
export const Metadata = Schema.Record(Schema.String, MetadataValue)

export type MetadataScalar = string | number | boolean | null
export type MetadataValue = MetadataScalar | ReadonlyArray<MetadataScalar>
export interface Metadata {
  readonly [field: string]: MetadataValue
}
