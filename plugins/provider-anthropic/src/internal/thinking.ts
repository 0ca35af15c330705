import type { OutputConfig, ThinkingConfigParam } from "@anthropic-ai/sdk/resources/messages/messages"
import type { LlmRequest } from "@switchyard/core"
import type { Warnings } from "@switchyard/transport/provider"
import type { Capabilities } from "./models.ts"

type Effort = NonNullable<LlmRequest["reasoningEffort"]>

/** Thinking tokens by effort, for models that are given a budget. The least that the API takes is 1024. */
const budgets: Readonly<Record<Exclude<Effort, "none">, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
}
const leastBudget = 1024

export interface Thinking {
  readonly thinking?: ThinkingConfigParam
  readonly effort?: NonNullable<OutputConfig["effort"]>
}

/**
 * How much to think: a budget for models up to 4.5, adaptive thinking with an effort for later ones, shown as summaries.
 * Source: Anthropic's "Extended thinking", "Adaptive thinking" and "Effort".
 */
export const thinkingOf = (
  { reasoningEffort: effort }: LlmRequest,
  capabilities: Capabilities,
  limits: { readonly maxTokens: number; readonly forcedTool: boolean },
  warnings: Warnings,
): Thinking => {
  if (effort === undefined) return {}
  if (effort === "none") return noThinking(capabilities, warnings)
  const refuse = (why: string): Thinking => {
    warnings.unsupported("reasoningEffort", why)
    return {}
  }
  if (capabilities.thinking === "none") return refuse("this model does not think")
  if (capabilities.thinking === "budget") {
    if (limits.forcedTool) return refuse("a model that is made to call a tool cannot think before")
    if (limits.maxTokens <= leastBudget)
      return refuse(`maxOutputTokens leaves no room: it must be above ${leastBudget}`)
    // The budget is a part of max_tokens: half of a small limit stays for the answer.
    const budget = Math.max(leastBudget, Math.min(budgets[effort], Math.floor(limits.maxTokens / 2)))
    return { thinking: { type: "enabled", budget_tokens: budget } }
  }
  const word = effort === "minimal" ? "low" : effort === "xhigh" ? (capabilities.highest ?? "high") : effort
  // Made to call a tool, models up to 4.8 refuse thinking; the effort still counts for what they write.
  return limits.forcedTool ? { effort: word } : { effort: word, thinking: { type: "adaptive", display: "summarized" } }
}

const noThinking = ({ thinking, off }: Capabilities, warnings: Warnings): Thinking => {
  if (off !== undefined) return { thinking: { type: off } }
  if (thinking !== "always") return {}
  warnings.unsupported("reasoningEffort", "this model always thinks; it was asked for its lowest effort")
  return { effort: "low" }
}
