import { type Issue, LlmError, type LlmRequestInput, type LlmResponse, textOf, type Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { AnySchema, TypeOf } from "../AnySchema.ts"
import { isStrict } from "./jsonSchema.ts"
import { type Fault, messageOf, readSchema, type ReadSchema, SchemaProblem } from "./readSchema.ts"

/** A request for an object. */
export interface ObjectRequest<S extends AnySchema> extends Omit<LlmRequestInput, "output" | "tools" | "toolChoice"> {
  readonly schema: S
  /** What the object is called, for vendors that show it to the model. */
  readonly name?: string | undefined
  /** Hold the model to the schema exactly. Default: when the schema allows it (all fields required, no others). */
  readonly strict?: boolean | undefined
}

/** An object of the schema's type, and the answer that it came in. */
export interface ObjectResult<A> {
  readonly object: A
  readonly response: LlmResponse
}

export interface ObjectCall<A> {
  readonly request: LlmRequestInput
  readonly read: ReadSchema<A>
}

/** The request as the kernel takes it; `InvalidRequest` for a schema that no vendor takes. */
export const objectCall = <S extends AnySchema>(input: ObjectRequest<S>): ObjectCall<TypeOf<S>> | LlmError => {
  const { schema, name, strict, ...request } = input
  const read = readSchema(schema)
  if (read instanceof SchemaProblem) {
    return LlmError.make({ _tag: "InvalidRequest", field: "schema", message: `the schema ${read.message}` })
  }
  const { jsonSchema } = read
  const output = { type: "json", schema: jsonSchema, strict: strict ?? isStrict(jsonSchema) } as const
  return { request: { ...request, output: name === undefined ? output : { ...output, name } }, read }
}

/** The object in an answer, checked; `OutputInvalid` with every fault and the text. */
export const objectIn = <A>(read: ReadSchema<A>, response: LlmResponse): Effect.Effect<ObjectResult<A>, LlmError> =>
  Effect.suspend(() => {
    const text = textOf(response.content)
    if (response.finish.unified === "content-filter") return Effect.fail(refused(response))
    if (text.trim() === "") return Effect.fail(empty(response))
    const json = parse(text)
    if (json instanceof SyntaxError) return Effect.fail(invalid(response, text, notJson(response, json)))
    return Effect.mapBoth(read.decode(json), {
      onFailure: (faults) => invalid(response, text, faults),
      onSuccess: (object) => ({ object, response }),
    })
  })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(withoutFence(text))
  } catch (error) {
    return new SyntaxError(messageOf(error))
  }
}

/** Models without structured output like to put a fence around their JSON. */
const withoutFence = (text: string): string => {
  const trimmed = text.trim()
  if (!trimmed.startsWith("```")) return trimmed
  const body = trimmed.slice(trimmed.indexOf("\n") + 1)
  return body.endsWith("```") ? body.slice(0, -3) : body
}

const notJson = ({ finish }: LlmResponse, error: SyntaxError): ReadonlyArray<Fault> => [
  {
    path: [],
    message:
      finish.unified === "length"
        ? "the JSON was cut at the limit of tokens: raise maxOutputTokens"
        : `the answer is not JSON: ${error.message}`,
  },
]

const where = ({ provider, model, route }: LlmResponse) => ({ provider, model, route })

const invalid = (response: LlmResponse, text: string, faults: ReadonlyArray<Fault>): LlmError => {
  const issues = faults.map(({ message, path }): Issue => ({ validator: "schema", message, path }))
  const verdict: Verdict = { ok: false, score: 0, issues }
  const first = faults[0]
  const at = first === undefined || first.path.length === 0 ? "" : ` at ${first.path.join(".")}`
  const message = `the object is not valid${at}: ${first?.message ?? "the schema refused it"}`
  return LlmError.make({ _tag: "OutputInvalid", verdicts: [verdict], text, message }, where(response))
}

const refused = (response: LlmResponse): LlmError =>
  LlmError.make(
    { _tag: "ContentFiltered", message: "the model or its filter refused to give the object" },
    where(response),
  )

const empty = (response: LlmResponse): LlmError =>
  LlmError.make({ _tag: "EmptyResponse", message: "the answer holds no text, so no object" }, where(response))
