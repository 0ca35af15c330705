import { type Json, type JsonObject, LlmError, type LlmRequest } from "@switchyard/core"
import { isWire, list, object } from "@switchyard/transport/provider"

const unions = ["anyOf", "oneOf", "allOf"] as const

/** Why OpenAI does not take a schema at the top, where it wants an object's and no choice; `undefined` when it does. */
const wrongTop = (schema: JsonObject): string | undefined => {
  const union = unions.find((keyword) => schema[keyword] !== undefined)
  if (union !== undefined) return `"${union}" at the top`
  const { type } = schema
  return type === undefined || type === "object" ? undefined : `type ${JSON.stringify(type)}`
}

const unsupported = (field: string, what: string): LlmError =>
  LlmError.make({
    _tag: "Unsupported",
    feature: `${field} with ${what}`,
    message: `${field} has ${what}: OpenAI takes only schemas of type "object"; put it into a property`,
  })

/** A tool's schema as it is sent. Throws `Unsupported` for one that is not an object's. */
export const parametersOf = (schema: JsonObject, field: string): JsonObject => {
  const wrong = wrongTop(schema)
  if (wrong !== undefined) throw unsupported(field, wrong)
  return { ...schema, type: "object" }
}

export interface AnswerFormat {
  readonly name: string
  readonly schema: { readonly [key: string]: Json }
  readonly strict: boolean
}

/** What the answer is held to; `undefined` for JSON of any shape. Throws `Unsupported` for a schema that is refused. */
export const answerFormat = (
  output: Extract<NonNullable<LlmRequest["output"]>, { readonly type: "json" }>,
  vendor: boolean,
): AnswerFormat | undefined => {
  const { schema, name = "", strict } = output
  if (schema === undefined) return undefined
  const wrong = schema["type"] === "object" ? wrongTop(schema) : (wrongTop(schema) ?? "no type")
  // Servers that turn schemas into grammars take any, where it is not to be held to OpenAI's rules.
  if (wrong !== undefined && (vendor || strict === true)) throw unsupported("output.schema", wrong)
  return {
    name: name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "response",
    schema: { ...schema },
    strict: strict ?? (wrong === undefined && isStrict(schema)),
  }
}

const refused = ["allOf", "oneOf", "patternProperties", "prefixItems"] as const

/**
 * Can the vendor hold the model to it exactly? Each object is closed and requires all its properties. Source: OpenAI's
 * guide "Structured Outputs", supported schemas.
 */
const isStrict = (schema: unknown): boolean => {
  if (!isWire(schema) || refused.some((keyword) => keyword in schema)) return false
  const properties = object(schema["properties"])
  const required: ReadonlyArray<unknown> = Array.isArray(schema["required"]) ? schema["required"] : []
  if (schema["type"] === "object" || "properties" in schema) {
    if (schema["additionalProperties"] !== false) return false
    if (!Object.keys(properties).every((key) => required.includes(key))) return false
  }
  const inner = [properties, object(schema["$defs"]), object(schema["definitions"])].flatMap(Object.values)
  const items = schema["items"] === undefined ? [] : [schema["items"]]
  return [...inner, ...items, ...list(schema["anyOf"])].every(isStrict)
}
