import { NoSuchModelError, type ProviderV4 } from "@ai-sdk/provider"
import type { Stack } from "./internal/out/stack.ts"
import { embeddingModel, type EmbeddingSettings } from "./SwitchyardEmbeddingModel.ts"
import { languageModel, type ModelSettings } from "./SwitchyardModel.ts"

/** Settings of a provider over a stack: those of its models. */
export interface ProviderSettings extends ModelSettings, Pick<EmbeddingSettings, "maxEmbeddingsPerCall"> {}

/** A stack as a provider of the AI SDK (specification V4), for registries and for model names as strings. It has no image models. */
export const switchyardProvider = (stack: Stack, settings: ProviderSettings = {}): ProviderV4 => ({
  specificationVersion: "v4",
  languageModel: (modelId) => languageModel(stack, modelId, settings),
  embeddingModel: (modelId) => embeddingModel(stack, modelId, settings),
  imageModel: (modelId) => {
    throw new NoSuchModelError({ modelId, modelType: "imageModel" })
  },
})
