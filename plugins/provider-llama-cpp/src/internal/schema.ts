import { type Json, type JsonObject, LlmError } from "@switchyard/core"
import type { GbnfJsonBasicSchema } from "node-llama-cpp"
import { mergeSchemas } from "./mergeSchemas.ts"
import type { Warnings } from "./Warnings.ts"

/** A schema in the library's dialect: what a grammar can express. */
export type GrammarSchema = JsonObject

/** As the library's own type, which spells out every combination of keywords: one of them stands for all. */
export const toLibrary = (schema: GrammarSchema): GbnfJsonBasicSchema => schema as unknown as GbnfJsonBasicSchema

/**
 * Most repetitions that llama.cpp's grammars take wherever they stand: `MAX_REPETITION_THRESHOLD` in `llama-grammar.cpp`
 * is 2000 for what is repeated times how often, and the rule at the root counts twice.
 */
const maxRepetitions = 1000
/** Deepest nesting; recursion through `$ref` does not count. */
const maxDepth = 64

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const scalars = ["string", "number", "integer", "boolean", "null"]
const anyScalar: GrammarSchema = { type: scalars }
/** Any JSON value. */
const anything: GrammarSchema = {
  oneOf: [anyScalar, { type: "object", additionalProperties: true }, { type: "array" }],
}

/** Keywords that a grammar cannot hold the model to; the answer may break them. */
const notEnforced = [
  "pattern",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "uniqueItems",
  "contains",
  "not",
  "if",
  "propertyNames",
  "dependentSchemas",
]
/** Keywords without which the shape itself would be wrong. */
const notExpressible = ["$dynamicRef", "patternProperties"]

const formats = ["date-time", "date", "time"]

const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

/** Translates one schema; remembers where it is, so that what it refuses can be named. */
class Translation {
  readonly #setting: string
  readonly #warnings: Warnings
  readonly #definitions: JsonObject

  constructor(setting: string, warnings: Warnings, definitions: JsonObject) {
    this.#setting = setting
    this.#warnings = warnings
    this.#definitions = definitions
  }

  refuse(path: string, why: string): LlmError {
    return LlmError.make({
      _tag: "Unsupported",
      feature: path,
      message: `${path} ${why}: a local model is held to a schema by a grammar, which cannot express it. Rewrite that part`,
    })
  }

  /** A choice of nothing would be an answer of nothing. */
  #notEmpty(choices: ReadonlyArray<Json>, path: string): void {
    if (choices.length === 0) throw this.refuse(path, "is an empty list and allows nothing")
  }

  #loose(path: string, keyword: string): void {
    this.#warnings.degraded(this.#setting, `${path}.${keyword} is not enforced: validate the answer`)
  }

  schema(given: Json | undefined, path: string, depth = 0): GrammarSchema {
    if (depth > maxDepth) throw this.refuse(path, `is nested more than ${maxDepth} deep`)
    if (given === undefined || given === true) return anything
    if (!isObject(given)) throw this.refuse(path, given === false ? "allows nothing" : "is no schema")
    const bad = notExpressible.find((keyword) => given[keyword] !== undefined)
    if (bad !== undefined) throw this.refuse(`${path}.${bad}`, "is used")
    for (const keyword of notEnforced) {
      if (given[keyword] !== undefined && given[keyword] !== false) this.#loose(path, keyword)
    }
    return this.#combined(given, path, depth)
  }

  #combined(given: JsonObject, path: string, depth: number): GrammarSchema {
    if (typeof given["$ref"] === "string") return { $ref: this.#reference(given["$ref"], path) }
    if (Array.isArray(given["allOf"])) {
      const { allOf, ...rest } = given
      const merged = list(allOf).reduce<JsonObject>(
        (whole, part) => this.#merge(whole, this.#resolved(part), path),
        rest,
      )
      return this.schema(merged, path, depth + 1)
    }
    for (const keyword of ["anyOf", "oneOf"]) {
      const branches = given[keyword]
      if (!Array.isArray(branches)) continue
      this.#notEmpty(branches, `${path}.${keyword}`)
      const { [keyword]: _, ...rest } = given
      const base = withoutNotes(rest)
      const oneOf = list(branches).map((branch, index) => {
        const at = `${path}.${keyword}[${index}]`
        const whole = Object.keys(base).length === 0 ? branch : this.#merge(base, this.#resolved(branch), at)
        return this.schema(whole, at, depth + 1)
      })
      return { oneOf, ...described(given) }
    }
    return { ...this.#plain(given, path, depth), ...described(given) }
  }

  #merge(a: JsonObject, b: Json, path: string): JsonObject {
    if (!isObject(b)) throw this.refuse(path, "combines what cannot be combined")
    const merged = mergeSchemas(a, b)
    if (typeof merged === "string") throw this.refuse(`${path}.${merged}`, "stands twice, with different values")
    return merged
  }

  /** A reference's own schema, where it has to be merged with another. */
  #resolved(part: Json): Json {
    if (!isObject(part) || typeof part["$ref"] !== "string") return part
    const { $ref, ...rest } = part
    const target = this.#definitions[this.#reference(part["$ref"], String($ref)).slice("#/$defs/".length)]
    return isObject(target) ? { ...target, ...rest } : part
  }

  #reference(ref: string, path: string): string {
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1]
    if (name === undefined || !Object.hasOwn(this.#definitions, name)) {
      throw this.refuse(path, `refers to "${ref}", which is not among its own $defs`)
    }
    return `#/$defs/${name}`
  }

  #plain(given: JsonObject, path: string, depth: number): GrammarSchema {
    if (given["const"] !== undefined) return literal(given["const"])
    if (Array.isArray(given["enum"])) {
      this.#notEmpty(given["enum"], `${path}.enum`)
      return { oneOf: list(given["enum"]).map(literal) }
    }
    const type = given["type"] ?? impliedType(given)
    if (type === undefined) return anything
    if (Array.isArray(type)) {
      const types = list(type)
      this.#notEmpty(types, `${path}.type`)
      return { oneOf: types.map((one) => this.#plain({ ...given, type: one }, path, depth + 1)) }
    }
    if (type === "object") return this.#object(given, path, depth)
    if (type === "array") return this.#array(given, path, depth)
    if (type === "string") return this.#string(given, path)
    if (typeof type === "string" && scalars.includes(type)) return { type }
    throw this.refuse(`${path}.type`, `is ${JSON.stringify(type)}`)
  }

  #string(given: JsonObject, path: string): GrammarSchema {
    const { format } = given
    if (typeof format === "string" && formats.includes(format)) return { type: "string", format }
    if (format !== undefined) this.#loose(path, "format")
    return { type: "string", ...this.#bounds(given, path, "minLength", "maxLength") }
  }

  #object(given: JsonObject, path: string, depth: number): GrammarSchema {
    const own = isObject(given["properties"]) ? given["properties"] : {}
    const required = list(given["required"]).filter((name) => typeof name === "string")
    const properties: Record<string, Json> = {}
    for (const name of new Set([...Object.keys(own), ...required])) {
      properties[name] = this.schema(
        Object.hasOwn(own, name) ? own[name] : undefined,
        `${path}.properties.${name}`,
        depth + 1,
      )
    }
    const names = Object.keys(properties).length
    const rest = given["additionalProperties"]
    // Others are allowed where nothing is said of them; but a model that is told the properties is not tempted with more.
    const free = rest === undefined ? given["properties"] === undefined && names === 0 : rest !== false
    const others = rest === undefined || rest === true ? true : rest
    const { minProperties, maxProperties } = this.#bounds(given, path, "minProperties", "maxProperties")
    const fits = maxProperties === undefined || maxProperties >= names
    if (!fits) this.#loose(path, "maxProperties")
    return {
      type: "object",
      ...(names === 0 ? {} : { properties }),
      ...(free
        ? {
            additionalProperties:
              others === true ? true : this.schema(others, `${path}.additionalProperties`, depth + 1),
          }
        : {}),
      ...(free && minProperties !== undefined ? { minProperties } : {}),
      ...(free && fits && maxProperties !== undefined ? { maxProperties } : {}),
    }
  }

  #array(given: JsonObject, path: string, depth: number): GrammarSchema {
    const tuple = given["prefixItems"] ?? (Array.isArray(given["items"]) ? given["items"] : undefined)
    const prefix = list(tuple).map((item, index) => this.schema(item, `${path}.prefixItems[${index}]`, depth + 1))
    const items = Array.isArray(given["items"]) ? given["additionalItems"] : given["items"]
    const bounds = this.#bounds(given, path, "minItems", "maxItems")
    const most = items === false ? Math.min(prefix.length, bounds["maxItems"] ?? Infinity) : bounds["maxItems"]
    return {
      type: "array",
      ...(items === undefined || typeof items === "boolean"
        ? {}
        : { items: this.schema(items, `${path}.items`, depth + 1) }),
      ...(prefix.length === 0 ? {} : { prefixItems: prefix.slice(0, most) }),
      ...(bounds["minItems"] === undefined ? {} : { minItems: bounds["minItems"] }),
      ...(most === undefined ? {} : { maxItems: most }),
    }
  }

  #bounds(given: JsonObject, path: string, least: string, most: string): Readonly<Record<string, number>> {
    const { [least]: low, [most]: high } = given
    const bounds: Record<string, number> = {}
    if (typeof low === "number" && low > 0) {
      if (low > maxRepetitions) throw this.refuse(`${path}.${least}`, `is more than ${maxRepetitions}`)
      bounds[least] = low
    }
    if (typeof high === "number") {
      if (typeof low === "number" && high < low) throw this.refuse(`${path}.${most}`, `is less than ${least}`)
      if (high > maxRepetitions) this.#loose(path, most)
      else bounds[most] = high
    }
    return bounds
  }
}

const notes = ["title", "description", "default", "examples", "deprecated", "$schema", "$id", "$comment", "$defs"]

const withoutNotes = (schema: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => !notes.includes(keyword) && keyword !== "definitions"),
  )

const described = ({ description }: JsonObject): JsonObject => (typeof description === "string" ? { description } : {})

/** A schema that speaks of members is one of objects, and so on. */
const impliedType = (given: JsonObject): Json | undefined => {
  const has = (...keywords: ReadonlyArray<string>) => keywords.some((keyword) => given[keyword] !== undefined)
  if (has("properties", "required", "additionalProperties")) return "object"
  if (has("items", "prefixItems")) return "array"
  if (has("minLength", "maxLength", "pattern", "format")) return "string"
  return has("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum") ? "number" : undefined
}

/** The definitions that a translated schema may begin with: no grammar can begin with itself. */
const beginnings = ({ $ref, oneOf }: JsonObject): ReadonlyArray<string> =>
  typeof $ref === "string"
    ? [$ref.slice("#/$defs/".length)]
    : list(oneOf).flatMap((branch) => (isObject(branch) ? beginnings(branch) : []))

const returnsTo = (name: string, definitions: Readonly<Record<string, GrammarSchema>>): boolean => {
  const seen = new Set<string>()
  const waiting = [name]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const one of beginnings(definitions[next] ?? {})) {
      if (one === name) return true
      if (!seen.has(one)) waiting.push(one)
      seen.add(one)
    }
  }
  return false
}

/** The schema of exactly this value. */
const literal = (value: Json): GrammarSchema => {
  if (Array.isArray(value)) {
    const items = list(value).map(literal)
    return { type: "array", prefixItems: items, minItems: items.length, maxItems: items.length }
  }
  if (!isObject(value)) return { const: value }
  const properties = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, literal(member)]))
  return { type: "object", properties }
}

/**
 * JSON Schema (2020-12) in the library's dialect. Every property is then written, optional ones too. What a grammar can
 * only loosen (patterns, bounds of numbers) becomes a `degraded` warning with its path; where the shape itself cannot be
 * expressed it throws `Unsupported`, the path being its `feature`. `setting` is the request's field.
 */
export const toGrammarSchema = (
  schema: JsonObject,
  path: string,
  setting: string,
  warnings: Warnings,
): GrammarSchema => {
  const definitions = { ...record(schema["definitions"]), ...record(schema["$defs"]) }
  const translation = new Translation(setting, warnings, definitions)
  const root = translation.schema(schema, path)
  const names = Object.keys(definitions)
  if (names.length === 0) return root
  const $defs = Object.fromEntries(
    names.map((name) => [name, translation.schema(definitions[name], `${path}.$defs.${name}`)]),
  )
  const endless = names.find((name) => returnsTo(name, $defs))
  if (endless !== undefined)
    throw translation.refuse(`${path}.$defs.${endless}`, "refers to itself before anything else")
  return { ...root, $defs }
}

const record = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
