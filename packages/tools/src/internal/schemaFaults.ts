import { isObject } from "./jsonSchema.ts"

/** What a keyword must hold. */
type Kind =
  | "type"
  | "schema"
  | "schemas"
  | "items"
  | "named schemas"
  | "dependencies"
  | "text"
  | "texts"
  | "named texts"
  | "list"
  | "number"
  | "count"
  | "boolean"

/** By the meta-schema of 2020-12 (json-schema.org/draft/2020-12/schema), with what draft 7 has besides. */
const kinds: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  type: ["type"],
  schema: [
    "additionalProperties",
    "additionalItems",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
  ],
  schemas: ["anyOf", "oneOf", "allOf", "prefixItems"],
  items: ["items"],
  "named schemas": ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"],
  dependencies: ["dependencies"],
  text: ["title", "description", "format", "pattern", "$ref", "$id", "$anchor", "$schema"],
  texts: ["required"],
  "named texts": ["dependentRequired"],
  list: ["enum"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  count: [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
  ],
  boolean: ["uniqueItems"],
}

const kindOf: ReadonlyMap<string, string> = new Map(
  Object.entries(kinds).flatMap(([kind, keywords]) => keywords.map((keyword) => [keyword, kind] as const)),
)

const types = ["array", "boolean", "integer", "null", "number", "object", "string"]
const isType = (value: unknown): boolean => typeof value === "string" && types.includes(value)
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item: unknown) => typeof item === "string")

/**
 * Where something that is JSON is no JSON Schema, to be put after its name; `undefined` when all of it is one. Keywords
 * that nobody knows are let pass, as JSON Schema demands. `old`: by draft 7, whose `items` may be a list.
 */
export const schemaFault = (schema: unknown, old: boolean, path = ""): string | undefined => {
  if (typeof schema === "boolean") return undefined
  if (!isObject(schema)) return wrong(path === "" ? "it" : path, "a schema: an object or a boolean", schema)
  for (const [keyword, value] of Object.entries(schema)) {
    const fault = keywordFault(keyword, value, old, path === "" ? keyword : `${path}.${keyword}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

const keywordFault = (keyword: string, value: unknown, old: boolean, path: string): string | undefined => {
  const need = (fits: boolean, what: string) => (fits ? undefined : wrong(path, what, value))
  switch (kindOf.get(keyword)) {
    case "type":
      return need(
        isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType)),
        `one of ${types.join(", ")}, or a list of them`,
      )
    case "schema":
      return schemaFault(value, old, path)
    case "items":
      return old && Array.isArray(value) ? listFault(value, old, path) : schemaFault(value, old, path)
    case "schemas":
      return Array.isArray(value) && value.length > 0
        ? listFault(value, old, path)
        : wrong(path, "a list of schemas", value)
    case "named schemas":
      return namedFault(value, path, "an object of schemas", (item, at) => schemaFault(item, old, at))
    case "named texts":
      return namedFault(value, path, "an object of lists of names", (item, at) => textsFault(item, at))
    case "dependencies":
      return namedFault(value, path, "an object of schemas and lists of names", (item, at) =>
        Array.isArray(item) ? textsFault(item, at) : schemaFault(item, old, at),
      )
    case "text":
      return need(typeof value === "string", "a text")
    case "texts":
      return textsFault(value, path)
    case "list":
      return need(Array.isArray(value), "a list of values")
    case "number":
      return need(typeof value === "number", "a number")
    case "count":
      return need(typeof value === "number" && Number.isInteger(value) && value >= 0, "a whole number from 0 up")
    case "boolean":
      return need(typeof value === "boolean", "true or false")
    default:
      return undefined
  }
}

const wrong = (path: string, what: string, value: unknown): string =>
  `is no JSON Schema: ${path} must be ${what}, and it is ${JSON.stringify(value).slice(0, 80)}`

const textsFault = (value: unknown, path: string): string | undefined =>
  isTexts(value) ? undefined : wrong(path, "a list of names", value)

const listFault = (schemas: ReadonlyArray<unknown>, old: boolean, path: string): string | undefined => {
  for (const [index, schema] of schemas.entries()) {
    const fault = schemaFault(schema, old, `${path}[${index}]`)
    if (fault !== undefined) return fault
  }
  return undefined
}

const namedFault = (
  value: unknown,
  path: string,
  what: string,
  check: (item: unknown, path: string) => string | undefined,
): string | undefined => {
  if (!isObject(value)) return wrong(path, what, value)
  for (const [name, item] of Object.entries(value)) {
    const fault = check(item, `${path}.${name}`)
    if (fault !== undefined) return fault
  }
  return undefined
}
