import { type EmbedRequest, type EmbedResponse, Kernel, type KernelShape } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CallSettings } from "./CallSettings.ts"
import { EmbeddingModel } from "./internal/ai.ts"
import { toAiError } from "./internal/out/errors.ts"

/** `dimensions`: how many numbers a vector is to have, where the model can shorten its vectors. */
export interface EmbeddingModelOptions extends Pick<CallSettings, "providerData" | "policy" | "tenant" | "tags"> {
  readonly model: string
  readonly dimensions?: number
}

const toRequest = (
  { model, ...defaults }: EmbeddingModelOptions,
  settings: CallSettings,
  inputs: ReadonlyArray<string>,
): EmbedRequest => {
  const { providerData, dimensions, tenant, tags, policy } = { ...defaults, ...settings }
  return {
    model: settings.model ?? model,
    inputs,
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(providerData === undefined ? {} : { providerData }),
    ...(policy?.deadline === undefined ? {} : { deadline: policy.deadline }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(tags === undefined ? {} : { tags }),
  }
}

const toResults = ({ vectors, usage }: EmbedResponse) => ({
  results: vectors.map((vector) => Array.from(vector)),
  usage: { inputTokens: usage.input.total },
})

const make = (kernel: KernelShape, options: EmbeddingModelOptions) =>
  EmbeddingModel.make({
    embedMany: ({ inputs }) =>
      Effect.flatMap(CallSettings, (settings) =>
        Effect.mapBoth(kernel.embed(toRequest(options, settings, inputs)), {
          onFailure: (error) => toAiError(error, "embedMany"),
          onSuccess: toResults,
        }),
      ),
    // Texts that are asked for with different settings do not go into one request.
    batchKey: (context) => Context.get(context, CallSettings),
  })

/** The stack as an `EmbeddingModel`. `embed`s that are asked for at once go into one request. */
export const makeEmbeddingModel = (
  options: EmbeddingModelOptions,
): Effect.Effect<EmbeddingModel.EmbeddingModel, never, Kernel> =>
  Effect.flatMap(Kernel, (kernel) => make(kernel, options))

/** `makeEmbeddingModel` as a layer. */
export function layerEmbeddingModel(
  options: EmbeddingModelOptions & { readonly dimensions: number },
): Layer.Layer<EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions, never, Kernel>
export function layerEmbeddingModel(
  options: EmbeddingModelOptions,
): Layer.Layer<EmbeddingModel.EmbeddingModel, never, Kernel>
export function layerEmbeddingModel(
  options: EmbeddingModelOptions,
): Layer.Layer<EmbeddingModel.EmbeddingModel, never, Kernel> {
  const layer = Layer.effect(EmbeddingModel.EmbeddingModel, makeEmbeddingModel(options))
  const { dimensions } = options
  return dimensions === undefined ? layer : Layer.merge(layer, Layer.succeed(EmbeddingModel.Dimensions, dimensions))
}
