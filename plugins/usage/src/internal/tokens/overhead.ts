import type { ModelName, Vendor } from "../../ModelNames.ts"
import { claudeVersion } from "./claudeFactor.ts"

/** Tokens around the texts of a request. Names, descriptions and values are counted beside it. */
export interface Overhead {
  readonly base: number
  /** Per message, beside its role. */
  readonly perMessage: number
  /** Once, where there are tools: the vendor's hidden instructions. */
  readonly tools: number
  readonly perTool: number
  readonly perDescription: number
  readonly firstProperty: number
  readonly moreProperties: number
  readonly propertyDescription: number
  readonly perEnum: number
  readonly nestedObject: number
}

/**
 * Messages of OpenAI: https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken. All else: what ai-tokenizer
 * 1.0.6 measured at the vendors' counters.
 */
const openai: Overhead = {
  base: 3,
  perMessage: 3,
  tools: 16,
  perTool: 6,
  perDescription: 1,
  firstProperty: 5,
  moreProperties: 3,
  propertyDescription: 2,
  perEnum: 7,
  nestedObject: -3,
}

const claude: Overhead = {
  base: 6,
  perMessage: 2,
  tools: 549,
  perTool: 53,
  perDescription: 5,
  firstProperty: 13,
  moreProperties: 12,
  propertyDescription: 5,
  perEnum: 9,
  nestedObject: 12,
}

const gemini: Overhead = {
  base: 0,
  perMessage: 0,
  tools: 0,
  perTool: 0,
  perDescription: 0,
  firstProperty: 3,
  moreProperties: 2,
  propertyDescription: 0,
  perEnum: 0,
  nestedObject: 0,
}

/** Chat templates that show each tool as JSON. */
const template: Overhead = {
  base: 7,
  perMessage: 4,
  tools: 140,
  perTool: 55,
  perDescription: 1,
  firstProperty: 14,
  moreProperties: 11,
  propertyDescription: 5,
  perEnum: 9,
  nestedObject: 10,
}

const byVendor: Partial<Record<Vendor, Overhead>> = {
  openai,
  google: gemini,
  meta: { ...template, base: 14, tools: 193, perTool: 47, firstProperty: 8, moreProperties: 7 },
  mistral: { ...template, base: 2, perMessage: 1, tools: 60 },
  deepseek: { ...template, base: 4, perMessage: 1, perTool: 43 },
  xai: { ...template, base: 5, perMessage: 3, tools: 240, perTool: 32, firstProperty: 9, moreProperties: 7 },
}

const claudeTools = (name: string): number => {
  const version = claudeVersion(name) ?? 500
  if (version >= 405) return claude.tools
  return /3-opus/.test(name) ? 586 : /haiku/.test(name) ? 317 : 366
}

export const overheadOf = ({ name, vendor }: ModelName): Overhead => {
  if (vendor === "anthropic") return { ...claude, tools: claudeTools(name) }
  return (vendor === undefined ? undefined : byVendor[vendor]) ?? template
}

/** For these OpenAI has said what stands around messages. */
export const isChatKnown = ({ fineTuned, name }: ModelName): boolean =>
  !fineTuned && /^(gpt-3\.5-turbo|gpt-4(-|o|$))/.test(name)
