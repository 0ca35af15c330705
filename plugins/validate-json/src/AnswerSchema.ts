// A bridge: three kinds of schemas become one. What TypeScript cannot see through them is asserted here and nowhere else.
import { type JsonObject, LlmError } from "@switchyard/core"
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js"
import formats from "ajv-formats"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BoundedRegExp } from "./internal/schema/BoundedRegExp.ts"
import { PatternTooSlow, type TimeBudget } from "./internal/schema/TimeBudget.ts"
import { membersOf, typesOf } from "./internal/schema/JsonSchema.ts"
import { isMembers, type Members } from "./internal/Value.ts"

/** A schema of Zod, Valibot, ArkType …: https://standardschema.dev */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>
    readonly jsonSchema?: { readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown> }
  }
}

type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: ReadonlyArray<{
        readonly message: string
        readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
      }>
    }

/** What JSON must look like: JSON Schema 2020-12 (`true` takes everything, `false` nothing), a schema of Effect, or a Standard Schema. */
export type AnswerSchema = boolean | JsonObject | StandardSchema | Schema.ConstraintDecoder<unknown>

/** One fault of a value. */
export interface Fault {
  readonly message: string
  readonly path: ReadonlyArray<string | number>
  /** What to do about it. */
  readonly suggestion?: string
}

/** A schema of any kind, ready for use. `jsonSchema` guides the reading; without it values are checked only. `budget`: the time of its patterns. */
export interface ReadySchema {
  readonly jsonSchema: Members | undefined
  readonly check: (value: unknown, budget: TimeBudget) => Effect.Effect<ReadonlyArray<Fault>>
}

const ready = new WeakMap<object, ReadySchema>()

/** Gets a schema ready, once. Fails with `InvalidRequest` when it is none. */
export const readySchema = (schema: AnswerSchema): Effect.Effect<ReadySchema, LlmError> =>
  Effect.try({
    try: () => {
      if (typeof schema === "boolean") return fromJsonSchema(schema)
      if (typeof schema !== "object" && typeof schema !== "function")
        throw new Error(`it is ${typeof schema}, and must be an object, true or false`)
      if (schema === null || Array.isArray(schema))
        throw new Error(`it is ${schema === null ? "null" : "a list"}, and must be an object, true or false`)
      const known = ready.get(schema)
      if (known !== undefined) return known
      const made = makeReady(schema)
      ready.set(schema, made)
      return made
    },
    catch: (error) =>
      LlmError.make({
        _tag: "InvalidRequest",
        field: "schema",
        message: `the schema cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      }),
  })

const makeReady = (schema: Exclude<AnswerSchema, boolean>): ReadySchema => {
  if (Schema.isSchema(schema)) return fromEffect(schema as Schema.ConstraintDecoder<unknown>)
  if (isStandard(schema))
    return fromStandard(schema, schema["~standard"].jsonSchema?.input({ target: "draft-2020-12" }))
  return fromJsonSchema(schema as JsonObject)
}

const isStandard = (schema: object): schema is StandardSchema => "~standard" in schema

const asMembers = (value: unknown): Members | undefined => {
  const copy: unknown = JSON.parse(JSON.stringify(value) ?? "null")
  return isMembers(copy) ? copy : undefined
}

const fromEffect = (schema: Schema.ConstraintDecoder<unknown>): ReadySchema => {
  const { schema: root, definitions } = Schema.toJsonSchemaDocument(schema)
  const standard = Schema.toStandardSchemaV1(Schema.toCodecJson(schema as Schema.Codec<unknown>))
  return { ...fromStandard(standard, undefined), jsonSchema: asMembers({ ...root, $defs: definitions }) }
}

const fromStandard = (schema: StandardSchema, jsonSchema: unknown): ReadySchema => ({
  jsonSchema: jsonSchema === undefined ? undefined : asMembers(jsonSchema),
  check: (value) =>
    Effect.map(
      Effect.promise(async () => schema["~standard"].validate(value)),
      (result) =>
        (result.issues ?? []).slice(0, maxFaults).map(({ message, path = [] }) => ({
          message,
          path: path.map((step) => toStep(typeof step === "object" ? step.key : step)),
        })),
    ),
})

const toStep = (key: PropertyKey): string | number => (typeof key === "number" ? key : String(key))

/** More faults than these help nobody. */
const maxFaults = 20

const without$schema = (schema: JsonObject): JsonObject => {
  const { $schema: _, ...rest } = schema
  return rest
}

const fromJsonSchema = (schema: JsonObject | boolean): ReadySchema => {
  let patterns = 0
  const bounded = (pattern: string, flags: string): BoundedRegExp => {
    patterns++
    return new BoundedRegExp(pattern, flags)
  }
  const regExp = Object.assign(bounded, { code: "BoundedRegExp" })
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    logger: false,
    validateSchema: true,
    verbose: true,
    code: { regExp },
  })
  formats.default(ajv)
  const own = typeof schema === "boolean" ? schema : without$schema(schema)
  // The schema of schemas has patterns too, which are not the user's.
  ajv.validateSchema(true)
  ajv.validateSchema({})
  patterns = 0
  const validate = ajv.compile(own)
  const check = (value: unknown, budget: TimeBudget): ReadonlyArray<Fault> => {
    try {
      const holds = patterns === 0 ? validate(value) : budget.run(() => validate(value))
      return holds ? [] : (validate.errors ?? []).slice(0, maxFaults).map(toFault)
    } catch (error) {
      if (error instanceof PatternTooSlow || error instanceof RangeError) return [{ message: error.message, path: [] }]
      throw error
    }
  }
  return {
    jsonSchema: typeof schema === "boolean" ? undefined : asMembers(schema),
    check: (value, budget) => Effect.sync(() => check(value, budget)),
  }
}

const toFault = (error: ErrorObject): Fault => {
  const { instancePath, keyword, message, params } = error
  const suggestion = suggestionOf(error)
  const path = instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
  const allowed: unknown =
    keyword === "enum" ? params["allowedValues"] : keyword === "const" ? params["allowedValue"] : undefined
  const extra: unknown = keyword === "additionalProperties" ? params["additionalProperty"] : undefined
  const more = allowed !== undefined ? `: ${JSON.stringify(allowed)}` : typeof extra === "string" ? `: "${extra}"` : ""
  return {
    message: `${message ?? keyword}${more}`,
    path: path.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}

/** What to do about a fault of Ajv: which field is due and of what type. */
const suggestionOf = ({ keyword, params, parentSchema }: ErrorObject): string | undefined => {
  const schema: unknown = parentSchema
  if (keyword === "required") {
    const name = String(params["missingProperty"])
    const due = membersOf(isMembers(schema) ? schema["properties"] : undefined)[name]
    const types = isMembers(due) ? typesOf(due).join(" or ") : ""
    return `add the field "${name}"${types === "" ? "" : `, of type ${types}`}`
  }
  if (keyword === "type") return `give a value of type ${[params["type"]].flat().join(" or ")}`
  if (keyword === "enum") return `give one of ${JSON.stringify(params["allowedValues"])}`
  if (keyword === "const") return `give ${JSON.stringify(params["allowedValue"])}`
  if (keyword === "additionalProperties") return `leave out the field "${String(params["additionalProperty"])}"`
  return keyword === "pattern" ? `give a string that matches ${String(params["pattern"])}` : undefined
}
