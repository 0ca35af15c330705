import {
  type JsonObject,
  type LlmError,
  type Part,
  textOf,
  type Validator,
  type ValidatorFactory,
  type Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readySchema } from "./AnswerSchema.ts"
import type { Extraction } from "./Extraction.ts"
import { extractJson } from "./extractJson.ts"
import { extractWith, type SchemaExtraction } from "./extractWith.ts"
import { type ReadParams, readParams, refusedBySchema, wrongParam } from "./internal/params.ts"
import { TimeBudget } from "./internal/schema/TimeBudget.ts"
import { type CheckField, FieldCheck, readyCheck } from "./FieldCheck.ts"

/** What holds for every validator of the plugin unless its own parameters say otherwise. */
export const Settings = Schema.Struct({
  /** Which of several values is taken. Default: the one that fits, where a schema is given; else `auto`. */
  choose: Schema.optionalKey(Schema.Literals(["auto", "first", "last", "largest", "fits"])),
  /** Is broken JSON put right? Default: true. */
  repair: Schema.optionalKey(Schema.Boolean),
  /** An answer with a lower score, 0 to 1, is not ok. Default: 0.5. */
  minScore: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** Longer answers, in UTF-16 units, are not ok. Default: 20,000,000. */
  maxChars: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
})
export interface Settings extends Schema.Schema.Type<typeof Settings> {}

const JsonSchema = Schema.Union([Schema.JsonObject, Schema.Boolean])
const Json = Schema.Struct({
  ...Settings.fields,
  schema: Schema.optionalKey(JsonSchema),
  fields: Schema.optionalKey(Schema.Array(FieldCheck)),
})
const OfSchema = Schema.Struct({ ...Settings.fields, schema: JsonSchema })
const Fields = Schema.Struct({ ...Settings.fields, fields: Schema.NonEmptyArray(FieldCheck) })
const FieldPresent = Schema.Struct({
  ...Settings.fields,
  fieldName: Schema.NonEmptyString,
  expectedValue: Schema.optionalKey(Schema.Json),
  shouldExist: Schema.optionalKey(Schema.Boolean),
})

interface Task extends Settings {
  readonly schema?: JsonObject | boolean
  readonly fields?: ReadonlyArray<FieldCheck>
}

const decoder = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) =>
  Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error" })

const json = decoder(Json)
const ofSchema = decoder(OfSchema)
const fields = decoder(Fields)
const fieldPresent = decoder(FieldPresent)

const toPresent = ({ expectedValue, fieldName, shouldExist = true, ...rest }: typeof FieldPresent.Type): Task => ({
  ...rest,
  fields: [
    shouldExist
      ? { path: fieldName, ...(expectedValue === undefined ? {} : { equals: expectedValue }) }
      : { path: fieldName, absent: true },
  ],
})

interface Rule {
  /** Every parameter it takes, in camelCase. */
  readonly known: ReadonlyArray<string>
  readonly read: (params: JsonObject) => Effect.Effect<Task, Schema.SchemaError>
}

const jsonRule: Rule = { known: Object.keys(Json.fields), read: json }

/** How each name's parameters are read. */
const rules: Readonly<Record<string, Rule>> = {
  json: jsonRule,
  json_string: jsonRule,
  schema: { known: Object.keys(OfSchema.fields), read: ofSchema },
  fields: { known: Object.keys(Fields.fields), read: fields },
  field_present: {
    known: Object.keys(FieldPresent.fields),
    read: (params) => Effect.map(fieldPresent(params), toPresent),
  },
}

/** The validators `json`, `json_string`, `schema`, `fields` and `field_present`. */
export const jsonValidators = (settings: Settings): ValidatorFactory => ({
  names: Object.keys(rules),
  make: Effect.fnUntraced(function* (name, written) {
    const { known, read } = rules[name] ?? jsonRule
    // The parameters of `schema` may be the schema itself.
    const given = name === "schema" && !("schema" in written) ? { schema: written } : written
    const { params, unknown } = readParams(name, known, given)
    const task = yield* Effect.mapError(read(params), (error) =>
      refusedBySchema(name, error.message, Object.keys(given)),
    )
    const checks = yield* Effect.forEach(task.fields ?? [], (check, index) =>
      Effect.mapError(readyCheck(check), (error) =>
        wrongParam(name, checkParam(given, index, fieldOf(error)), error.message),
      ),
    )
    if (task.schema !== undefined)
      yield* Effect.mapError(readySchema(task.schema), (error) => wrongParam(name, "schema", error.message))
    return warning(unknown, makeValidator(name, { ...settings, ...task }, checks))
  }),
})

const fieldOf = ({ reason }: LlmError): string => (reason._tag === "InvalidRequest" ? (reason.field ?? "") : "")

/** Where a check was written: in a list, or as the name of one field. */
const checkParam = (given: JsonObject, index: number, field: string): string =>
  "fields" in given ? `fields[${index}].${field}` : "fieldName" in given ? "fieldName" : "field_name"

/** Tells once, with the first answer, which parameters were ignored. */
const warning = (unknown: ReadParams["unknown"], { validate }: Validator): Validator => {
  let untold = unknown
  return {
    validate: (response, request, context) =>
      Effect.suspend(() => {
        for (const { message, setting } of untold) context.warn({ type: "unsupported", setting, message })
        untold = []
        return validate(response, request, context)
      }),
  }
}

const makeValidator = (name: string, task: Task, checks: ReadonlyArray<CheckField>): Validator => ({
  validate: Effect.fnUntraced(function* ({ content }) {
    const text = textOf(content)
    const extraction = yield* extract(text, task)
    return judge({ name, task, checks, text, content }, extraction)
  }),
})

const extract = (
  text: string,
  { choose, maxChars, repair, schema }: Task,
): Effect.Effect<SchemaExtraction, LlmError> => {
  const limits = { ...(maxChars === undefined ? {} : { maxChars }), ...(repair === undefined ? {} : { repair }) }
  if (schema !== undefined) return extractWith(text, schema, { ...limits, ...(choose === undefined ? {} : { choose }) })
  const plain = { ...limits, ...(choose === undefined || choose === "fits" ? {} : { choose }) }
  return Effect.sync(() => ({ ...extractJson(text, plain), coercions: [], faults: [] }))
}

interface Judged {
  readonly name: string
  readonly task: Task
  readonly checks: ReadonlyArray<CheckField>
  readonly text: string
  readonly content: ReadonlyArray<Part>
}

const suggestions: Readonly<Record<Exclude<Extraction, { found: true }>["reason"], string>> = {
  "no-json": "answer with JSON and nothing else",
  "not-valid": "answer with valid JSON and nothing else",
  "too-deep": "nest arrays and objects less deeply",
  "too-long": "give a shorter answer",
}

const judge = ({ checks, content, name, task, text }: Judged, extraction: SchemaExtraction): Verdict => {
  if (!extraction.found) {
    const { message, reason } = extraction
    return { ok: false, score: 0, issues: [{ validator: name, message, suggestion: suggestions[reason] }] }
  }
  const { coercions, end, repairs, score, start, value } = extraction
  const budget = new TimeBudget(text.length)
  const found = [...extraction.faults, ...checks.flatMap((check) => check(value, budget))]
  const faults = found.map(({ message, path, suggestion }) => ({
    validator: name,
    message: `${path.length === 0 ? "the JSON" : pathText(path)}: ${message}`,
    path: path.map(toStep),
    ...(suggestion === undefined ? {} : { suggestion }),
  }))
  const notes = [
    ...repairs.map(({ message, start: at }) => ({ validator: name, message, start: at })),
    ...coercions.map(({ message, path }) => ({
      validator: name,
      message: `${pathText(path)}: ${message}`,
      path: path.map(toStep),
    })),
  ]
  const doubtful = score < (task.minScore ?? 0.5)
  const doubt = {
    validator: name,
    message: `the JSON can be read in more than one way (score ${score})`,
    start,
    end,
    suggestion: "answer with complete, valid JSON and nothing else",
  }
  const issues = [...faults, ...(doubtful ? [doubt] : []), ...notes]
  const verdict = { ok: faults.length === 0 && !doubtful, score: faults.length === 0 ? score : 0, issues }
  const changed = repairs.length > 0 || coercions.length > 0 || start > 0 || end < text.length
  return changed ? { ...verdict, repaired: repairedContent(content, value) } : verdict
}

/** A position in an array is told from a name. */
const toStep = (step: string | number): string | number => (typeof step === "number" && step < 0 ? String(step) : step)

const pathText = (path: ReadonlyArray<string | number>): string =>
  `$${path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")}`

/** What the answer holds besides text stays; its text becomes the JSON. */
const repairedContent = (content: ReadonlyArray<Part>, value: unknown): ReadonlyArray<Part> => [
  ...content.filter((part) => part.type !== "text"),
  { type: "text", text: JSON.stringify(value) },
]
