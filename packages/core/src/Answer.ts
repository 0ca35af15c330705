import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Fold, unfold } from "./Fold.ts"
import type { PartsPull } from "./internal/openStream.ts"
import { LlmError } from "./LlmError.ts"
import type { ProviderResponse } from "./Response.ts"
import type { StreamPart } from "./StreamPart.ts"

/** What one attempt gave: an answer that is whole, or one whose first content has come and that still flows (read it once). */
export type Answer =
  | { readonly _tag: "Whole"; readonly response: ProviderResponse }
  | {
      readonly _tag: "Flowing"
      readonly parts: Stream.Stream<StreamPart, LlmError>
      /** The same, batch by batch, where it is open already; and how to close it before the call ends. */
      readonly pull?: PartsPull
      readonly close?: Effect.Effect<void>
    }

export const wholeAnswer = (response: ProviderResponse): Answer => ({ _tag: "Whole", response })

/** An open stream as an answer. */
export const openedAnswer = (pull: PartsPull, close: Effect.Effect<void>): Answer => ({
  _tag: "Flowing",
  parts: Stream.fromPull(Effect.succeed(pull)),
  pull,
  close,
})

/** The answer batch by batch, within the scope that is given. */
export const answerPull = (answer: Answer): Effect.Effect<PartsPull, never, Scope.Scope> =>
  answer._tag === "Flowing" && answer.pull !== undefined
    ? Effect.succeed(answer.pull)
    : Stream.toPull(answerParts(answer))

/** The answer as a stream. */
const answerParts = (answer: Answer): Stream.Stream<StreamPart, LlmError> =>
  answer._tag === "Flowing" ? answer.parts : Stream.fromArray(unfold(answer.response))

/** The answer, once it is whole. A stream that ends without its finish is `Truncated`. */
export const answerResponse = (answer: Answer, model: string): Effect.Effect<ProviderResponse, LlmError> =>
  answer._tag === "Whole" ? Effect.succeed(answer.response) : foldStream(answer.parts, model)

/** Reads a stream to its end. Fails as the stream does; `Truncated` with what came when it was cut. */
const foldStream = (
  parts: Stream.Stream<StreamPart, LlmError>,
  model: string,
): Effect.Effect<ProviderResponse, LlmError> =>
  Effect.scoped(Effect.flatMap(Stream.toPull(parts), (pull) => foldPull(pull, model)))

/** The same for a stream that is open. */
export const foldPull = (pull: PartsPull, model: string): Effect.Effect<ProviderResponse, LlmError> =>
  Effect.suspend(() => {
    const state = new Fold()
    const step: Effect.Effect<ProviderResponse, LlmError> = Effect.matchEffect(pull, {
      onSuccess: (batch) => {
        for (const part of batch) state.push(part)
        return step
      },
      onFailure: (error) => {
        if (!Cause.isDone(error)) return Effect.fail(cut(state, error))
        return state.finish === undefined ? Effect.fail(cut(state)) : Effect.succeed(state.response(model))
      },
    })
    return step
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
