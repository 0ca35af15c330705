import { providerConformance } from "@switchyard/testkit/conformance"
import * as Layer from "effect/Layer"
import { effectAi, layerLanguageModel, switchyardSettings } from "../src/index.ts"
import { stackOn } from "./upstream.ts"

/**
 * Both ways at once: a stack as language models of effect/ai, and those as a provider. What arrives at the server has been
 * through either bridge, and so has what comes back.
 */
for (const api of ["chat", "responses"] as const) {
  providerConformance({
    name: `bridge-effect-ai, out and in again, ${api}`,
    provider: (upstream) => {
      const stack = stackOn(upstream, api)
      const through = (model: string) => ({
        layer: layerLanguageModel({ model: `openai/${model}` }).pipe(Layer.provide(stack)),
        settings: switchyardSettings,
      })
      return effectAi({ id: "openai", models: { "gpt-4o-mini": through("gpt-4o-mini"), "gpt-5": through("gpt-5") } })
    },
    model: "gpt-4o-mini",
    ...(api === "responses" ? { reasoningModel: "gpt-5" } : {}),
    capabilities: {
      generate: true,
      stream: true,
      tools: true,
      structuredOutput: true,
      files: { image: true, pdf: true, audio: api === "chat", text: true },
      reasoning: true,
      citations: true,
      imageOutput: true,
      // They are tested on their own: effect/ai does not say which embedding model answered.
      embeddings: false,
      usage: true,
      upstream: "openai",
    },
  })
}
