import type { Json, ToolOutput } from "@switchyard/core"
import { type Fault, messageOf } from "./readSchema.ts"
import { findNonJson } from "./jsonSchema.ts"

/**
 * A result as the model gets it: text as text, everything else as JSON (`undefined` as null, dates as their text). What JSON would lose
 * without a word is an error.
 */
export const outputOf = (tool: string, value: unknown): ToolOutput => {
  if (typeof value === "string") return { type: "text", value }
  try {
    const plain: unknown = value === undefined ? null : JSON.parse(JSON.stringify(value, kept))
    if (isJson(plain)) return { type: "json", value: plain }
  } catch (error) {
    return failedWith(tool, `gave something that is not JSON: ${messageOf(error)}`)
  }
  return failedWith(tool, `gave something that is not JSON`)
}

/** What `JSON.stringify` is given, after `toJSON`. */
const kept = (key: string, value: unknown): unknown => {
  const what = lost(value)
  if (what !== undefined) throw new TypeError(`${what}${key === "" ? "" : ` at "${key}"`} has no form in JSON`)
  return value
}

/** Names what would become `null` or `{}`, or lose what it lists: a number that is none, a Map, a generator, a closed class. */
const lost = (value: unknown): string | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `the number ${value}`
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  // Plain, be it of another realm.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined
  const lists = Symbol.iterator in value || Symbol.asyncIterator in value
  return lists || Object.keys(value).length === 0 ? `a value of type ${nameOf(value)}` : undefined
}

const nameOf = (value: object): string => {
  const { name } = value.constructor
  return typeof name === "string" && name !== "" ? name : Object.prototype.toString.call(value).slice(8, -1)
}

const isJson = (value: unknown): value is Json => findNonJson(value) === undefined

/** What the model is told of a tool that did not do its work. */
export const failedWith = (tool: string, what: string): ToolOutput => ({
  type: "error-text",
  value: `The tool "${tool}" ${what}`,
})

/** What the model is told of arguments that the schema refuses. */
export const wrongArguments = (faults: ReadonlyArray<Fault>): ToolOutput => ({
  type: "error-json",
  value: {
    error: "The arguments do not fit the tool's schema. Correct them and call the tool again.",
    issues: faults.map(({ message, path }) => ({ path: pathOf(path), message })),
  },
})

const pathOf = (path: ReadonlyArray<string | number>): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("")
