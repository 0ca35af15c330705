import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema"
import { type JsonObject, LlmError } from "@switchyard/core"
import { isWire, list, object, type Warnings, type Wire } from "@switchyard/transport/provider"

/** The keywords that answers and strict tools are held to. Source: Anthropic's "Structured outputs", JSON Schema limits. */
const kept: ReadonlySet<string> = new Set([
  "$schema",
  "$defs",
  "$ref",
  "type",
  "enum",
  "const",
  "anyOf",
  "oneOf",
  "allOf",
  "description",
  "title",
  "properties",
  "required",
  "items",
  "format",
])

const collect = (schema: Wire, lost: Set<string>): void => {
  for (const [keyword, value] of Object.entries(schema)) {
    const fits = keyword === "additionalProperties" ? value === false : keyword === "minItems" && Number(value) <= 1
    if (!kept.has(keyword) && !fits) lost.add(keyword)
  }
  const inside = [
    ...Object.values(object(schema["properties"])),
    ...Object.values(object(schema["$defs"])),
    ...[schema["anyOf"], schema["oneOf"], schema["allOf"]].flatMap(list),
    schema["items"],
  ]
  for (const each of inside) if (isWire(each)) collect(each, lost)
}

export interface Constrained {
  readonly schema: JsonObject
  /** Keywords that the model is told of in descriptions, but not held to. */
  readonly lost: ReadonlyArray<string>
}

/** A schema cut down to what the API enforces, by the official client's own rules. `field` names it in a failure. */
export const constrained = (schema: JsonObject, field: string): Constrained => {
  const lost = new Set<string>()
  collect(schema, lost)
  try {
    // It copies its input through JSON, so what comes out is JSON.
    return { schema: transformJSONSchema({ ...schema }) as JsonObject, lost: [...lost] }
  } catch {
    throw LlmError.make({
      _tag: "Unsupported",
      feature: `${field} without types`,
      message: `Anthropic cannot enforce the schema in ${field}: every part of it needs a type, an enum or a choice of schemas`,
    })
  }
}

/** Partly honoured: the words of the schema reach the model, but nothing holds it to them. */
export const warnNotHeld = (
  { all }: Warnings,
  provider: string,
  setting: "output" | "tools",
  what: string,
  lost: ReadonlyArray<string>,
): void => {
  if (lost.length === 0) return
  const message = `${provider}: ${what} not held to ${lost.join(", ")}: the model is told in descriptions`
  all.push({ type: "compatibility", setting, message })
}
