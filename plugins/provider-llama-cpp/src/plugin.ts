import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { type LlamaInstance, presetNames, templates } from "./internal/models.ts"
import { makeLlamaCpp } from "./LlamaCppProvider.ts"

const positive = Schema.Natural.check(Schema.isGreaterThan(0))
const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const Sampling = Schema.Struct({
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  topP: Schema.optionalKey(share),
  topK: Schema.optionalKey(Schema.Natural),
  minP: Schema.optionalKey(share),
  repeatPenalty: Schema.optionalKey(Schema.Finite),
})

const Model = Schema.Struct({
  path: Schema.NonEmptyString,
  preset: Schema.optionalKey(Schema.Literals(presetNames)),
  contextSize: Schema.optionalKey(positive),
  gpuLayers: Schema.optionalKey(Schema.Union([Schema.Natural, Schema.Literals(["auto", "max"])])),
  threads: Schema.optionalKey(positive),
  parallel: Schema.optionalKey(Schema.Natural.check(Schema.isBetween({ minimum: 1, maximum: 64 }))),
  template: Schema.optionalKey(Schema.Literals(templates)),
  sampling: Schema.optionalKey(Sampling),
  embedding: Schema.optionalKey(Schema.Boolean),
})

const isLlama = (value: unknown): value is LlamaInstance =>
  typeof value === "object" && value !== null && "loadModel" in value && typeof value.loadModel === "function"

const Options = Schema.Struct({
  /** First segment of `"provider/model"`. Default "local". */
  id: Schema.optionalKey(Schema.NonEmptyString),
  /** GGUF files by the name that calls use, the default one first. */
  models: Schema.Record(Schema.NonEmptyString, Model),
  /** Default "auto": the best that is installed. `false`: the processor alone. */
  gpu: Schema.optionalKey(Schema.Literals(["auto", "metal", "cuda", "vulkan", false])),
  /** An instance of your own, from node-llama-cpp's `getLlama()`. It is left open. Default: one that goes with the stack. */
  llama: Schema.optionalKey(Schema.declare(isLlama)),
})

/**
 * GGUF models in this process, through `node-llama-cpp`, which only a call loads. Options are checked when the stack is
 * built; a model's file is looked at when it is first called.
 */
export const llamaCpp = definePlugin({
  manifest: {
    name: "@switchyard/provider-llama-cpp",
    kind: "provider",
    contract: 1,
    permissions: ["filesystem"],
  },
  options: Options,
  layer: ({ id = "local", models, gpu = "auto", llama }, key) =>
    Layer.effect(key, makeLlamaCpp({ id, models, gpu, llama })),
})
