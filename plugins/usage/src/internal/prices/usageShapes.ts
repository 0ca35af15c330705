import type { BilledUsage } from "../../Cost.ts"

type Fields = { readonly [key: string]: unknown }

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined

class Senseless extends Error {}

const number = (from: Fields | undefined, ...keys: ReadonlyArray<string>): number | undefined => {
  for (const key of keys) {
    const value = from?.[key]
    if (value === undefined || value === null) continue
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value
    throw new Senseless(`"${key}" is ${JSON.stringify(value)}: it must be a whole number of at least 0`)
  }
  return undefined
}

/** Without what is absent. */
const present = (counts: Readonly<Record<string, number | undefined>>): { [key: string]: number } =>
  Object.fromEntries(Object.entries(counts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))

const sum = (...counts: ReadonlyArray<number | undefined>): number =>
  counts.reduce<number>((total, count) => total + (count ?? 0), 0)

/** `{ input: { total, uncached, cacheRead, cacheWrite }, output: { total, text, reasoning } }` */
const ours = (usage: Fields): BilledUsage => {
  const [input, output] = [fieldsOf(usage["input"]), fieldsOf(usage["output"])]
  const counts = (from: Fields | undefined, keys: ReadonlyArray<string>) =>
    present(Object.fromEntries(keys.map((key) => [key, number(from, key)])))
  return {
    input: counts(input, ["total", "uncached", "cacheRead", "cacheWrite", "cacheWrite1h", "image", "audio"]),
    output: counts(output, ["total", "text", "reasoning", "image", "audio"]),
  }
}

/** `prompt_tokens` or `input_tokens` is the total; cached tokens are part of it. */
const openai = (usage: Fields): BilledUsage => {
  const into = fieldsOf(usage["prompt_tokens_details"]) ?? fieldsOf(usage["input_tokens_details"])
  const out = fieldsOf(usage["completion_tokens_details"]) ?? fieldsOf(usage["output_tokens_details"])
  return {
    input: present({
      total: number(usage, "prompt_tokens", "input_tokens"),
      cacheRead: number(into, "cached_tokens") ?? number(usage, "prompt_cache_hit_tokens", "cache_read_input_tokens"),
      cacheWrite: number(into, "cache_write_tokens") ?? number(usage, "cache_creation_input_tokens"),
      audio: number(into, "audio_tokens"),
      image: number(into, "image_tokens"),
    }),
    output: present({
      total: number(usage, "completion_tokens", "output_tokens"),
      reasoning: number(out, "reasoning_tokens"),
      audio: number(out, "audio_tokens"),
      image: number(out, "image_tokens"),
    }),
  }
}

/** `input_tokens` is what was neither read from nor written to the cache: the three add up to the total. */
const anthropic = (usage: Fields): BilledUsage => {
  const uncached = number(usage, "input_tokens", "inputTokens")
  const cacheRead = number(usage, "cache_read_input_tokens", "cacheReadInputTokens")
  const cacheWrite = number(usage, "cache_creation_input_tokens", "cacheWriteInputTokens")
  const hour = number(fieldsOf(usage["cache_creation"]), "ephemeral_1h_input_tokens")
  const total = uncached === undefined ? undefined : sum(uncached, cacheRead, cacheWrite)
  return {
    input: present({ total, uncached, cacheRead, cacheWrite, cacheWrite1h: hour }),
    output: present({ total: number(usage, "output_tokens", "outputTokens") }),
  }
}

/** `promptTokenCount` holds the cached tokens; thoughts stand beside the candidates. */
const gemini = (usage: Fields): BilledUsage => {
  const reasoning = number(usage, "thoughtsTokenCount")
  const text = number(usage, "candidatesTokenCount")
  return {
    input: present({ total: number(usage, "promptTokenCount"), cacheRead: number(usage, "cachedContentTokenCount") }),
    output: present({
      total: text === undefined && reasoning === undefined ? undefined : sum(text, reasoning),
      reasoning,
    }),
  }
}

/** The AI SDK: totals, with cached and reasoning tokens in them. */
const aiSdk = (usage: Fields): BilledUsage => ({
  input: present({ total: number(usage, "inputTokens"), cacheRead: number(usage, "cachedInputTokens") }),
  output: present({ total: number(usage, "outputTokens"), reasoning: number(usage, "reasoningTokens") }),
})

const has = (usage: Fields, ...keys: ReadonlyArray<string>): boolean => keys.some((key) => key in usage)

const read = (usage: Fields): BilledUsage | undefined => {
  if (fieldsOf(usage["input"]) !== undefined || fieldsOf(usage["output"]) !== undefined) return ours(usage)
  if (has(usage, "prompt_tokens", "completion_tokens", "input_tokens_details", "output_tokens_details"))
    return openai(usage)
  if (
    has(
      usage,
      "cache_read_input_tokens",
      "cache_creation_input_tokens",
      "cacheReadInputTokens",
      "cacheWriteInputTokens",
    )
  )
    return anthropic(usage)
  if (has(usage, "input_tokens", "output_tokens")) return openai(usage)
  if (has(usage, "promptTokenCount", "candidatesTokenCount")) return gemini(usage)
  return has(usage, "inputTokens", "outputTokens") ? aiSdk(usage) : undefined
}

/**
 * Reads a usage as Switchyard, OpenAI (Chat Completions, Responses), Anthropic, Bedrock, Gemini or the AI SDK write it,
 * told apart by its fields. Anthropic's and Bedrock's cached tokens are beside `input_tokens`, all others' are in the total.
 * A text says what is wrong.
 */
export const parseUsage = (usage: unknown): BilledUsage | string => {
  const fields = fieldsOf(usage)
  if (fields === undefined) return "the usage is no object"
  try {
    return (
      read(fields) ?? `the usage has none of the known fields: write {"input": {"total": …}, "output": {"total": …}}`
    )
  } catch (error) {
    if (error instanceof Senseless) return `the usage is senseless: ${error.message}`
    throw error
  }
}
