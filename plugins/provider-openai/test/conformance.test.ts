import { providerConformance } from "@switchyard/testkit/conformance"
import { openai } from "../src/index.ts"

for (const api of ["chat", "responses"] as const) {
  providerConformance({
    name: `provider-openai, ${api}`,
    provider: ({ baseURL, apiKey }) => openai({ apiKey, baseURL, api }),
    model: "gpt-4o-mini",
    ...(api === "responses" ? { reasoningModel: "gpt-5" } : {}),
    embeddingModel: "text-embedding-3-small",
    capabilities: {
      generate: true,
      stream: true,
      tools: true,
      structuredOutput: true,
      files: { image: true, pdf: true, audio: api === "chat", text: true },
      reasoning: true,
      citations: true,
      imageOutput: true,
      embeddings: true,
      usage: true,
      upstream: "openai",
    },
  })
}
