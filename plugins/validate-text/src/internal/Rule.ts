import { type JsonObject, LlmError, type LlmRequest, type ProviderResponse, type Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Bounds of the plugin: UTF-16 units that are read, ms that a regex of the user runs. */
export interface Settings {
  readonly maxChars: number
  readonly regexMs: number
}

/** What is judged. */
export interface Answer {
  readonly text: string
  readonly response: ProviderResponse
  readonly request: LlmRequest
}

export type Check = (answer: Answer) => Effect.Effect<Verdict, LlmError>

/** One named validator. */
export interface Rule {
  readonly names: ReadonlyArray<string>
  /** Every parameter it takes, in camelCase. */
  readonly known: ReadonlyArray<string>
  /** Other names of its parameters, in camelCase. */
  readonly also: Readonly<Record<string, string>>
  /** `everything`: the work grows with the answer and is more than a search, so longer answers are refused. */
  readonly reads: "everything" | "enough"
  readonly make: (name: string, params: JsonObject, settings: Settings) => Effect.Effect<Check, LlmError>
}

interface Definition<P extends Schema.Codec<unknown, unknown>> {
  readonly names: ReadonlyArray<string>
  readonly params: P & { readonly fields: Readonly<Record<string, unknown>> }
  readonly also?: Rule["also"]
  readonly reads?: Rule["reads"]
  /** Gives the check, or says which parameter is wrong. */
  readonly make: (
    params: P["Type"],
    name: string,
    settings: Settings,
  ) => Effect.Effect<(answer: Answer) => Verdict | Effect.Effect<Verdict, LlmError>, LlmError>
}

/** A rule whose parameters are checked by their schema before it is made. */
export const rule = <P extends Schema.Codec<unknown, unknown>>(definition: Definition<P>): Rule => {
  const decode = Schema.decodeUnknownResult<P>(definition.params, { errors: "all" })
  return {
    names: definition.names,
    known: Object.keys(definition.params.fields),
    also: definition.also ?? {},
    reads: definition.reads ?? "everything",
    make: (name, params, settings) => {
      const decoded = decode(params)
      return Result.isFailure(decoded)
        ? Effect.fail(refusedBySchema(name, decoded.failure.message))
        : Effect.map(definition.make(decoded.success, name, settings), (check): Check => asEffect(check))
    },
  }
}

const asEffect =
  (check: (answer: Answer) => Verdict | Effect.Effect<Verdict, LlmError>): Check =>
  (answer) => {
    const verdict = check(answer)
    return Effect.isEffect(verdict) ? verdict : Effect.succeed(verdict)
  }

const refusedBySchema = (name: string, problem: string): LlmError => {
  const [, path = ""] = /\n\s*at (\S+)/.exec(problem) ?? []
  const field = path.replace(/\["?([^"\]]*)"?\]/g, (_, key: string) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
  return wrongParam(name, field.replace(/^\./, ""), problem.replace(/\s+/g, " ").slice(0, 400))
}

/** The call is refused before anything is sent. `param` may be empty when it is about several. */
export const wrongParam = (name: string, param: string, problem: string): LlmError => {
  const field = param === "" ? "params" : `params.${param}`
  return LlmError.make(
    { _tag: "InvalidRequest", field, message: `${field} of the validator "${name}" is wrong: ${problem}` },
    { operation: "config" },
  )
}
