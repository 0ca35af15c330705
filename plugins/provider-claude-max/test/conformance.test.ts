import { providerConformance } from "@switchyard/testkit/conformance"
import { claudeMax } from "../src/index.ts"

providerConformance({
  name: "provider-claude-max",
  provider: ({ baseURL, apiKey }) => claudeMax({ apiKey, baseURL }),
  model: "text-general",
  capabilities: {
    generate: true,
    stream: true,
    tools: true,
    structuredOutput: true,
    files: { image: true, pdf: true, audio: true, text: true },
    reasoning: true,
    citations: true,
    imageOutput: true,
    embeddings: false,
    usage: true,
    upstream: "openai",
  },
})
