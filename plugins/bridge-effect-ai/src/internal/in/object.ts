import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as JsonSchema from "effect/JsonSchema"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { type AiError, type LanguageModel, Response, Telemetry } from "../ai.ts"
import { alive } from "./alive.ts"
import type { Target } from "./prompt.ts"
import type { CallOptions, JsonOutput } from "./request.ts"

type Codec = Schema.Codec<unknown, unknown>

/** A JSON Schema as a schema of effect, from which a model's package makes what its vendor takes. */
const toSchema = (schema: NonNullable<JsonOutput["schema"]>): Codec => {
  let made = known.get(schema)
  if (made === undefined) {
    // What JSON Schema describes needs no services.
    made = SchemaRepresentation.fromJsonSchemaDocument(JsonSchema.fromSchemaDraft2020_12(schema), {
      patterns: "apply",
    }) as unknown as Codec
    known.set(schema, made)
  }
  return made
}

const known = new WeakMap<object, Codec>()

const readSchema = (schema: NonNullable<JsonOutput["schema"]>) =>
  Effect.try({
    try: () => toSchema(schema),
    catch: (error) => {
      const why = error instanceof Error ? error.message : String(error)
      const message = `effect cannot read the JSON Schema of the output: ${why}`
      return LlmError.make({ _tag: "Unsupported", feature: "output.schema", message })
    },
  })

interface Callable {
  readonly generateObject: (
    options: CallOptions & { readonly schema: Codec; readonly objectName: string },
  ) => Effect.Effect<{ readonly content: ReadonlyArray<Response.AnyPart>; readonly value: unknown }, AiError.AiError>
}

/**
 * Asks for JSON. `generateObject` fails for an answer that is none, and then gives no answer; here that is the validators'
 * to say, so the answer is taken from what the model's span is told.
 */
export const generateObject = Effect.fnUntraced(function* (
  model: LanguageModel.LanguageModel,
  options: CallOptions,
  { schema: given, name }: JsonOutput,
  target: Target,
) {
  const schema = yield* readSchema(given ?? {})
  const outer = Option.getOrUndefined(yield* Effect.serviceOption(Telemetry.CurrentSpanTransformer))
  let seen: ReadonlyArray<Response.AnyPart> | undefined
  const callable = model as unknown as Callable
  const asked = alive(target.id, target.model, () =>
    callable.generateObject({ ...options, schema, objectName: name ?? "response" }),
  )
  return yield* asked.pipe(
    Effect.map(({ content, value }) => inOurForm(content, value, schema)),
    Effect.provideService(Telemetry.CurrentSpanTransformer, (call) => {
      seen = call.response
      outer?.(call)
    }),
    Effect.catchReason("AiError", "StructuredOutputError", (_, error) =>
      seen === undefined ? Effect.fail(error) : Effect.succeed(seen),
    ),
  )
})

/**
 * Some packages ask their vendor for another form (optional fields as null, records as pairs) and read it back. Then the
 * value is the answer, and not the text.
 */
const inOurForm = (
  content: ReadonlyArray<Response.AnyPart>,
  value: unknown,
  schema: Codec,
): ReadonlyArray<Response.AnyPart> => {
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("")
  if (isValid(schema, text)) return content
  const written = JSON.stringify(value)
  let told = false
  return content.flatMap((part): ReadonlyArray<Response.AnyPart> => {
    if (part.type !== "text") return [part]
    if (told) return []
    told = true
    return [Response.makePart("text", { text: written, metadata: part.metadata })]
  })
}

const isValid = (schema: Codec, text: string): boolean => {
  try {
    return Schema.is(schema)(JSON.parse(text))
  } catch {
    return false
  }
}
