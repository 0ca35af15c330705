import type { ModelInfo } from "@switchyard/core"

/** Listed when no others are given. A proxy may have more: any name works. */
export const listed = ["text-general", "code-expert"]

// Which Claude answers is the proxy's choice: what all current ones share, and no price, since a plan has none per token.
const claude: ModelInfo = {
  contextWindow: 200_000,
  inputMedia: ["text/plain", "image/*"],
  outputMedia: ["text/plain"],
  tools: true,
  structuredOutput: true,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
}

/** What is known of a model behind the proxy. */
export const describe = (_model: string): ModelInfo => claude
