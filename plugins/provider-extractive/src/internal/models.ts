import type { ModelInfo } from "@switchyard/core"

/** The one model there is. */
export const modelName = "default"

/** Text in, text out, at no price. Nothing but memory bounds the context, so the window is a large number of tokens. */
const info: ModelInfo = {
  contextWindow: 10_000_000,
  inputMedia: ["text/*", "application/json"],
  outputMedia: ["text/plain"],
  tools: false,
  structuredOutput: false,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
  price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
}

/** What is known of a model; `undefined` for any other name than `default`. */
export const describe = (model: string): ModelInfo | undefined => (model === modelName ? info : undefined)
