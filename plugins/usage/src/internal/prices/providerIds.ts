import type { ModelName, Vendor } from "../../ModelNames.ts"

/** Runs on the user's own machine: tokens cost nothing. */
const local: ReadonlySet<string> = new Set([
  "ollama",
  "llama-cpp",
  "llama.cpp",
  "llamacpp",
  "llamafile",
  "extractive",
  "local",
  "localai",
  "vllm",
  "lmstudio",
  "lm-studio",
  "lm_studio",
  "sglang",
  "tgi",
  "mlx",
  "gpt4all",
  "jan",
  "embed-local",
])

export const isLocal = ({ provider, variant }: ModelName, more: ReadonlySet<string>): boolean => {
  if (provider === undefined) return false
  // Ollama runs "gpt-oss:120b-cloud" on its own servers.
  return (local.has(provider) && variant?.endsWith("cloud") !== true) || more.has(provider)
}

/** Paid by subscription: no price per token. */
export const isSubscription = ({ provider }: ModelName): boolean =>
  provider === "max" || provider === "claude-max" || provider === "copilot" || provider === "github_copilot"

/** The ids under which genai-prices lists them. */
const aliases: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  gemini: "google",
  vertex: "google",
  vertex_ai: "google",
  "google-vertex": "google",
  "google-ai": "google",
  aws: "aws",
  bedrock: "aws",
  amazon: "aws",
  "amazon-bedrock": "aws",
  azure: "azure",
  azure_ai: "azure",
  "azure-openai": "azure",
  groq: "groq",
  mistral: "mistral",
  mistralai: "mistral",
  deepseek: "deepseek",
  xai: "x-ai",
  "x-ai": "x-ai",
  openrouter: "openrouter",
  together: "together",
  together_ai: "together",
  togetherai: "together",
  fireworks: "fireworks",
  fireworks_ai: "fireworks",
  cohere: "cohere",
  perplexity: "perplexity",
  moonshot: "moonshotai",
  moonshotai: "moonshotai",
  novita: "novita",
  cerebras: "cerebras",
  avian: "avian",
}

const vendors: Partial<Record<Vendor, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  mistral: "mistral",
  deepseek: "deepseek",
  xai: "x-ai",
  cohere: "cohere",
  moonshot: "moonshotai",
}

/** Bedrock's own form of an id names no provider: `us.anthropic.claude-…-v1:0`. */
const bedrock = /^(?:[a-z-]+\.)?(anthropic|meta|amazon|cohere|mistral|deepseek|qwen|openai|ai21)\.[a-z]/

/**
 * Who sends the bill, by genai-prices' ids. A provider of another name, such as a gateway of one's own, is taken to ask
 * the vendor's list price.
 */
export const billedBy = ({ path, provider, vendor }: ModelName): string | undefined => {
  const known = provider === undefined ? undefined : aliases[provider]
  if (known !== undefined) return known
  if (bedrock.test(path)) return "aws"
  return vendor === undefined ? undefined : vendors[vendor]
}

/** Half price for batches, by the vendors' price lists of OpenAI, Azure, Anthropic, Google, Bedrock, Mistral and Groq. */
const batches: ReadonlySet<string> = new Set(["openai", "azure", "anthropic", "google", "aws", "mistral", "groq"])

export const batchShare = (provider: string | undefined): number | undefined =>
  provider !== undefined && batches.has(provider) ? 0.5 : undefined
