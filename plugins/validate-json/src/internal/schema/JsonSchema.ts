import { isMembers, type Members, type Value } from "../Value.ts"

/** A JSON Schema, or what stands in one's place: `true`, `false`. */
export type Subschema = Members | boolean

/** Looks up a `$ref` within the same document; follows at most this many in a row. */
const maxRefs = 32

/** A schema with its `$ref` followed, and the parts of `allOf` put into one. */
export const resolve = (schema: Value | undefined, root: Members, left = maxRefs): Members => {
  if (!isMembers(schema) || left === 0) return {}
  const ref = schema["$ref"]
  if (typeof ref === "string") return { ...resolve(target(ref, root), root, left - 1), ...without(schema, "$ref") }
  const all = schema["allOf"]
  if (!Array.isArray(all)) return schema
  let merged: Members = without(schema, "allOf")
  for (const part of all) merged = merge(merged, resolve(part, root, left - 1))
  return merged
}

const without = (schema: Members, name: string): Members => {
  const { [name]: _, ...rest } = schema
  return rest
}

const merge = (a: Members, b: Members): Members => {
  const properties = { ...membersOf(a["properties"]), ...membersOf(b["properties"]) }
  const required = [...listOf(a["required"]), ...listOf(b["required"])]
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  }
}

const target = (ref: string, root: Members): Value | undefined => {
  if (!ref.startsWith("#")) return undefined
  let node: Value | undefined = root
  for (const step of ref.slice(1).split("/").slice(1)) {
    const name = decode(step)
    node = Array.isArray(node)
      ? node[Number(name)]
      : isMembers(node) && Object.hasOwn(node, name)
        ? node[name]
        : undefined
  }
  return node
}

const decode = (step: string): string => {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~")
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}

export const membersOf = (value: Value | undefined): Members => (isMembers(value) ? value : {})
export const listOf = (value: Value | undefined): ReadonlyArray<Value> => (Array.isArray(value) ? value : [])

/** The types that a schema allows, also where only `enum`, `const`, `properties` or `items` tell. */
export const typesOf = (schema: Members): ReadonlyArray<Value> => {
  const { type } = schema
  if (type !== undefined) return Array.isArray(type) ? type : [type]
  if ("const" in schema) return [typeOf(schema["const"] ?? null)]
  if ("enum" in schema) return [...new Set(listOf(schema["enum"]).map(typeOf))]
  if ("properties" in schema || "required" in schema) return ["object"]
  return "items" in schema || "prefixItems" in schema ? ["array"] : []
}

export const typeOf = (value: Value): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : typeof value === "number" && Number.isInteger(value)
        ? "integer"
        : typeof value

export const isOfType = (value: Value, type: Value): boolean =>
  typeOf(value) === type || (type === "number" && typeof value === "number")
