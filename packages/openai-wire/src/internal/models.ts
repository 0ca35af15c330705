import type { ModelInfo } from "@switchyard/core"

/** Chat models worth listing, smallest of the current family first, then embeddings. */
export const listed: ReadonlyArray<string> = [
  "gpt-5.4-mini",
  "gpt-5.5",
  "gpt-5.4",
  "gpt-5.4-nano",
  "gpt-5.1",
  "gpt-5",
  "gpt-5-mini",
  "gpt-5-nano",
  "gpt-4.1",
  "gpt-4.1-mini",
  "gpt-4.1-nano",
  "gpt-4o",
  "gpt-4o-mini",
  "o3",
  "o4-mini",
  "text-embedding-3-small",
  "text-embedding-3-large",
]

const text: ModelInfo = {
  inputMedia: ["text/plain"],
  outputMedia: ["text/plain"],
  tools: true,
  structuredOutput: true,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
}

const seeing: ModelInfo = { ...text, inputMedia: ["text/plain", "image/*", "application/pdf"], fetchesUrls: true }
const reasoning: ModelInfo = { ...seeing, reasoning: true }

/** By prefix of the model's name, first match. Windows in tokens, where the vendor documents them. */
const families: ReadonlyArray<readonly [prefix: RegExp, info: ModelInfo]> = [
  [/^text-embedding-/, { ...text, contextWindow: 8192, outputMedia: [], tools: false, structuredOutput: false }],
  [/^gpt-5(\.\d)?-chat|^chatgpt-/, { ...seeing, contextWindow: 128_000, maxOutput: 16_384 }],
  [/^gpt-5(-mini|-nano|-\d|$)|^gpt-5\.[12](-|$)/, { ...reasoning, contextWindow: 400_000, maxOutput: 128_000 }],
  [/^gpt-[5-9]/, reasoning],
  [/^o1-(mini|preview)/, { ...text, reasoning: true, contextWindow: 128_000 }],
  [/^o[134](-|$)|^codex-/, { ...reasoning, contextWindow: 200_000, maxOutput: 100_000 }],
  [/^gpt-4\.1/, { ...seeing, contextWindow: 1_047_576, maxOutput: 32_768 }],
  [
    /^gpt-4o.*audio|^gpt-audio/,
    { ...text, inputMedia: ["text/plain", "audio/*"], contextWindow: 128_000, maxOutput: 16_384 },
  ],
  [/^gpt-4o/, { ...seeing, contextWindow: 128_000, maxOutput: 16_384 }],
  [/^gpt-4-turbo/, { ...seeing, contextWindow: 128_000, maxOutput: 4096 }],
  [/^gpt-4/, { ...text, contextWindow: 8192, maxOutput: 8192, structuredOutput: false }],
  [/^gpt-3\.5/, { ...text, contextWindow: 16_385, maxOutput: 4096, structuredOutput: false }],
]

/** What is known of a model by its name; `undefined` for names that OpenAI does not use. */
export const describe = (model: string): ModelInfo | undefined => {
  const name = model.startsWith("ft:") ? (model.split(":")[1] ?? model) : model
  return families.find(([prefix]) => prefix.test(name))?.[1]
}
