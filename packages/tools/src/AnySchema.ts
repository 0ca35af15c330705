import type { JsonObject } from "@switchyard/core"
import type { StandardSchemaV1 } from "@standard-schema/spec"
import type * as Schema from "effect/Schema"

/** JSON Schema (2020-12) as it is written. */
export type RawJsonSchema = JsonObject

/**
 * The three ways to say what JSON must look like: a schema of Effect, a Standard Schema that can also give its JSON Schema
 * (zod 4, arktype, valibot through `toStandardJsonSchema` of `@valibot/to-json-schema`), or JSON Schema itself.
 * Its top level must be an object: vendors take nothing else.
 */
export type AnySchema = Schema.ConstraintDecoder<unknown> | StandardSchemaV1 | RawJsonSchema

/** What a value is when it has been checked and decoded. JSON Schema says nothing to TypeScript: `JsonObject`. */
export type TypeOf<S> = S extends Schema.Constraint
  ? S["Type"]
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<S>
    : JsonObject

/** What a value is before it is decoded: what the model writes. */
export type EncodedOf<S> = S extends Schema.Constraint
  ? S["Encoded"]
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferInput<S>
    : JsonObject

/** What may be there while a value is still being written: any field may be missing, any text may be its beginning. */
export type DeepPartial<T> = T extends string
  ? string
  : T extends ReadonlyArray<infer Item>
    ? ReadonlyArray<DeepPartial<Item>>
    : T extends object
      ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
      : T
