import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { providerConformance } from "@switchyard/testkit/conformance"
import { createOpenAICompatible as createV2 } from "openai-compatible-v2"
import { createOpenAICompatible as createV3 } from "openai-compatible-v3"
import { beforeEach, describe } from "vitest"
import { aiSdk } from "../src/index.ts"
import { knownLosses } from "./knownLosses.ts"

// The key would go to wherever a redirect points; the packages leave that to the fetch that they are given.
const straight: typeof globalThis.fetch = (input, init) => fetch(input, { ...init, redirect: "manual" })

const packages = { V4: createOpenAICompatible, V3: createV3, V2: createV2 }

for (const [version, create] of Object.entries(packages)) {
  describe(`specification ${version}`, () => {
    const losses = knownLosses.filter(({ versions }) => versions.includes(version))
    beforeEach(({ task }) => {
      if (losses.some(({ tests }) => tests.test(`${task.suite?.name ?? ""} ${task.name}`)))
        Reflect.set(task, "fails", true)
    })
    providerConformance({
      name: `bridge-ai-sdk, openai-compatible of ${version}`,
      provider: ({ baseURL, apiKey }) =>
        aiSdk({
          id: "bridged",
          models: create({
            name: "vendor",
            baseURL,
            apiKey,
            fetch: straight,
            includeUsage: true,
            supportsStructuredOutputs: true,
            ...(version === "V4" ? { supportsMultiPartToolContent: true } : {}),
          }),
        }),
      model: "gpt-4o-mini",
      embeddingModel: "text-embedding-3-small",
      capabilities: {
        generate: true,
        stream: true,
        tools: true,
        structuredOutput: true,
        files: { image: true, pdf: version !== "V2", audio: version !== "V2", text: version !== "V2" },
        reasoning: true,
        citations: false,
        imageOutput: false,
        embeddings: true,
        usage: true,
        upstream: "openai",
      },
    })
  })
}
