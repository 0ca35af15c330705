import type { Candidate, Part, Usage } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Countable, UsageTokenCounter } from "../TokenCounter.ts"
import type { Spending } from "./BudgetRules.ts"
import type { Known, Pricing } from "./Pricing.ts"

/** What a request may need at most; `uncalibrated` is its count as the counter's own estimates go. */
export interface Estimate {
  readonly most: Spending
  readonly uncalibrated: number
}

/** Tokens of an image or file for which no rule is known: what large vendors charge for a large image. */
const perMedium = 1600

export const usageOf = (input: number, output: number): Usage => ({
  input: { total: input, uncached: input, cacheRead: 0, cacheWrite: 0 },
  output: { total: output },
})

/** What is sent and what may come. A count that is no exact one is raised by `margin`, so that it is rarely too low. */
export const estimate = (
  { counter, usd, margin }: Pricing,
  what: Countable,
  candidate: Candidate,
  output: number,
  known: Known,
): Effect.Effect<Estimate> =>
  Effect.map(counter.countTokens(what, `${candidate.provider}/${candidate.model}`), (counted) => {
    const { tokens, exact, uncounted, uncalibrated } = counted
    const input = Math.ceil(exact ? tokens : tokens * margin) + uncounted.length * perMedium
    return { most: { usd: mostUsd(usd, candidate, input, output, known), input, output, calls: 1 }, uncalibrated }
  })

/** Writing a vendor's cache may cost more than plain input, and what will be cached is not known before. */
const mostUsd = (
  usd: Pricing["usd"],
  candidate: Candidate,
  input: number,
  output: number,
  known: Known,
): number | undefined => {
  const plain = usd(candidate, usageOf(input, output), known)
  const written: Usage = {
    input: { total: input, uncached: 0, cacheRead: 0, cacheWrite: input },
    output: { total: output },
  }
  return plain === undefined ? undefined : Math.max(plain, usd(candidate, written, known) ?? 0)
}

/** What is sent and what came, where the provider reported nothing. */
export const countedUsage = (
  counter: UsageTokenCounter,
  what: Countable,
  text: string,
  candidate: Candidate,
): Effect.Effect<Usage> => {
  const model = `${candidate.provider}/${candidate.model}`
  return Effect.map(counter.countTokens(what, model), ({ tokens }) =>
    usageOf(tokens, text === "" ? 0 : counter.count(text, model).tokens),
  )
}

const textOf = (part: Part): string => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text
    case "tool-call":
      return `${part.name}${part.inputText}`
    default:
      return ""
  }
}

export const contentText = (content: ReadonlyArray<Part>): string => content.map(textOf).join("")
