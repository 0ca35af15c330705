export type Vendor = "openai" | "anthropic" | "gemini" | "other"

export interface Family {
  readonly vendor: Vendor
  /** The vendor's own name for the model. */
  readonly name: string
}

/** By the vendor's name alone: what holds for all of its models. */
const vendorNames: ReadonlyMap<string, Exclude<Vendor, "other">> = new Map([
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["gemini", "gemini"],
  ["google", "gemini"],
])

/**
 * Whose model it is, by its name: gateways and clouds put prefixes before it (`openrouter/anthropic/claude-opus-5`,
 * `us.anthropic.claude-…`), so the provider's id says less.
 */
export const familyOf = (model: string): Family => {
  const last = model.toLowerCase().split("/").at(-1) ?? ""
  const alone = vendorNames.get(model.toLowerCase())
  if (alone !== undefined) return { vendor: alone, name: alone }
  const name = last.startsWith("ft:") ? (last.split(":")[1] ?? last) : last
  if (name.includes("claude")) return { vendor: "anthropic", name }
  if (name.includes("gemini")) return { vendor: "gemini", name }
  if (/^(gpt-(?!oss)|chatgpt-|o\d|codex-|computer-use)/.test(name)) return { vendor: "openai", name }
  return { vendor: "other", name }
}
