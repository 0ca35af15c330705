import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema"
import { type JsonObject, LlmError } from "@switchyard/core"
import { isWire, list, object, string, type Warnings, type Wire } from "@switchyard/transport/provider"

const types: ReadonlySet<unknown> = new Set(["object", "array", "string", "number", "integer", "boolean", "null"])

const isSchema = (value: unknown): boolean => isWire(value) || typeof value === "boolean"

const kinds: ReadonlyArray<readonly [keyword: string, what: string, fits: (value: unknown) => boolean]> = [
  [
    "type",
    "a type of JSON Schema",
    (value) => (Array.isArray(value) ? value : [value]).every((each) => types.has(each)),
  ],
  ["properties", "an object of schemas", (value) => isWire(value) && Object.values(value).every(isSchema)],
  ["required", "a list of names", (value) => Array.isArray(value) && value.every((name) => string(name) !== undefined)],
]

/** What every use of a schema rests on. `field` names it in a failure: `InvalidRequest`. */
export const checkKinds = (schema: JsonObject, field: string): void => {
  for (const [keyword, what, fits] of kinds) {
    const value = schema[keyword]
    if (value === undefined || fits(value)) continue
    const message = `${field}.${keyword} is ${JSON.stringify(value).slice(0, 80)}: it must be ${what}`
    throw LlmError.make({ _tag: "InvalidRequest", field: `${field}.${keyword}`, message })
  }
}

export interface Constrained {
  readonly schema: JsonObject
  /** Keywords that the model is told of in descriptions at most, and not held to. */
  readonly lost: ReadonlyArray<string>
}

/** A schema cut down to what the API enforces, by the official client's own rules. `field` names it in a failure. */
export const constrained = (schema: JsonObject, field: string): Constrained => {
  const sent = transformed(schema, field)
  checkRefs(sent, sent, field)
  const lost = new Set<string>()
  compare(schema, sent, lost)
  return { schema: sent, lost: [...lost] }
}

const transformed = (schema: JsonObject, field: string): JsonObject => {
  try {
    // It copies its input through JSON, so what comes out is JSON.
    return transformJSONSchema({ ...schema }) as JsonObject
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(field)
    throw LlmError.make({
      _tag: "Unsupported",
      feature: `${field} without types`,
      message: `Anthropic cannot enforce the schema in ${field}: every part of it needs a type, an enum or a choice of schemas`,
    })
  }
}

const tooDeep = (field: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${field} is nested too deeply` })

/** The schemas that stand in this one, under the keywords that both sides of the client's rules know. */
const subschemas = (schema: Wire): ReadonlyArray<Wire> =>
  [
    ...Object.values(object(schema["properties"])),
    ...Object.values(object(schema["$defs"])),
    ...[schema["anyOf"], schema["allOf"]].flatMap(list),
    schema["items"],
  ].filter(isWire)

/** The client keeps `$defs` alone: what stood elsewhere is not there any more. */
const checkRefs = (schema: Wire, root: Wire, field: string): void => {
  const ref = schema["$ref"]
  if (ref !== undefined && !resolves(ref, root)) {
    const message = `${field} refers to ${JSON.stringify(ref)}, which is not there: put it under its $defs`
    throw LlmError.make({ _tag: "InvalidRequest", field, message })
  }
  for (const each of subschemas(schema)) checkRefs(each, root, field)
}

/** A JSON pointer (RFC 6901) in a fragment. One with escapes of its own is left to the API to judge. */
const resolves = (ref: unknown, root: Wire): boolean => {
  if (ref === "#" || (typeof ref === "string" && /^#.*%/.test(ref))) return true
  if (typeof ref !== "string" || !ref.startsWith("#/")) return false
  let at: unknown = root
  for (const key of ref.slice(2).split("/")) {
    const name = key.replaceAll("~1", "/").replaceAll("~0", "~")
    at = Array.isArray(at) ? at[Number(name)] : Object.hasOwn(object(at), name) ? object(at)[name] : undefined
  }
  return at !== undefined
}

/** What of a schema is not in the one that is sent: the client moved it into a description, or dropped it. */
const compare = (given: Wire, sent: Wire, lost: Set<string>): void => {
  for (const keyword of Object.keys(given)) {
    if (!isHeld(keyword, given, sent, lost)) lost.add(keyword)
  }
}

const isHeld = (keyword: string, given: Wire, sent: Wire, lost: Set<string>): boolean => {
  const value = given[keyword]
  // One of several schemas is sent as any of them, unless that is there as well.
  const other = keyword === "oneOf" && !("anyOf" in given) ? sent["anyOf"] : sent[keyword]
  switch (keyword) {
    case "$schema": // names the dialect, and constrains nothing
      return true
    case "type": // literals and choices say it themselves
      return isSame(value, other) || ["enum", "const", "anyOf", "allOf"].some((choice) => choice in sent)
    case "description": // others stand behind it
      return other !== undefined
    case "properties":
    case "$defs":
      return isWire(other) && inPairs(Object.values(object(value)), Object.values(other), lost)
    case "oneOf":
    case "anyOf":
    case "allOf":
      return Array.isArray(other) && Array.isArray(value) && inPairs(value, other, lost)
    case "items":
      return isWire(other) && inPairs([value], [other], lost)
    default:
      return isSame(value, other)
  }
}

const inPairs = (given: ReadonlyArray<unknown>, sent: ReadonlyArray<unknown>, lost: Set<string>): true => {
  given.forEach((each, index) => compare(object(each), object(sent[index]), lost))
  return true
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Partly honoured: the words of the schema reach the model, but nothing holds it to them. */
export const warnNotHeld = (
  { all }: Warnings,
  provider: string,
  setting: "output" | "tools",
  what: string,
  lost: ReadonlyArray<string>,
): void => {
  if (lost.length === 0) return
  const message = `${provider}: ${what} not held to ${lost.join(", ")}: the model is told in descriptions at most`
  all.push({ type: "compatibility", setting, message })
}
