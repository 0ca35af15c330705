import { providerConformance } from "@switchyard/testkit/conformance"
import { extractive } from "../src/index.ts"

providerConformance({
  name: "provider-extractive",
  provider: () => extractive(),
  model: "default",
  sample: {
    messages: [
      {
        role: "user",
        content: [
          {
            type: "file",
            mediaType: "text/plain",
            filename: "harbour.txt",
            source: { type: "text", text: "The harbour was built in 1874. Dogs are welcome." },
          },
          { type: "text", text: "When was the harbour built?" },
        ],
      },
    ],
  },
  honours: ["maxOutputTokens"],
  capabilities: {
    generate: true,
    stream: true,
    tools: false,
    structuredOutput: false,
    files: { image: false, pdf: false, audio: false, text: true },
    reasoning: false,
    citations: true,
    imageOutput: false,
    embeddings: false,
    usage: true,
    upstream: false,
  },
})
