import { isMembers, type Members, type Value } from "../Value.ts"
import { isOfType, listOf, membersOf, resolve, typesOf } from "./JsonSchema.ts"

/** How many faults a value has, as far as types, enums, names and required fields tell. For choosing, not for checking. */
export const faults = (value: Value, schema: Value | undefined, root: Members, depth = 0): number => {
  if (schema === false) return 10
  if (depth > 32) return 0
  const own = resolve(schema, root)
  const types = typesOf(own)
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return 5
  if ("const" in own && !same(own["const"] ?? null, value)) return 4
  if ("enum" in own && !listOf(own["enum"]).some((item) => same(item, value))) return 3
  let count = branchFaults(value, own, root, depth)
  if (isMembers(value)) count += memberFaults(value, own, root, depth)
  if (Array.isArray(value) && own["items"] !== undefined)
    for (const item of value.slice(0, 50)) count += faults(item, own["items"], root, depth + 1)
  return count
}

const branchFaults = (value: Value, own: Members, root: Members, depth: number): number => {
  const branches = [...listOf(own["anyOf"]), ...listOf(own["oneOf"])]
  return branches.length === 0 ? 0 : Math.min(...branches.map((branch) => faults(value, branch, root, depth + 1)))
}

const memberFaults = (value: Members, own: Members, root: Members, depth: number): number => {
  const properties = membersOf(own["properties"])
  let count = 0
  for (const name of listOf(own["required"])) if (typeof name === "string" && !Object.hasOwn(value, name)) count += 2
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) count += faults(member, properties[name], root, depth + 1)
    else if (Object.keys(properties).length > 0) count += own["additionalProperties"] === false ? 2 : 0.25
  }
  return count
}

export const same = (a: Value, b: Value): boolean =>
  a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b))
