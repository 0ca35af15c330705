// A bridge: three kinds of schemas become one. What TypeScript cannot see through them is asserted here and nowhere else.
import type { JsonObject } from "@switchyard/core"
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec"
import * as Effect from "effect/Effect"
import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import type { AnySchema, TypeOf } from "../AnySchema.ts"
import { closeObjects, findNonJson, inlineRoot, isJsonObject, isObject } from "./jsonSchema.ts"
import { schemaFault } from "./schemaFaults.ts"

/** One fault of a value. `path` points into its JSON. */
export interface Fault {
  readonly message: string
  readonly path: ReadonlyArray<string | number>
}

/** A schema of whatever kind, ready for use. */
export interface ReadSchema<A> {
  /** What the vendor is told: JSON Schema 2020-12 whose top level is an object. */
  readonly jsonSchema: JsonObject
  /** Checks and decodes JSON that a model wrote. */
  readonly decode: (value: unknown) => Effect.Effect<A, ReadonlyArray<Fault>>
}

/** What becomes of a tool's result: checked, and encoded where the schema is one of Effect. */
export type Encode = (value: unknown) => Effect.Effect<unknown, unknown>

/** Why a schema cannot be used, to be put after its name. */
export class SchemaProblem {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Reads a schema of any kind; never throws. */
export const readSchema = <S extends AnySchema>(schema: S): ReadSchema<TypeOf<S>> | SchemaProblem => {
  try {
    const read = readKind(schema)
    if (read instanceof SchemaProblem) return read
    const problem = topProblem(read.jsonSchema)
    return problem ?? (read as ReadSchema<TypeOf<S>>) // each kind decodes to what TypeOf says of it
  } catch (error) {
    return new SchemaProblem(`cannot be written as JSON Schema: ${messageOf(error)}`)
  }
}

/** Reads the schema of a result, which may be of any type; never throws. */
export const readOutput = (schema: AnySchema): Encode | SchemaProblem => {
  try {
    if (Schema.isSchema(schema)) return Schema.encodeUnknownEffect(Schema.toCodecJson(schema as Schema.Codec<unknown>))
    if (isStandard(schema)) return decoder(schema)
    const read = readKind(schema)
    return read instanceof SchemaProblem ? read : read.decode
  } catch (error) {
    return new SchemaProblem(`cannot be used: ${messageOf(error)}`)
  }
}

const readKind = (schema: AnySchema): ReadSchema<unknown> | SchemaProblem => {
  if (Schema.isSchema(schema)) return readEffect(schema as Schema.ConstraintDecoder<unknown>)
  if (isStandard(schema)) return readStandard(schema)
  if (!isObject(schema)) {
    return new SchemaProblem("is no schema: give a schema of Effect, a Standard Schema or a JSON Schema object")
  }
  return readRaw(schema)
}

const isStandard = (schema: unknown): schema is StandardSchemaV1 =>
  (typeof schema === "object" || typeof schema === "function") && schema !== null && "~standard" in schema

/** `Schema.Struct({})` admits every value but null; as the input of a tool it means that there is none. */
const anything = JSON.stringify({ not: { type: "null" } })

const readEffect = (schema: Schema.ConstraintDecoder<unknown>): ReadSchema<unknown> => {
  const document = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
  const whole = { ...document.schema, ...(isEmpty(document.definitions) ? {} : { $defs: document.definitions }) }
  const empty = JSON.stringify(whole) === anything
  return {
    jsonSchema: inlineRoot(empty ? { type: "object", properties: {}, additionalProperties: false } : json(whole)),
    decode: decoder(Schema.toStandardSchemaV1(Schema.toCodecJson(schema as Schema.Codec<unknown>))),
  }
}

const readStandard = (schema: StandardSchemaV1): ReadSchema<unknown> | SchemaProblem => {
  const { vendor } = schema["~standard"]
  const converter = (schema["~standard"] as Partial<StandardJSONSchemaV1.Props>).jsonSchema
  if (converter === undefined) {
    const mend =
      vendor === "valibot"
        ? "wrap it with toStandardJsonSchema of @valibot/to-json-schema"
        : `update ${vendor} to a version with Standard JSON Schema, or give JSON Schema itself`
    return new SchemaProblem(`is a schema of ${vendor} that cannot give its JSON Schema: ${mend}`)
  }
  const closed = closeObjects(json(converter.input({ target: "draft-2020-12" })))
  return { jsonSchema: inlineRoot(closed as JsonObject), decode: decoder(schema) }
}

/**
 * JSON Schema is checked by Effect's own reading of it, which knows all but the keywords below: a value is not checked
 * against those. The vendor is told them all the same.
 */
const unchecked: ReadonlyArray<string> = [
  "not",
  "if",
  "then",
  "else",
  "contains",
  "minContains",
  "maxContains",
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedItems",
  "unevaluatedProperties",
]

const readRaw = (schema: { readonly [key: string]: unknown }): ReadSchema<unknown> | SchemaProblem => {
  const alien = findNonJson(schema)
  if (alien !== undefined) {
    return new SchemaProblem(`is not JSON: there is ${alien.what} at ${alien.path === "" ? "its top" : alien.path}`)
  }
  const old = isDraft7(schema)
  const fault = schemaFault(schema, old)
  if (fault !== undefined) return new SchemaProblem(fault)
  const document = old ? JsonSchema.fromSchemaDraft07(schema) : JsonSchema.fromSchemaDraft2020_12(schema)
  const known = SchemaRepresentation.fromJsonSchemaDocument(withRoot(document), {
    patterns: "apply",
    onEnter: readable,
  })
  const { schema: root, definitions } = document
  const modern = old ? json({ ...root, ...(isEmpty(definitions) ? {} : { $defs: definitions }) }) : json(schema)
  const standard = Schema.toStandardSchemaV1(known as Schema.Codec<unknown>, {
    parseOptions: { onExcessProperty: "error" },
  })
  return { jsonSchema: inlineRoot(modern), decode: decoder(standard) }
}

const isDraft7 = (schema: { readonly [key: string]: unknown }): boolean =>
  !("$defs" in schema) && ("definitions" in schema || /draft-07/.test(String(schema["$schema"])))

/** Under this name a schema is its own definition, for those that refer to themselves as "#". */
const rootName = "(root)"

const withRoot = (document: JsonSchema.Document<"draft-2020-12">): JsonSchema.Document<"draft-2020-12"> => ({
  ...document,
  definitions: { ...document.definitions, [rootName]: document.schema },
})

/** What Effect's reading can take of one schema. */
const readable = (schema: JsonSchema.JsonSchema): JsonSchema.JsonSchema => {
  const known = Object.entries(schema).filter(([key]) => !unchecked.includes(key))
  return Object.fromEntries(
    known.map(([key, value]) => [key, key === "$ref" && value === "#" ? `#/$defs/${rootName}` : value]),
  )
}

const topProblem = (schema: JsonObject): SchemaProblem | undefined => {
  if (schema["type"] === "object") return undefined
  const is = typeof schema["type"] === "string" ? `is of type "${schema["type"]}"` : "has no single type"
  return new SchemaProblem(`must be an object at its top level, and it ${is}: put what it describes into a field`)
}

/** As plain data: converters may share objects between places. */
const json = (value: unknown): JsonObject => {
  const plain: unknown = JSON.parse(JSON.stringify(value))
  if (!isJsonObject(plain)) throw new TypeError("it is not a JSON object")
  return plain
}

const decoder =
  (schema: StandardSchemaV1) =>
  (value: unknown): Effect.Effect<unknown, ReadonlyArray<Fault>> =>
    Effect.flatMap(
      Effect.tryPromise({
        try: async () => schema["~standard"].validate(value),
        catch: (error): ReadonlyArray<Fault> => [{ message: messageOf(error), path: [] }],
      }),
      (result) =>
        result.issues === undefined
          ? Effect.succeed(result.value)
          : Effect.fail(result.issues.slice(0, most).map(faultOf)),
    )

/** More faults than this help nobody to correct them. */
const most = 20

const faultOf = ({ message, path = [] }: StandardSchemaV1.Issue): Fault => ({
  message,
  // As a plain list: the path of arktype is a list of a class of its own, which cannot be mapped when it is empty.
  path: Array.from(path, (step) => keyOf(typeof step === "object" ? step.key : step)),
})

const keyOf = (key: PropertyKey): string | number => (typeof key === "symbol" ? String(key) : key)

const isEmpty = (record: object): boolean => Object.keys(record).length === 0

/** The first line of what was thrown. */
export const messageOf = (error: unknown): string => {
  const text =
    error instanceof Error ? error.message : typeof error === "string" ? error : "it failed without a message"
  return (text.split("\n")[0] ?? "").slice(0, 500)
}
