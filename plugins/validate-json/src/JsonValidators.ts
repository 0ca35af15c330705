import {
  type JsonObject,
  LlmError,
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

const Json = Schema.Struct({
  ...Settings.fields,
  schema: Schema.optionalKey(Schema.JsonObject),
  fields: Schema.optionalKey(Schema.Array(FieldCheck)),
})
const OfSchema = Schema.Struct({ ...Settings.fields, schema: Schema.JsonObject })
const Fields = Schema.Struct({ ...Settings.fields, fields: Schema.NonEmptyArray(FieldCheck) })
const FieldPresent = Schema.Struct({
  ...Settings.fields,
  field_name: Schema.NonEmptyString,
  expected_value: Schema.optionalKey(Schema.Json),
  should_exist: Schema.optionalKey(Schema.Boolean),
})

interface Task extends Settings {
  readonly schema?: JsonObject
  readonly fields?: ReadonlyArray<FieldCheck>
}

const decoder = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) =>
  Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error" })

const json = decoder(Json)
const ofSchema = decoder(OfSchema)
const fields = decoder(Fields)
const fieldPresent = decoder(FieldPresent)

const toPresent = ({ expected_value, field_name, should_exist = true, ...rest }: typeof FieldPresent.Type): Task => ({
  ...rest,
  fields: [
    should_exist
      ? { path: field_name, ...(expected_value === undefined ? {} : { equals: expected_value }) }
      : { path: field_name, absent: true },
  ],
})

/** How each name's parameters are read. */
const tasks: Readonly<Record<string, (params: JsonObject) => Effect.Effect<Task, Schema.SchemaError>>> = {
  json,
  json_string: json,
  schema: (params) => ofSchema("schema" in params ? params : { schema: params }),
  fields,
  field_present: (params) => Effect.map(fieldPresent(params), toPresent),
}

/** The validators `json`, `json_string`, `schema`, `fields` and `field_present`. */
export const jsonValidators = (settings: Settings): ValidatorFactory => ({
  names: Object.keys(tasks),
  make: Effect.fnUntraced(function* (name, params) {
    const read = tasks[name] ?? json
    const task = yield* Effect.mapError(read(params), (error) => wrongParams(name, error.message))
    const checks = yield* Effect.forEach(task.fields ?? [], readyCheck)
    if (task.schema !== undefined) yield* readySchema(task.schema)
    return makeValidator(name, { ...settings, ...task }, checks)
  }),
})

const wrongParams = (name: string, problem: string): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "policy.validators",
    message: `the parameters of the validator "${name}" are wrong: ${problem.replace(/\s+/g, " ")}`,
  })

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
  const faults = [...extraction.faults, ...checks.flatMap((check) => check(value))].map(({ message, path }) => ({
    validator: name,
    message: `${path.length === 0 ? "the JSON" : pathText(path)}: ${message}`,
    path: path.map(toStep),
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
