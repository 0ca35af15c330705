import { isObject, listOf, type References, textIn, type Unknown } from "./References.ts"

/** Lines of a schema's text, and levels of fields below it. What is beyond is named and not opened. */
const maxLines = 400
const maxDepth = 5

/** A schema as lines that a person can read: one for each field, with its type, its limits and its description. */
export const schemaLines = (schema: unknown, references: References): ReadonlyArray<string> => {
  const writer = new Writer(references)
  writer.schema(schema, "", 0, [])
  return writer.lines
}

class Writer {
  readonly lines: Array<string> = []
  readonly #references: References

  constructor(references: References) {
    this.#references = references
  }

  /** One line for the schema itself, and what is in it below. */
  schema(given: unknown, label: string, depth: number, open: ReadonlyArray<unknown>): void {
    if (this.lines.length >= maxLines) {
      if (this.lines.length === maxLines) this.lines.push("… and more.")
      return
    }
    const { value, name } = this.#references.resolve(given)
    const indent = "  ".repeat(depth)
    const head = `${indent}${label === "" ? "" : `- ${label}: `}`
    if (!isObject(value)) {
      this.lines.push(`${head}${value === false ? "nothing" : (name ?? "anything")}`)
      return
    }
    const again = open.includes(value)
    const line = [head, name === undefined ? "" : `${name}, `, typeText(value, this.#references)].join("")
    this.lines.push([line, ...remarks(value), again ? "(as above)" : ""].filter((part) => part !== "").join(". "))
    if (!again && depth < maxDepth) this.#inside(value, depth + 1, [...open, value])
  }

  #inside(schema: Unknown, depth: number, open: ReadonlyArray<unknown>): void {
    const required = new Set(listOf(schema["required"]))
    const { properties, items, additionalProperties } = schema
    if (isObject(properties))
      for (const [name, field] of Object.entries(properties))
        this.schema(field, `${name}${required.has(name) ? " (required)" : ""}`, depth, open)
    if (this.#opens(items)) this.schema(items, "each", depth, open)
    if (this.#opens(additionalProperties)) this.schema(additionalProperties, "any other field", depth, open)
    for (const [word, label] of combined) for (const part of listOf(schema[word])) this.schema(part, label, depth, open)
  }

  /** A plain type is said in the line above. */
  #opens(schema: unknown): boolean {
    const { value } = this.#references.resolve(schema)
    return isObject(value) && Object.keys(value).some((key) => !["type", "format"].includes(key))
  }
}

const combined: ReadonlyArray<readonly [word: string, label: string]> = [
  ["allOf", "and"],
  ["oneOf", "one of"],
  ["anyOf", "any of"],
]

const typeText = (schema: Unknown, references: References): string => {
  const { type, format, items, properties } = schema
  const named = listOf(Array.isArray(type) ? type : type === undefined ? [] : [type]).map(String)
  if (named.length === 0) named.push(isObject(properties) ? "object" : items === undefined ? "" : "array")
  const text = named
    .map((one) => (one === "array" ? `array of ${elementText(items, references)}` : one))
    .filter((one) => one !== "")
    .join(" or ")
  const nullable = schema["nullable"] === true ? " or null" : ""
  return `${text === "" ? "any" : text}${typeof format === "string" ? ` (${format})` : ""}${nullable}`
}

const elementText = (items: unknown, references: References): string => {
  const { value, name } = references.resolve(items)
  if (name !== undefined) return name
  const type = isObject(value) ? value["type"] : undefined
  return typeof type === "string" ? type : "values"
}

const limits: ReadonlyArray<readonly [word: string, text: string]> = [
  ["minimum", "at least"],
  ["exclusiveMinimum", "more than"],
  ["maximum", "at most"],
  ["exclusiveMaximum", "less than"],
  ["minLength", "characters from"],
  ["maxLength", "characters up to"],
  ["minItems", "items from"],
  ["maxItems", "items up to"],
  ["pattern", "matches"],
  ["default", "default"],
  ["const", "always"],
]

const short = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "")
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

const remarks = (schema: Unknown): ReadonlyArray<string> => {
  const values = listOf(schema["enum"])
  const said = limits.filter(([word]) => schema[word] !== undefined && typeof schema[word] !== "boolean")
  return [
    values.length === 0
      ? ""
      : `one of ${values.slice(0, 100).map(short).join(", ")}${values.length > 100 ? ", …" : ""}`,
    said.map(([word, text]) => `${text} ${short(schema[word])}`).join(", "),
    schema["deprecated"] === true ? "deprecated" : "",
    schema["readOnly"] === true ? "read only" : schema["writeOnly"] === true ? "write only" : "",
    textIn(schema, "description").replace(/\s+/g, " "),
  ]
}
