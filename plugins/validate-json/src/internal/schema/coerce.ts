import { noteSource, parseSourced, sourceOf } from "../numberSource.ts"
import { isMembers, type Members, setMember, type Value } from "../Value.ts"
import { faults } from "./fits.ts"
import { isOfType, listOf, membersOf, resolve, typesOf } from "./JsonSchema.ts"
import { renames } from "./names.ts"
import { toScalar } from "./scalars.ts"

/** One reading that the schema decided. */
export interface Coercion {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** A value as its schema means it, with what was decided. `source`: how a number was written. Nothing is added that the answer does not say. */
export const coerce = (
  value: Value,
  schema: Members,
  source?: string,
): { readonly value: Value; readonly coercions: ReadonlyArray<Coercion> } => {
  const run = new Coercing(schema)
  return { value: run.any(value, schema, [], source), coercions: run.coercions }
}

type Path = ReadonlyArray<string | number>

class Coercing {
  readonly coercions: Array<Coercion> = []
  private readonly root: Members

  constructor(root: Members) {
    this.root = root
  }

  any(value: Value, schema: Value | undefined, path: Path, source?: string): Value {
    if (!isMembers(schema) || path.length > 64) return value
    const own = resolve(schema, this.root)
    const branches = [...listOf(own["anyOf"]), ...listOf(own["oneOf"])]
    const typed = this.typed(value, own, path, source)
    return branches.length === 0 ? typed : this.branch(typed, branches, path, source)
  }

  /** The alternative that fits with the fewest faults, and of those with the fewest coercions. */
  private branch(value: Value, branches: ReadonlyArray<Value>, path: Path, source: string | undefined): Value {
    let best: { value: Value; coercions: ReadonlyArray<Coercion>; cost: number } | undefined
    for (const branch of branches.slice(0, 50)) {
      const run = new Coercing(this.root)
      const read = run.any(value, branch, path, source)
      const cost = faults(read, branch, this.root) * 100 + run.coercions.length
      if (best === undefined || cost < best.cost) best = { value: read, coercions: run.coercions, cost }
    }
    if (best === undefined || best.cost >= 500) return value
    this.coercions.push(...best.coercions)
    return best.value
  }

  private typed(value: Value, schema: Members, path: Path, source: string | undefined): Value {
    const types = typesOf(schema)
    const fits = types.length === 0 || types.some((type) => isOfType(value, type))
    if (fits && !("enum" in schema) && !("const" in schema)) return this.inner(value, schema, path)
    if (!fits) {
      const shaped = this.shape(value, schema, types, path, source)
      if (shaped !== undefined)
        return this.any(shaped, schema, path, Array.isArray(value) ? sourceOf(value, 0) : undefined)
    }
    const scalar = toScalar(value, schema, types, source)
    if (scalar === undefined) return this.inner(value, schema, path)
    if (scalar.value !== value) this.note(path, scalar.message)
    return scalar.value
  }

  /** A single item where a list is due, a list of one where an item is due, JSON inside a string. */
  private shape(
    value: Value,
    schema: Members,
    types: ReadonlyArray<Value>,
    path: Path,
    source: string | undefined,
  ): Value | undefined {
    const list = types.includes("array")
    const object = types.includes("object")
    if (typeof value === "string" && (list || object) && /^\s*[[{]/.test(value)) {
      const parsed = parseSourced(value)
      if (parsed !== undefined && typeof parsed === "object") {
        this.note(path, "JSON inside a string is read as what it holds")
        return parsed
      }
    }
    if (list && !Array.isArray(value) && value !== null) {
      this.note(path, "a single item is read as a list of one")
      const list = [value]
      if (typeof value === "number" && source !== undefined) noteSource(list, "0", value, source)
      return list
    }
    if (!Array.isArray(value)) return undefined
    const only = value[0]
    if (value.length === 1 && only !== undefined && types.some((type) => isOfType(only, type))) {
      this.note(path, "a list of one is read as its item")
      return only
    }
    return object ? this.wrap(value, schema, path) : undefined
  }

  /** A list where an object is due whose one required field is a list. */
  private wrap(value: Array<Value>, schema: Members, path: Path): Value | undefined {
    const properties = membersOf(schema["properties"])
    const required = listOf(schema["required"])
    const [name] =
      required.length === 1 ? required : Object.keys(properties).length === 1 ? Object.keys(properties) : []
    if (typeof name !== "string" || !typesOf(resolve(properties[name], this.root)).includes("array")) return undefined
    this.note(path, `a list is read as the field "${name}"`)
    return { [name]: value }
  }

  private inner(value: Value, schema: Members, path: Path): Value {
    if (Array.isArray(value)) return this.items(value, schema, path)
    return isMembers(value) ? this.members(value, schema, path) : value
  }

  private items(value: Array<Value>, schema: Members, path: Path): Value {
    const first = listOf(schema["prefixItems"])
    if (first.length === 0 && !isMembers(schema["items"])) return value
    return value.map((item, index) =>
      this.any(item, first[index] ?? schema["items"], [...path, index], sourceOf(value, index)),
    )
  }

  private members(value: Members, schema: Members, path: Path): Value {
    const properties = membersOf(schema["properties"])
    if (Object.keys(properties).length === 0 && !isMembers(schema["additionalProperties"])) return value
    const inside = this.unwrapped(value, schema, properties, path)
    const names = renames(inside, properties)
    for (const [given, due] of names) this.note([...path, due], `the field "${given}" is read as "${due}"`)
    const result: Members = {}
    for (const [given, member] of Object.entries(inside)) {
      const name = names.get(given) ?? given
      const own = Object.hasOwn(properties, name) ? properties[name] : schema["additionalProperties"]
      const optional = !listOf(schema["required"]).includes(name)
      setMember(result, name, this.any(member, own, [...path, name], sourceOf(inside, given)))
      if (member === null && optional && isMembers(own) && this.refusesNull(own)) {
        delete result[name]
        this.note([...path, name], `null is read as leaving out the optional field "${name}"`)
      }
    }
    return result
  }

  private refusesNull(schema: Members): boolean {
    return faults(null, schema, this.root) > 0
  }

  /** `{ "result": { … } }` where what is inside is due. */
  private unwrapped(value: Members, schema: Members, properties: Members, path: Path): Members {
    const [name, ...others] = Object.keys(value)
    const inner = name === undefined ? undefined : value[name]
    if (name === undefined || others.length > 0 || !isMembers(inner) || Object.keys(properties).length === 0)
      return value
    if (Object.hasOwn(properties, name) || renames(value, properties).size > 0) return value
    if (listOf(schema["required"]).length === 0 || faults(inner, schema, this.root) >= faults(value, schema, this.root))
      return value
    this.note(path, `what is inside "${name}" is read as the whole`)
    return inner
  }

  private note(path: Path, message: string): void {
    this.coercions.push({ path, message })
  }
}
