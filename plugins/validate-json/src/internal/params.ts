import { hint, type Json, type JsonObject, LlmError } from "@switchyard/core"

/** Parameters in our spelling, and a warning for each that nobody knows. */
export interface ReadParams {
  readonly params: JsonObject
  readonly unknown: ReadonlyArray<{ readonly setting: string; readonly message: string }>
}

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Reads `fieldName` and `field_name` alike; `null` counts as absent, but for `expectedValue`. */
export const readParams = (name: string, known: ReadonlyArray<string>, given: JsonObject): ReadParams => {
  const params: Array<readonly [string, Json]> = []
  const unknown: Array<ReadParams["unknown"][number]> = []
  for (const [key, value] of Object.entries(given)) {
    const own = camel(key)
    if (!known.includes(own)) {
      const meant = hint(key, key.includes("_") ? known.map(snake) : known)
      const message = `the validator "${name}" has no parameter "${key}", so it was ignored${meant}`
      unknown.push({ setting: `policy.validators.${name}.${key}`, message })
    } else if (value !== null || own === "expectedValue" || own === "schema") params.push([own, value])
  }
  return { params: Object.fromEntries(params), unknown }
}

/** The call is refused before anything is sent. `param` may be empty when it is about several. */
export const wrongParam = (name: string, param: string, problem: string): LlmError => {
  const field = param === "" ? "params" : `params.${param}`
  return LlmError.make(
    { _tag: "InvalidRequest", field, message: `${field} of the validator "${name}" is wrong: ${problem}` },
    { operation: "config" },
  )
}

/** The same for what a schema of Effect says, which knows the path. `spelt`: the names as they were given. */
export const refusedBySchema = (name: string, problem: string, spelt: ReadonlyArray<string>): LlmError => {
  const [, path = ""] = /\n\s*at (\S+)/.exec(problem) ?? []
  const field = path
    .replace(/\["?([^"\]]*)"?\]/g, (_, key: string) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .replace(/^\./, "")
  const [first = ""] = /^\w+/.exec(field) ?? []
  const asGiven = spelt.find((key) => camel(key) === first) ?? snake(first)
  return wrongParam(name, asGiven + field.slice(first.length), problem.replace(/\s+/g, " ").slice(0, 400))
}
