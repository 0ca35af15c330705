import type { LanguageModelV4Usage } from "@ai-sdk/provider"
import type { Usage } from "@switchyard/core"
import { isObject, plainFields } from "./plain.ts"
import { notesOf } from "./providerData.ts"

const count = (value: number | undefined): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined

type Input = { total?: number; uncached?: number; cacheRead?: number; cacheWrite?: number }
type Output = { total?: number; text?: number; reasoning?: number }

/** Parts that do not add up to their total are not believed; what is left after the reported ones is the first. */
const inputOf = (given: LanguageModelV4Usage["inputTokens"]): Input => {
  const total = count(given.total)
  if (total === undefined) return {}
  const cacheRead = count(given.cacheRead)
  const cacheWrite = count(given.cacheWrite)
  if (cacheRead === undefined && cacheWrite === undefined && given.noCache === undefined) return { total }
  const rest = total - (cacheRead ?? 0) - (cacheWrite ?? 0)
  const uncached = count(given.noCache) ?? rest
  if (rest < 0 || uncached !== rest) return { total }
  return {
    total,
    uncached,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  }
}

const outputOf = (given: LanguageModelV4Usage["outputTokens"]): Output => {
  const total = count(given.total)
  if (total === undefined) return {}
  const reasoning = count(given.reasoning)
  if (reasoning === undefined && given.text === undefined) return { total }
  const rest = total - (reasoning ?? 0)
  const text = count(given.text) ?? rest
  if (rest < 0 || text !== rest) return { total }
  return { total, text, ...(reasoning === undefined ? {} : { reasoning }) }
}

/**
 * Token counts of the newest specification as ours. Counts that a vendor did not report are absent. The AI SDK knows no
 * costs; another Switchyard behind the model tells them in its metadata.
 */
export const fromUsage = (usage: LanguageModelV4Usage, metadata?: unknown): Usage => {
  const raw = plainFields(usage.raw)
  const { cost } = notesOf(metadata)
  return {
    input: inputOf(usage.inputTokens ?? {}),
    output: outputOf(usage.outputTokens ?? {}),
    ...(isObject(cost) && typeof cost["amount"] === "number" && typeof cost["currency"] === "string"
      ? { cost: { amount: cost["amount"], currency: cost["currency"] } }
      : {}),
    ...(raw === undefined ? {} : { raw }),
  }
}
