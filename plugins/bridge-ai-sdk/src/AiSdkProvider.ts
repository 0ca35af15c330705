import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider"
import {
  type EmbedRequest,
  type LlmError,
  type LlmRequest,
  type ModelInfo,
  type Provider,
  type ProviderEmbedResponse,
  type ProviderResponse,
  type StreamPart,
  type Warning,
} from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fromContent } from "./internal/content.ts"
import { toEmbedding } from "./internal/embed.ts"
import { fromAiSdk, inBand } from "./internal/errors.ts"
import { fromFinish } from "./internal/finish.ts"
import { aborter, type Batch, OpenStream } from "./internal/OpenStream.ts"
import type { Models } from "./internal/models.ts"
import { namespaceOf } from "./internal/namespace.ts"
import type { Target } from "./internal/prompt.ts"
import { fromMetadata } from "./internal/providerData.ts"
import { redactor } from "./internal/redact.ts"
import { toCallOptions } from "./internal/request.ts"
import { emptyAnswer, fromWarning } from "./internal/settings.ts"
import type { Speaker } from "./internal/speaker.ts"
import { StreamReader } from "./internal/stream.ts"
import { fromUsage } from "./internal/usage.ts"

/** What a provider is made from, once its options were read. */
export interface AiSdkSettings {
  readonly id: string
  readonly models: Models
  /** Key of `providerOptions`; without it the first word of the model's own provider name. */
  readonly namespace: string | undefined
  readonly describe: (model: string) => ModelInfo | undefined
  readonly secrets: ReadonlyArray<string>
}

interface Call {
  readonly speaker: Speaker
  readonly target: Target
  readonly options: LanguageModelV4CallOptions
  readonly warnings: ReadonlyArray<Warning>
}

/** A provider on models of the AI SDK: one call of `doGenerate`, `doStream` or `doEmbed` per call, which send one HTTP request. */
export const makeAiSdk = (settings: AiSdkSettings): Provider => {
  const { id, models, describe } = settings

  const prepare = (request: LlmRequest): Call => {
    const speaker = models.language(request.model)
    const target: Target = {
      id,
      namespace: settings.namespace ?? namespaceOf(speaker.provider),
      models: [request.model, speaker.modelId],
    }
    return { speaker, target, ...toCallOptions(request, target, speaker.gaps) }
  }

  /** Runs what may throw anything, at once or later; interruption aborts it. */
  const attempt = <A>(
    run: (signal: AbortSignal, now: () => number) => PromiseLike<A>,
    headers: LlmRequest["headers"],
  ): Effect.Effect<A, LlmError> =>
    Effect.flatMap(Clock.Clock, (clock) => {
      const now = () => clock.currentTimeMillisUnsafe()
      const redact = (error: unknown): LlmError =>
        redactor([...settings.secrets, ...Object.values(headers ?? {})])(fromAiSdk(error, now()))
      return Effect.tryPromise({ try: async (signal) => run(signal, now), catch: redact })
    })

  const generate = (request: LlmRequest): Effect.Effect<ProviderResponse, LlmError> =>
    attempt(async (abortSignal) => {
      const call = prepare(request)
      return read(await call.speaker.generate({ ...call.options, abortSignal }), call, request.model)
    }, request.headers)

  const stream = (request: LlmRequest): Stream.Stream<StreamPart, LlmError> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const now = () => clock.currentTimeMillisUnsafe()
        const redact = redactor([...settings.secrets, ...Object.values(request.headers ?? {})])
        const failed = (error: unknown) => redact(fromAiSdk(error, now()))
        const controller = aborter()
        const open = async (): Promise<OpenStream> => {
          const { speaker, options, target, warnings } = prepare(request)
          const answer = await speaker.stream({ ...options, abortSignal: controller.signal })
          // A model that pays no heed to its signal may answer when nobody is there any more.
          if (controller.signal.aborted) answer.parts.cancel()
          return new OpenStream(answer, new StreamReader(target, warnings, now))
        }
        let answer: OpenStream | undefined
        yield* Scope.addFinalizer(
          yield* Effect.scope,
          Effect.sync(() => {
            if (answer?.finished !== true) controller.abort()
            answer?.cancel()
          }),
        )
        const opened = yield* Effect.tryPromise({ try: open, catch: failed })
        answer = opened
        const next = Effect.tryPromise({ try: () => opened.next(), catch: failed })
        const parts: Pull.Pull<Batch, LlmError> = Effect.filterOrElse(
          next,
          (batch) => batch !== undefined,
          () => Cause.done(),
        )
        return Stream.fromPull(Effect.succeed(parts))
      }),
    )

  const embed = (request: EmbedRequest): Effect.Effect<ProviderEmbedResponse, LlmError> =>
    attempt(
      (signal) => toEmbedding(models.embedding(request.model), request, { id, namespace: settings.namespace }, signal),
      undefined,
    )

  return { id, models: models.names, describe, generate, stream, embed }
}

const read = (result: LanguageModelV4GenerateResult, call: Call, model: string): ProviderResponse => {
  const { response } = result
  // Some servers tell of an error under a 200, and some packages read it as an empty answer.
  const failure = inBand(response?.body)
  if (failure !== undefined) throw failure
  const data = fromMetadata(result.providerMetadata, call.target)
  const content = fromContent(result.content, call.target)
  const usage = fromUsage(result.usage, result.providerMetadata)
  const warnings = [...call.warnings, ...result.warnings.map(fromWarning)]
  return {
    content,
    finish: fromFinish(result.finishReason),
    usage,
    warnings: content.length === 0 ? [...warnings, ...emptyAnswer(usage)] : warnings,
    ...(response?.id === undefined ? {} : { id: response.id }),
    model: response?.modelId ?? model,
    ...(data === undefined ? {} : { providerData: data }),
  }
}
