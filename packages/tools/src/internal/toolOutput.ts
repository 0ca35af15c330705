import type { Json, ToolOutput } from "@switchyard/core"
import { type Fault, messageOf } from "./readSchema.ts"
import { findNonJson } from "./jsonSchema.ts"

/** A result as the model gets it: text as text, everything else as JSON (`undefined` as null, dates as their text). */
export const outputOf = (tool: string, value: unknown): ToolOutput => {
  if (typeof value === "string") return { type: "text", value }
  try {
    const plain: unknown = value === undefined ? null : JSON.parse(JSON.stringify(value))
    if (isJson(plain)) return { type: "json", value: plain }
  } catch (error) {
    return failedWith(tool, `gave something that is not JSON: ${messageOf(error)}`)
  }
  return failedWith(tool, `gave something that is not JSON`)
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
