import { providerConformance } from "@switchyard/testkit/conformance"
import { anthropic } from "../src/index.ts"

providerConformance({
  name: "provider-anthropic",
  provider: ({ baseURL, apiKey }) => anthropic({ apiKey, baseURL }),
  model: "claude-sonnet-4-6",
  reasoningModel: "claude-opus-5-5",
  capabilities: {
    generate: true,
    stream: true,
    tools: true,
    structuredOutput: true,
    files: { image: true, pdf: true, audio: false, text: true },
    reasoning: true,
    citations: true,
    imageOutput: false,
    embeddings: false,
    usage: true,
    upstream: "anthropic",
  },
})
