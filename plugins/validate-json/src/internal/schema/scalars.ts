import type { Members, Value } from "../Value.ts"
import { isOfType, listOf } from "./JsonSchema.ts"
import { plain } from "./names.ts"
import { same } from "./fits.ts"

interface Scalar {
  readonly value: Value
  readonly message: string
}

/** A scalar read as its schema means it, `source` being how a number was written; `undefined` when it cannot be. */
export const toScalar = (
  value: Value,
  schema: Members,
  types: ReadonlyArray<Value>,
  source: string | undefined,
): Scalar | undefined => {
  const choices = "const" in schema ? [schema["const"] ?? null] : listOf(schema["enum"])
  if (choices.length > 0) return toChoice(value, choices, source ?? String(value))
  if (typeof value === "string") return fromText(value, types)
  if (types.includes("boolean") && (value === 0 || value === 1))
    return { value: value === 1, message: `${value} is read as a boolean` }
  if (types.includes("string") && (typeof value === "number" || typeof value === "boolean"))
    return { value: source ?? String(value), message: `a ${typeof value} is read as a string` }
  return undefined
}

/** The one choice that differs only in case, spaces or style, or in being written as a string. */
const toChoice = (value: Value, choices: ReadonlyArray<Value>, written: string): Scalar | undefined => {
  if (choices.some((choice) => same(choice, value))) return { value, message: "" }
  if (typeof value === "object") return undefined
  const text = plain(written)
  const alike = choices.filter((choice) => typeof choice !== "object" && text !== "" && plain(String(choice)) === text)
  const [only] = alike
  return alike.length === 1 && only !== undefined
    ? { value: only, message: `${JSON.stringify(value)} is read as ${JSON.stringify(only)}` }
    : undefined
}

const number = /^[+-]?(?:\d+(?:_\d+)*|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const truths = new Map([
  ["true", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["0", false],
])
const nothing = new Set(["null", "none", "nil", "n/a", "undefined", ""])

const fromText = (value: string, types: ReadonlyArray<Value>): Scalar | undefined => {
  const text = value.trim()
  if (types.includes("number") || types.includes("integer")) {
    const read = number.test(text) && /\d/.test(text) ? Number(text.replace(/[_,]/g, "")) : Number.NaN
    // A long identifier would lose its last digits.
    const exact = !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(read)
    if (exact && Number.isFinite(read) && types.some((type) => isOfType(read, type)))
      return { value: read, message: `the string ${JSON.stringify(value)} is read as a number` }
  }
  const truth = types.includes("boolean") ? truths.get(text.toLowerCase()) : undefined
  if (truth !== undefined) return { value: truth, message: `the string ${JSON.stringify(value)} is read as a boolean` }
  if (types.includes("null") && nothing.has(text.toLowerCase()))
    return { value: null, message: `the string ${JSON.stringify(value)} is read as null` }
  return undefined
}
