import type { ModelInfo } from "@switchyard/core"

/** How to pick the next token. Temperature 0 always takes the likeliest. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly minP?: number
  /** Divides the score of what was said lately: 1 does nothing, 1.1 is usual. */
  readonly repeatPenalty?: number
}

/** Chat templates that node-llama-cpp knows by name, for files that bring none. */
export const templates = [
  "general",
  "deepSeek",
  "qwen",
  "llama3.2-lightweight",
  "llama3.1",
  "llama3",
  "llama2Chat",
  "mistral",
  "alpacaChat",
  "functionary",
  "chatML",
  "falconChat",
  "gemma4",
  "gemma",
  "harmony",
  "muse",
  "seed",
] as const
export type Template = (typeof templates)[number]

/** What is known of a published model; the file is the user's own. */
export interface Preset {
  /** Tokens that the model was trained for. */
  readonly contextWindow: number
  /** Used when the file brings no chat template of its own. */
  readonly template: Template
  /** Special tokens that end an answer, besides those that the file marks. */
  readonly stop: ReadonlyArray<string>
  /** What its makers recommend, where they do. */
  readonly sampling: Sampling
  /** Where this is from. */
  readonly source: string
}

/** `generation_config.json` of Meta's instruct models. */
const meta: Sampling = { temperature: 0.6, topP: 0.9 }
const llama3 = ["<|eot_id|>", "<|end_of_text|>"]
const llama31 = [...llama3, "<|eom_id|>"]

const llama = (contextWindow: number, template: Template, stop: ReadonlyArray<string>, name: string): Preset => ({
  contextWindow,
  template,
  stop,
  sampling: meta,
  source: `https://huggingface.co/meta-llama/${name}`,
})

const mistral = (contextWindow: number, sampling: Sampling, name: string): Preset => ({
  contextWindow,
  template: "mistral",
  stop: ["</s>"],
  sampling,
  source: `https://huggingface.co/mistralai/${name}`,
})

/**
 * Llama and Mistral models by name. Windows are from each model's `config.json`, sampling from `generation_config.json`
 * or, for Mistral, from the model card; where the card says nothing it is left to the default.
 */
export const presets = {
  llama2_7b_chat: llama(4096, "llama2Chat", ["</s>"], "Llama-2-7b-chat-hf"),
  llama2_13b_chat: llama(4096, "llama2Chat", ["</s>"], "Llama-2-13b-chat-hf"),
  llama3_8b: llama(8192, "llama3", llama3, "Meta-Llama-3-8B-Instruct"),
  llama3_1_8b: llama(131_072, "llama3.1", llama31, "Llama-3.1-8B-Instruct"),
  llama3_1_70b: llama(131_072, "llama3.1", llama31, "Llama-3.1-70B-Instruct"),
  llama3_2_1b: llama(131_072, "llama3.2-lightweight", llama31, "Llama-3.2-1B-Instruct"),
  llama3_2_3b: llama(131_072, "llama3.2-lightweight", llama31, "Llama-3.2-3B-Instruct"),
  llama3_3_70b: llama(131_072, "llama3.1", llama31, "Llama-3.3-70B-Instruct"),
  mistral_7b: mistral(32_768, {}, "Mistral-7B-Instruct-v0.3"),
  mixtral_8x7b: mistral(32_768, {}, "Mixtral-8x7B-Instruct-v0.1"),
  mistral_nemo_12b: mistral(131_072, { temperature: 0.3 }, "Mistral-Nemo-Instruct-2407"),
  mistral_small_24b: mistral(32_768, { temperature: 0.15 }, "Mistral-Small-24B-Instruct-2501"),
} as const satisfies Readonly<Record<string, Preset>>
export type PresetName = keyof typeof presets

/** The names, in a form that a schema takes. */
// Object.keys gives the keys of the table above and nothing else.
export const presetNames = Object.keys(presets) as [PresetName, ...Array<PresetName>]

/** The default sampling of llama.cpp's own programs (`common/common.h`, `common_params_sampling`). */
export const defaultSampling: Sampling = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 }

/** Tokens of context that a model gets when nothing is said: a window of 128 000 would take 16 GB for an 8B model. */
export const defaultContext = 8192

/** What computes: "auto" takes the best that is installed, `false` the processor alone. */
export type Gpu = "auto" | "metal" | "cuda" | "vulkan" | false

/**
 * What `getLlama()` of node-llama-cpp gives. Spelled out, so that the types of this package need no package that may not
 * be installed.
 */
export interface LlamaInstance {
  readonly disposed: boolean
  readonly loadModel: (options: never) => Promise<unknown>
}

/** A model of the user's, by the name that calls use. */
export interface ModelSpec {
  /** The GGUF file; of a split model the first part. */
  readonly path: string
  readonly preset?: PresetName
  /** Tokens of context of each of `parallel` conversations. Default: 8 192, or what the model was trained for if less. */
  readonly contextSize?: number
  /** Layers kept on the GPU. Default: as many as fit. */
  readonly gpuLayers?: number | "auto" | "max"
  /** Default: as many as the machine has cores for mathematics. One for very small models. */
  readonly threads?: number
  /** Calls that are answered at the same time; the others wait. Each takes memory for its context. Default 1. */
  readonly parallel?: number
  /** Overrides the file's own chat template. */
  readonly template?: Template
  readonly sampling?: Sampling
  /** A model that embeds: it then answers `embed` and nothing else. */
  readonly embedding?: boolean
}

export const presetOf = ({ preset }: ModelSpec): Preset | undefined =>
  preset === undefined ? undefined : presets[preset]

/**
 * What is known of a model without loading it. `loadedContext`: the tokens of its context, once it is loaded. Running it
 * costs no money.
 */
export const describe = (spec: ModelSpec, loadedContext: number | undefined): ModelInfo => {
  const trained = presetOf(spec)?.contextWindow
  const guess = trained === undefined ? undefined : Math.min(trained, defaultContext)
  const contextWindow = loadedContext ?? spec.contextSize ?? guess
  const chat = spec.embedding !== true
  return {
    ...(contextWindow === undefined ? {} : { contextWindow, ...(chat ? { maxOutput: contextWindow } : {}) }),
    inputMedia: chat ? ["text/*", "application/json"] : ["text/plain"],
    outputMedia: chat ? ["text/plain"] : [],
    tools: chat,
    structuredOutput: chat,
    reasoning: false,
    acceptsPrefill: chat,
    fetchesUrls: false,
    price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  }
}
