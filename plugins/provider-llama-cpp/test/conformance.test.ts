import { providerConformance } from "@switchyard/testkit/conformance"
import { local, withNative } from "./native.ts"

withNative("a model in process", () => {
  providerConformance({
    name: "provider-llama-cpp",
    provider: () => local(),
    model: "tiny",
    sample: { prompt: "Hi", temperature: 0, maxOutputTokens: 12 },
    honours: ["temperature", "topP", "topK", "maxOutputTokens", "stop", "seed", "presencePenalty", "frequencyPenalty"],
    capabilities: {
      generate: false,
      stream: true,
      tools: true,
      structuredOutput: true,
      files: { image: false, pdf: false, audio: false, text: true },
      reasoning: false,
      citations: false,
      imageOutput: false,
      embeddings: false,
      usage: true,
      upstream: false,
    },
  })
})
