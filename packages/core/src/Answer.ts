import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Fold, unfold } from "./Fold.ts"
import { LlmError } from "./LlmError.ts"
import type { ProviderResponse } from "./Response.ts"
import type { StreamPart } from "./StreamPart.ts"

/** What one attempt gave: an answer that is whole, or one whose first content has come and that still flows (read it once). */
export type Answer =
  | { readonly _tag: "Whole"; readonly response: ProviderResponse }
  | { readonly _tag: "Flowing"; readonly parts: Stream.Stream<StreamPart, LlmError> }

export const wholeAnswer = (response: ProviderResponse): Answer => ({ _tag: "Whole", response })

export const flowingAnswer = (parts: Stream.Stream<StreamPart, LlmError>): Answer => ({ _tag: "Flowing", parts })

/** The answer as a stream. */
export const answerParts = (answer: Answer): Stream.Stream<StreamPart, LlmError> =>
  answer._tag === "Flowing" ? answer.parts : Stream.fromArray(unfold(answer.response))

/** The answer, once it is whole. A stream that ends without its finish is `Truncated`. */
export const answerResponse = (answer: Answer, model: string): Effect.Effect<ProviderResponse, LlmError> =>
  answer._tag === "Whole" ? Effect.succeed(answer.response) : foldStream(answer.parts, model)

/** Reads a stream to its end. Fails as the stream does; `Truncated` with what came when it was cut. */
export const foldStream = (
  parts: Stream.Stream<StreamPart, LlmError>,
  model: string,
): Effect.Effect<ProviderResponse, LlmError> =>
  Effect.suspend(() => {
    const state = new Fold()
    const read = Stream.runForEachArray(parts, (batch) =>
      Effect.sync(() => {
        for (const part of batch) state.push(part)
      }),
    )
    return Effect.flatMap(
      Effect.mapError(read, (error) => cut(state, error)),
      () => (state.finish === undefined ? Effect.fail(cut(state)) : Effect.succeed(state.response(model))),
    )
  })

/** `Truncated`, when content had come; otherwise the failure itself. */
export const cut = (state: Fold, error?: LlmError): LlmError => {
  const partial = state.partial()
  if (error !== undefined && (partial.content.length === 0 || error.reason._tag === "Truncated")) return error
  const why = error === undefined ? "the stream ended without its finish" : error.reason.message
  const because = error === undefined ? {} : { because: error.reason }
  if (partial.content.length === 0) {
    return LlmError.make({ _tag: "EmptyResponse", message: "the stream ended before any content" }, error?.context)
  }
  return LlmError.make(
    { _tag: "Truncated", message: `the answer was cut: ${why}`, partial, ...because },
    error?.context,
  )
}
