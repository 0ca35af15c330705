import type { Json, Usage } from "@switchyard/core"
import { count, defined, isWire, object, type Wire } from "@switchyard/transport/provider"

/** Anthropic counts cached tokens beside `input_tokens`: the total is the sum. Thinking is inside `output_tokens`. */
export const usageOf = (value: unknown): Usage => {
  if (!isWire(value)) return { input: {}, output: {} }
  const output = count(value["output_tokens"])
  const reasoning = count(object(value["output_tokens_details"])["thinking_tokens"])
  return {
    input: inputOf(value),
    output: output === undefined ? {} : { total: output, ...split(output, reasoning) },
    raw: value as Wire & Json, // it came out of JSON.parse
  }
}

const inputOf = (value: Wire): Usage["input"] => {
  const uncached = count(value["input_tokens"])
  if (uncached === undefined) return {}
  const cacheRead = count(value["cache_read_input_tokens"])
  const cacheWrite = count(value["cache_creation_input_tokens"])
  const total = uncached + (cacheRead ?? 0) + (cacheWrite ?? 0)
  return { total, uncached, ...defined({ cacheRead, cacheWrite }) }
}

const split = (total: number, reasoning: number | undefined) =>
  reasoning === undefined || reasoning > total ? {} : { text: total - reasoning, reasoning }

/** Usage comes twice in a stream: later counts are cumulative and win, what is `null` says nothing. */
export const mergeUsage = (earlier: Wire | undefined, later: unknown): Wire | undefined => {
  if (!isWire(later)) return earlier
  if (earlier === undefined) return later
  return { ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null)) }
}
