import type { Json, Usage } from "@switchyard/core"
import { type Wire, count, defined, isWire, object } from "@switchyard/transport/provider"

export interface Names {
  readonly input: string
  readonly inputDetails: string
  readonly output: string
  readonly outputDetails: string
}

/** The names of the Chat Completions API. */
export const chatNames: Names = {
  input: "prompt_tokens",
  inputDetails: "prompt_tokens_details",
  output: "completion_tokens",
  outputDetails: "completion_tokens_details",
}

/** The names of the Responses API. */
export const responsesNames: Names = {
  input: "input_tokens",
  inputDetails: "input_tokens_details",
  output: "output_tokens",
  outputDetails: "output_tokens_details",
}

/** OpenAI counts cached tokens inside the input total and reasoning inside the output total. */
export const usageOf = (value: unknown, names: Names): Usage => {
  if (!isWire(value)) return { input: {}, output: {} }
  const total = count(value[names.input])
  const details = object(value[names.inputDetails])
  const output = count(value[names.output])
  const reasoning = count(object(value[names.outputDetails])["reasoning_tokens"])
  return {
    input:
      total === undefined ? {} : inputOf(total, count(details["cached_tokens"]), count(details["cache_write_tokens"])),
    output: output === undefined ? {} : { total: output, ...split(output, reasoning) },
    raw: value as Wire & Json, // it came out of JSON.parse
  }
}

// A server that reports more cached tokens than tokens is not believed: the split is left out, the total kept.
const inputOf = (total: number, cacheRead: number | undefined, cacheWrite: number | undefined): Usage["input"] => {
  const uncached = total - (cacheRead ?? 0) - (cacheWrite ?? 0)
  if ((cacheRead === undefined && cacheWrite === undefined) || uncached < 0) return { total }
  return { total, uncached, ...defined({ cacheRead, cacheWrite }) }
}

const split = (total: number, reasoning: number | undefined) =>
  reasoning === undefined || reasoning > total ? {} : { text: total - reasoning, reasoning }
