import { type CallContext, type Json, type JsonObject, nearest } from "@switchyard/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { contradictions } from "./contradictions.ts"
import { fields, type Given, settle, type Settings } from "./settings.ts"

const decode = Schema.decodeUnknownResult(Schema.Struct(fields), { errors: "all", onExcessProperty: "error" })

/** Kept for others who read the same configuration. */
const ignored: ReadonlySet<string> = new Set(["originalUserPrompt"])
const known = Object.keys(fields)

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

type Warn = (setting: string, problem: string) => void

/** `retry_config` is a level of its own in users' files; its fields count as those around it. */
const flat = (config: JsonObject, warn: Warn): ReadonlyArray<readonly [key: string, value: Json]> =>
  Object.entries(config).flatMap(([key, value]): ReadonlyArray<readonly [string, Json]> => {
    if (camel(key) !== "retryConfig") return [[key, value]]
    if (isObject(value)) return Object.entries(value)
    warn(key, "is no object and was ignored")
    return []
  })

/** The fields that are right, in our spelling; the others are warned of and left out. */
const read = (config: JsonObject, warn: Warn): Given => {
  let given: Given = {}
  for (const [key, value] of flat(config, warn)) {
    const name = camel(key)
    if (value === null || ignored.has(name)) continue
    if (!known.includes(name)) {
      const close = nearest(name, [...known, "retryConfig"])
      const meant = close === undefined ? "" : `; did you mean "${key.includes("_") ? snake(close) : close}"?`
      warn(key, `is no setting of a retry and was ignored${meant}`)
      continue
    }
    const result = decode({ [name]: value })
    if (Result.isSuccess(result)) given = { ...given, ...result.success }
    else warn(key, `is wrong and was ignored: ${result.failure.message.replace(/\s+/g, " ")}`)
  }
  return given
}

/**
 * The settings of one call: its `policy.retry`, in camelCase or in the snake_case of users' files, over the plugin's
 * options. A call that has failed already must not fail because of a slip in its settings too, so what is wrong there is a
 * warning and the plugin's own setting holds; so for settings that contradict each other or the plugin's.
 */
export const callSettings = (
  config: JsonObject | undefined,
  options: Given,
  usual: Settings,
  context: Pick<CallContext, "warn">,
): Settings => {
  if (config === undefined) return usual
  const warn: Warn = (setting, problem) => {
    const field = `policy.retry.${setting}`
    context.warn({ type: "unsupported", setting: field, message: `${field} ${problem}` })
  }
  return settle(agreeing(read(config, warn), options, warn))
}

/** A call may have fewer attempts than the plugin's stages need: they are then not reached, and that is what it wants. */
const bounds: ReadonlySet<string> = new Set(["maxAttempts", "maxTotalAttempts"])

/** The call's settings over the plugin's, without those of the call that contradict each other or the plugin's. */
const agreeing = (own: Given, options: Given, warn: Warn): Given => {
  const merged: Given = { ...options, ...own, perKind: { ...options.perKind, ...own.perKind } }
  const problem = contradictions(merged).find(
    ({ path: [field], with: others }) => field in own || others.some((other) => other in own && !bounds.has(other)),
  )
  if (problem === undefined) return merged
  const { path, issue } = problem
  const blamed = [path[0], ...problem.with].find((field) => field in own)
  // What is left is the plugin's own, which was checked when the stack was composed.
  if (blamed === undefined) return merged
  const [name, place] = [path.join("."), blamed === path[0]]
  warn(place ? name : blamed, place ? `${issue}, and was ignored` : `was ignored, since with it ${name} ${issue}`)
  const { [blamed]: _, ...rest } = own
  return agreeing(rest, options, warn)
}
