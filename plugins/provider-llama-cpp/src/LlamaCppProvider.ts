import { type EmbedRequest, LlmError, type LlmRequest, type Provider, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { makeBackend } from "./internal/backend.ts"
import { embed } from "./internal/embed.ts"
import { fromLibrary } from "./internal/errors.ts"
import { generate } from "./internal/generate.ts"
import { type LocalModel, makeLocalModel } from "./internal/LocalModel.ts"
import { describe, type Gpu, type LlamaInstance, type ModelSpec } from "./internal/models.ts"
import { toPrompt } from "./internal/request.ts"
import { shared } from "./internal/shared.ts"

/** What a provider is made from. */
export interface LlamaCppSettings {
  readonly id: string
  /** By the name that calls use, the default one first. */
  readonly models: Readonly<Record<string, ModelSpec>>
  readonly gpu: Gpu
  /** An instance of the user's own, from `getLlama()`. It is used as it is and left open. */
  readonly llama: LlamaInstance | undefined
}

/**
 * A provider of GGUF models that run in this process. Each file is loaded at the first call that needs it, once for all
 * calls, and unloaded with the scope. `generate` is left to the kernel, which folds the stream.
 */
export const makeLlamaCpp = Effect.fnUntraced(function* (
  settings: LlamaCppSettings,
): Effect.fn.Return<Provider, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const backend = shared(scope, Effect.void, () => makeBackend(settings.gpu, settings.llama))
  const models = new Map(
    Object.entries(settings.models).map(([name, spec]) => [name, makeLocalModel(spec, backend, scope)]),
  )

  const find = (name: string, embedding: boolean): LocalModel | LlmError => {
    const model = models.get(name)
    if (model === undefined) {
      const message = `there is no model "${name}" in the options of llamaCpp(): it has ${[...models.keys()].join(", ") || "none"}`
      return LlmError.make({ _tag: "ModelNotFound", message })
    }
    if ((model.spec.embedding ?? false) === embedding) return model
    const message = embedding
      ? `"${name}" is set up to answer: give an embedding model and set \`embedding: true\` for it`
      : `"${name}" is an embedding model (\`embedding: true\`): it cannot answer`
    return LlmError.make({ _tag: "Unsupported", feature: embedding ? "embeddings" : "chat", message })
  }

  const answer = Effect.fnUntraced(function* (request: LlmRequest, emit: (parts: ReadonlyArray<StreamPart>) => void) {
    const model = find(request.model, false)
    if (model instanceof LlmError) return yield* model
    const { spec } = model
    const prompt = yield* Effect.try({
      try: () => toPrompt(request, settings.id, spec),
      catch: (error) => fromLibrary(error),
    })
    const begin = () =>
      emit([
        { type: "stream-start", warnings: prompt.warnings },
        { type: "response-metadata", model: request.model },
      ])
    yield* generate(yield* model.chat, prompt, begin, emit)
  })

  return {
    id: settings.id,
    models: Object.keys(settings.models),
    credentials: [],
    describe: (name) => {
      const model = models.get(name)
      return model === undefined ? undefined : describe(model.spec, model.loadedContext())
    },
    stream: (request) =>
      Stream.callback<StreamPart, LlmError>((queue) =>
        Effect.andThen(
          answer(request, (parts) => void Queue.offerAllUnsafe(queue, parts)),
          Queue.end(queue),
        ),
      ),
    embed: (request: EmbedRequest) => {
      const model = find(request.model, true)
      return model instanceof LlmError
        ? Effect.fail(model)
        : Effect.flatMap(model.embedder, (embedder) => embed(embedder, request))
    },
  }
})
