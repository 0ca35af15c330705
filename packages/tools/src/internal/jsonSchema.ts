import type { Json, JsonObject } from "@switchyard/core"

export const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Where a value stops being JSON and why; `undefined` when all of it is. */
export const findNonJson = (
  value: unknown,
  path = "",
  above: ReadonlyArray<unknown> = [],
): { readonly path: string; readonly what: string } | undefined => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path, what: `the number ${value}` }
  if (typeof value !== "object") return { path, what: value === undefined ? "undefined" : `a ${typeof value}` }
  if (above.includes(value)) return { path, what: "a cycle" }
  if (above.length > 200) return { path, what: "more than 200 levels" }
  const inside = [...above, value]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findNonJson(item, `${path}[${index}]`, inside)
      if (found !== undefined) return found
    }
    return undefined
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return { path, what: `a ${value.constructor.name}` }
  for (const [key, item] of Object.entries(value)) {
    const found = findNonJson(item, path === "" ? key : `${path}.${key}`, inside)
    if (found !== undefined) return found
  }
  return undefined
}

/** Is it a JSON object? */
export const isJsonObject = (value: unknown): value is JsonObject => isObject(value) && findNonJson(value) === undefined

/** The keywords that hold schemas: by name, in a list, alone. `allOf` is left out: each of its parts sees all properties. */
const named = ["properties", "patternProperties", "$defs", "definitions"]
const listed = ["anyOf", "oneOf", "prefixItems"]
const single = ["items", "additionalProperties"]

const mapNamed = (schemas: Json | undefined, change: (schema: Json) => Json): Json =>
  isJsonMap(schemas) ? Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, change(schema)])) : {}

const isJsonMap = (value: Json | undefined): value is JsonObject => isObject(value)

/**
 * Says of every object that it has no other properties than those that are named, where the schema says neither. For
 * schemas of libraries that ignore other properties: a model then writes none, and vendors with strict schemas take it.
 */
export const closeObjects = (schema: Json): Json => {
  if (!isJsonMap(schema)) return schema
  const closed: { [key: string]: Json } = { ...schema }
  for (const key of named) if (key in schema) closed[key] = mapNamed(schema[key], closeObjects)
  for (const key of listed) {
    const list = schema[key]
    if (Array.isArray(list)) closed[key] = list.map(closeObjects)
  }
  for (const key of single) {
    const inner = schema[key]
    if (inner !== undefined) closed[key] = closeObjects(inner)
  }
  const open = schema["type"] === "object" && !("additionalProperties" in schema) && !("allOf" in schema)
  return open ? { ...closed, additionalProperties: false } : closed
}

/** Can a vendor hold the model to it exactly? Each object is closed and requires all its properties, and nothing is `allOf`. */
export const isStrict = (schema: Json): boolean => {
  if (!isJsonMap(schema)) return false
  if ("allOf" in schema || "patternProperties" in schema || "prefixItems" in schema) return false
  const properties = isJsonMap(schema["properties"]) ? schema["properties"] : {}
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  if (schema["type"] === "object") {
    if (schema["additionalProperties"] !== false) return false
    if (!Object.keys(properties).every((key) => required.includes(key))) return false
  }
  const definitions = isJsonMap(schema["$defs"]) ? schema["$defs"] : {}
  const choices = Array.isArray(schema["anyOf"]) ? schema["anyOf"] : []
  const items = schema["items"] === undefined ? [] : [schema["items"]]
  const inner = [...Object.values(properties), ...Object.values(definitions), ...choices, ...items]
  return inner.every(isStrict) && !("oneOf" in schema)
}

/** Without the dialect, which is always 2020-12; with a definition that is the whole schema written out at the top. */
export const inlineRoot = (schema: JsonObject): JsonObject => {
  const { $schema: _dialect, ...rest } = schema
  const { $ref: reference, ...others } = rest
  const definitions = rest["$defs"]
  if (typeof reference !== "string" || !reference.startsWith("#/$defs/") || !isJsonMap(definitions)) return rest
  const key = reference.slice("#/$defs/".length)
  const root = definitions[key.replaceAll("~1", "/").replaceAll("~0", "~")]
  if (!isJsonMap(root)) return rest
  const recursive = JSON.stringify(definitions).includes(JSON.stringify(reference))
  const { $defs: _, ...bare } = others
  const kept = recursive || Object.keys(definitions).length > 1
  return { ...root, ...bare, ...(kept ? { $defs: definitions } : {}) }
}
