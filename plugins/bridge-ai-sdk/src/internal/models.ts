import {
  type EmbeddingModelV2,
  type EmbeddingModelV3,
  type EmbeddingModelV4,
  NoSuchModelError,
  type ProviderV2,
  type ProviderV3,
  type ProviderV4,
} from "@ai-sdk/provider"
import { isObject } from "./plain.ts"
import type { AnyLanguageModel, Speaker } from "./speaker.ts"
import { speakV2 } from "./v2.ts"
import { speakV3 } from "./v3.ts"
import { speakV4 } from "./v4.ts"

/** An embedding model of any version of the specification. */
export type AnyEmbeddingModel = EmbeddingModelV2<string> | EmbeddingModelV3 | EmbeddingModelV4

/** What an AI SDK provider package exports: `openai`, `anthropic("…")`'s maker, a custom provider or registry. */
export type AnyProvider =
  | Pick<ProviderV2, "languageModel">
  | Pick<ProviderV3, "languageModel">
  | Pick<ProviderV4, "languageModel">
  | ((modelId: string) => AnyLanguageModel)

/** Models by the names that callers use. */
export type ModelRecord = Readonly<Record<string, AnyLanguageModel | AnyEmbeddingModel>>

const isMethod = (value: unknown): value is (modelId: string) => unknown => typeof value === "function"

const versionOf = (model: unknown): unknown => (isObject(model) ? model["specificationVersion"] : undefined)

const known: ReadonlySet<unknown> = new Set(["v2", "v3", "v4"])

export const isLanguageModel = (model: unknown): model is AnyLanguageModel =>
  isObject(model) && isMethod(model["doGenerate"]) && isMethod(model["doStream"]) && known.has(versionOf(model))

export const isEmbeddingModel = (model: unknown): model is AnyEmbeddingModel =>
  isObject(model) && isMethod(model["doEmbed"]) && known.has(versionOf(model))

export const isProvider = (value: unknown): value is AnyProvider =>
  isMethod(value) || (isObject(value) && isMethod(value["languageModel"]))

export const isRecord = (value: unknown): value is ModelRecord =>
  isObject(value) && Object.values(value).every((model) => isLanguageModel(model) || isEmbeddingModel(model))

export const speak = (model: AnyLanguageModel): Speaker => {
  switch (model.specificationVersion) {
    case "v2":
      return speakV2(model)
    case "v3":
      return speakV3(model)
    case "v4":
      return speakV4(model)
  }
}

/** Models of a provider are made once per name, up to so many names. */
const mostKept = 256

const remembered = <A>(make: (name: string) => A): ((name: string) => A) => {
  const kept = new Map<string, A>()
  return (name) => {
    const found = kept.get(name)
    if (found !== undefined) return found
    const made = make(name)
    if (kept.size < mostKept) kept.set(name, made)
    return made
  }
}

/** Finds models by name. Both throw `NoSuchModelError`, or what the provider throws. */
export interface Models {
  readonly names: ReadonlyArray<string>
  readonly language: (name: string) => Speaker
  readonly embedding: (name: string) => AnyEmbeddingModel
}

const named = (models: ModelRecord): Models => ({
  names: Object.keys(models),
  language: remembered((name) => {
    const model = Object.hasOwn(models, name) ? models[name] : undefined
    if (!isLanguageModel(model)) throw new NoSuchModelError({ modelId: name, modelType: "languageModel" })
    return speak(model)
  }),
  embedding: (name) => {
    const model = Object.hasOwn(models, name) ? models[name] : undefined
    if (!isEmbeddingModel(model)) throw new NoSuchModelError({ modelId: name, modelType: "embeddingModel" })
    return model
  },
})

/** The method of an object or of a function, bound; providers of every version differ in which they have. */
const method = (provider: object, ...names: ReadonlyArray<string>): ((modelId: string) => unknown) | undefined => {
  for (const name of names) {
    const found: unknown = Reflect.get(provider, name)
    if (isMethod(found)) return (modelId) => Reflect.apply(found, provider, [modelId])
  }
  return undefined
}

const provided = (provider: AnyProvider, listed: ReadonlyArray<string>): Models => {
  const language = method(provider, "languageModel", "chatModel") ?? (isMethod(provider) ? provider : undefined)
  const embedding = method(provider, "embeddingModel", "textEmbeddingModel")
  return {
    names: listed,
    language: remembered((name) => {
      const model = language?.(name)
      if (!isLanguageModel(model)) throw new NoSuchModelError({ modelId: name, modelType: "languageModel" })
      return speak(model)
    }),
    embedding: remembered((name) => {
      const model = embedding?.(name)
      if (!isEmbeddingModel(model)) throw new NoSuchModelError({ modelId: name, modelType: "embeddingModel" })
      return model
    }),
  }
}

export const modelsOf = (given: ModelRecord | AnyProvider, listed: ReadonlyArray<string>): Models =>
  isProvider(given) ? provided(given, listed) : named(given)
