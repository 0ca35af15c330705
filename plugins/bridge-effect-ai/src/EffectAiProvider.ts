import {
  type EmbedRequest,
  isLlmError,
  LlmError,
  type LlmRequest,
  type ModelInfo,
  type Provider,
  type ProviderEmbedResponse,
  type ProviderResponse,
  type StreamPart,
  unfold,
} from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SettingsCarrier } from "./CallSettings.ts"
import { AiError, type EmbeddingModel, type LanguageModel, type Response } from "./internal/ai.ts"
import { alive, aliveStream } from "./internal/in/alive.ts"
import { toLlmError } from "./internal/in/errors.ts"
import { embedThrough } from "./internal/in/embed.ts"
import { generateObject } from "./internal/in/object.ts"
import type { Target } from "./internal/in/prompt.ts"
import { type CallOptions, toCall, type Translated } from "./internal/in/request.ts"
import { fromResponse } from "./internal/in/response.ts"
import { inState, inStep } from "./internal/in/stream.ts"

/** A language model that is built, how settings reach it, and what is known of it. */
export interface BuiltModel {
  readonly model: LanguageModel.LanguageModel
  readonly settings?: SettingsCarrier | undefined
  readonly info?: ModelInfo | undefined
}

/** An embedding model that is built. `dimensions`: how long its vectors are, where that is known. */
export interface BuiltEmbedding {
  readonly model: EmbeddingModel.EmbeddingModel
  readonly settings?: SettingsCarrier | undefined
  readonly info?: ModelInfo | undefined
  readonly dimensions?: number | undefined
}

/** What a provider is made from, once the layers are built. Names are the second segment of `"provider/model"`. */
export interface EffectAiSettings {
  readonly id: string
  readonly models: ReadonlyMap<string, BuiltModel>
  readonly embeddings: ReadonlyMap<string, BuiltEmbedding>
}

/** What is called of a language model: tools are dynamic, and the types of effect/ai follow tools that are known. */
interface Callable {
  readonly generateText: (
    options: CallOptions,
  ) => Effect.Effect<{ readonly content: ReadonlyArray<Response.AnyPart> }, AiError.AiError>
  readonly streamText: (options: CallOptions) => Stream.Stream<Response.AnyPart, AiError.AiError>
}

/** Language models of effect/ai as one provider. Tools are given to the model and run by whoever asked Switchyard. */
export const makeEffectAi = ({ id, models, embeddings }: EffectAiSettings): Provider => {
  const find = (request: LlmRequest) => {
    const found = models.get(request.model)
    return found === undefined ? Effect.fail(missing(id, request.model, models)) : Effect.succeed(found)
  }
  const prepared = (request: LlmRequest) =>
    Effect.flatMap(find(request), ({ model, settings }) =>
      Effect.map(translate(request, id, settings), (call) => ({ model, call })),
    )
  const target = ({ model }: LlmRequest) => ({ id, model })

  const whole = (model: LanguageModel.LanguageModel, request: LlmRequest, call: Translated) => {
    const { options, output, context, warnings } = call
    // The types of the two follow the tools; what comes back is parts of any tool.
    const callable = model as unknown as Callable
    const parts =
      output === undefined
        ? Effect.map(
            alive(id, request.model, () => callable.generateText(options)),
            ({ content }) => content,
          )
        : generateObject(model, options, output, target(request))
    return Effect.map(failing(Effect.provideContext(parts, context)), (content) =>
      fromResponse(content, target(request), warnings),
    )
  }

  const generate = (request: LlmRequest): Effect.Effect<ProviderResponse, LlmError> =>
    Effect.flatMap(prepared(request), ({ model, call }) => whole(model, request, call))

  const stream = (request: LlmRequest): Stream.Stream<StreamPart, LlmError> =>
    Stream.unwrap(
      Effect.map(prepared(request), ({ model, call }) => {
        // effect/ai has no stream of objects: a whole answer is as good as a stream of one piece.
        if (call.output !== undefined) {
          return Stream.unwrap(Effect.map(whole(model, request, call), (answer) => Stream.fromArray(unfold(answer))))
        }
        const callable = model as unknown as Callable
        const parts = aliveStream(id, request.model, () => callable.streamText(call.options))
        return translated(Stream.provideContext(parts, call.context), call, target(request))
      }),
    )

  const embed = (request: EmbedRequest): Effect.Effect<ProviderEmbedResponse, LlmError> => {
    const found = embeddings.get(request.model)
    return found === undefined
      ? Effect.fail(missing(id, request.model, embeddings))
      : failing(embedThrough(found, request, id))
  }

  const describe = (name: string): ModelInfo | undefined => (models.get(name) ?? embeddings.get(name))?.info

  return {
    id,
    models: [...new Set([...models.keys(), ...embeddings.keys()])],
    describe,
    generate,
    stream,
    ...(embeddings.size === 0 ? {} : { embed }),
  }
}

const missing = (id: string, model: string, known: ReadonlyMap<string, unknown>): LlmError =>
  LlmError.make({
    _tag: "ModelNotFound",
    message: `the provider "${id}" has no model "${model}" (it has: ${[...known.keys()].join(", ") || "none"})`,
  })

const translate = (request: LlmRequest, id: string, settings: SettingsCarrier | undefined) =>
  Effect.try({
    try: () => toCall(request, { id, model: request.model }, settings),
    // Everything else that could be thrown would be a mistake in here.
    catch: (error) => (isLlmError(error) ? error : LlmError.make({ _tag: "InvalidRequest", message: String(error) })),
  })

const failing = <A>(effect: Effect.Effect<A, AiError.AiError | LlmError>): Effect.Effect<A, LlmError> =>
  Effect.catchIf(effect, AiError.isAiError, (error) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.fail(toLlmError(error, now))),
  )

/** A stream that a stack below cut is cut here: what had come is known above, and so is what cut it, if anything did. */
const broken = (error: LlmError): Effect.Effect<never, LlmError | Cause.Done> => {
  if (error.reason._tag !== "Truncated") return Effect.fail(error)
  const { because } = error.reason
  return because === undefined ? Cause.done() : Effect.fail(LlmError.make(because, error.context))
}

/** Batch by batch. What came before an error in the same batch is handed over first; a batch without news is passed over. */
const translated = (
  parts: Stream.Stream<Response.AnyPart, AiError.AiError | LlmError>,
  call: Translated,
  target: Target,
): Stream.Stream<StreamPart, LlmError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const pull = yield* Stream.toPull(parts)
      const state = inState(target, call.warnings)
      const now = () => clock.currentTimeMillisUnsafe()
      let failure: LlmError | undefined
      const step = (batch: ReadonlyArray<Response.AnyPart>): Next => {
        const out: Array<StreamPart> = []
        try {
          for (const part of batch) inStep(state, part, out, now)
        } catch (error) {
          if (!isLlmError(error)) return Effect.die(error)
          failure = error
        }
        const [head, ...rest] = out
        return head === undefined ? next : Effect.succeed([head, ...rest])
      }
      const read = Effect.matchEffect(pull, {
        onFailure: (error): Next => {
          if (Cause.isDone(error)) return Effect.fail(error)
          return broken(isLlmError(error) ? error : toLlmError(error, now()))
        },
        onSuccess: step,
      })
      const next: Next = Effect.suspend(() => (failure === undefined ? read : broken(failure)))
      return Stream.fromPull(Effect.succeed(next))
    }),
  )

type Next = Effect.Effect<readonly [StreamPart, ...Array<StreamPart>], LlmError | Cause.Done>
