import { hint, type JsonObject, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Parameters of a validator, checked, and what to warn of when it is used. */
export interface Read<P> {
  readonly params: P
  readonly warnings: ReadonlyArray<string>
}

export const wrongParams = (validator: string, problem: string): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "policy.validators",
    message: `the params of the validator "${validator}" are wrong: ${problem.replace(/\s+/g, " ").slice(0, 500)}`,
  })

const camel = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Names that users' files have for some parameters. */
const aliases: Readonly<Record<string, string>> = {
  validationModelAlias: "model",
  judgeModel: "model",
  validationModel: "model",
  taskPrompt: "prompt",
  taskPromptToClaude: "prompt",
  task: "prompt",
  mcpServers: "mcpConfig",
  maxTokens: "maxOutputTokens",
}

/** The object with camelCase keys; what is within values stays as it is. */
export const camelKeys = (given: JsonObject): Readonly<Record<string, JsonObject[string]>> =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [camel(key), value]))

/** Which of the keys are not known, as warnings with the nearest known one. */
export const unknownKeys = (where: string, given: JsonObject, known: ReadonlyArray<string>): ReadonlyArray<string> =>
  Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((key) => `${where}${key} is not known and was ignored${hint(key, known)}`)

/**
 * Reads a validator's parameters in snake_case or camelCase. A wrong value fails with `InvalidRequest` and its path; an
 * unknown key is a warning.
 */
export const makeReader = <F extends Schema.Struct.Fields, P>(
  fields: F,
  schema: Schema.Codec<P, unknown>,
): ((validator: string, given: JsonObject) => Effect.Effect<Read<P>, LlmError>) => {
  const decode = Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "ignore" })
  const known = Object.keys(fields)
  return (validator, given) => {
    const named: Record<string, JsonObject[string]> = {}
    for (const [key, value] of Object.entries(camelKeys(given))) {
      const alias = known.includes(key) ? key : (aliases[key] ?? key)
      // null means "not given" in files that were written by programs.
      if (value !== undefined && value !== null && known.includes(alias)) named[alias] = value
    }
    const strange = Object.keys(given).filter((key) => {
      const name = camel(key)
      return !known.includes(name) && !known.includes(aliases[name] ?? name)
    })
    const warnings = strange.map(
      (key) => `${validator}: params.${key} is not known and was ignored${hint(camel(key), known)}`,
    )
    return Effect.mapBoth(decode(named), {
      onFailure: (error) => wrongParams(validator, error.message),
      onSuccess: (params) => ({ params, warnings }),
    })
  }
}
