import type { Json, JsonObject } from "@switchyard/core"

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Of two bounds the narrower one. */
const narrower: Readonly<Record<string, (a: number, b: number) => number>> = {
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  minimum: Math.max,
  maxLength: Math.min,
  maxItems: Math.min,
  maxProperties: Math.min,
  maximum: Math.min,
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Keywords that say nothing of the value. */
const notes = ["title", "description", "default", "examples", "$comment"]

const mergeProperties = (a: JsonObject, b: JsonObject): JsonObject | undefined => {
  const merged: Record<string, Json> = { ...a }
  for (const [name, schema] of Object.entries(b)) {
    const first = merged[name]
    if (isObject(first) && isObject(schema)) {
      const both = mergeSchemas(first, schema)
      if (typeof both === "string") return undefined
      merged[name] = both
    } else merged[name] = schema
  }
  return merged
}

const mergeKeyword = (keyword: string, a: Json, b: Json): Json | undefined => {
  if (same(a, b)) return a
  if (notes.includes(keyword)) return b
  if (keyword === "required" && Array.isArray(a) && Array.isArray(b)) return [...new Set<Json>([...a, ...b])]
  if (keyword === "properties" && isObject(a) && isObject(b)) return mergeProperties(a, b)
  if (keyword === "enum" && Array.isArray(a) && Array.isArray(b)) {
    return a.filter((one: Json) => b.some((other: Json) => same(one, other)))
  }
  const narrow = narrower[keyword]
  if (narrow !== undefined && typeof a === "number" && typeof b === "number") return narrow(a, b)
  if (keyword === "additionalProperties") return a === false || b === false ? false : a === true ? b : undefined
  return undefined
}

/** What satisfies both schemas, as far as that is one schema; else the keyword at which they part. */
export const mergeSchemas = (a: JsonObject, b: JsonObject): JsonObject | string => {
  const merged: Record<string, Json> = { ...a }
  for (const [keyword, value] of Object.entries(b)) {
    const first = merged[keyword]
    const both = first === undefined ? value : mergeKeyword(keyword, first, value)
    if (both === undefined) return keyword
    merged[keyword] = both
  }
  return merged
}
