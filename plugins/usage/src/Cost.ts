// For index.ts: BilledUsage, CostBreakdown, CostResult, costOf, parseUsage
import type { Usage } from "@switchyard/core"
import { perToken, type Rates } from "./internal/prices/rates.ts"

export { parseUsage } from "./internal/prices/usageShapes.ts"

/** Tokens to be paid for. The usage of a response fits; vendors bill a few kinds that it does not tell apart. */
export interface BilledUsage {
  readonly input: Usage["input"] & {
    /** Part of `cacheWrite`. */
    readonly cacheWrite1h?: number
    /** Parts of `uncached`. */
    readonly image?: number
    readonly audio?: number
  }
  readonly output: Usage["output"] & {
    /** Parts of `text`. */
    readonly image?: number
    readonly audio?: number
  }
}

/** In USD. */
export interface CostBreakdown {
  readonly usd: number
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  /** Without reasoning. */
  readonly output: number
  readonly reasoning: number
}

/** A cost, or why it is not known. It is never taken for 0 then. */
export type CostResult = CostBreakdown | { readonly usd: undefined; readonly unknown: string }

const unknown = (why: string): CostResult => ({ usd: undefined, unknown: why })

/** Amounts below a billionth of a cent are noise of the arithmetic. */
const tidy = (usd: number): number => Number(usd.toFixed(12))

interface Line {
  readonly to: Exclude<keyof CostBreakdown, "usd">
  readonly tokens: number
  readonly what: string
  /** The first that is known counts. */
  readonly rates: ReadonlyArray<keyof Rates>
}

const plus = (...counts: ReadonlyArray<number | undefined>): number | undefined =>
  counts.every((count) => count === undefined)
    ? undefined
    : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)

const linesOf = ({ input, output }: BilledUsage, into: number, out: number): ReadonlyArray<Line> => {
  const { audio = 0, cacheRead = 0, cacheWrite = 0, cacheWrite1h = 0, image = 0 } = input
  const { audio: spoken = 0, image: drawn = 0, reasoning = 0 } = output
  return [
    { to: "input", what: "input", tokens: into - cacheRead - cacheWrite - image - audio, rates: ["input"] },
    { to: "input", what: "image input", tokens: image, rates: ["imageInput", "input"] },
    { to: "input", what: "audio input", tokens: audio, rates: ["audioInput", "input"] },
    { to: "cacheRead", what: "cached input", tokens: cacheRead, rates: ["cacheRead", "input"] },
    { to: "cacheWrite", what: "cache writes", tokens: cacheWrite - cacheWrite1h, rates: ["cacheWrite", "input"] },
    { to: "cacheWrite", what: "cache writes", tokens: cacheWrite1h, rates: ["cacheWrite1h", "cacheWrite", "input"] },
    { to: "output", what: "output", tokens: out - reasoning - drawn - spoken, rates: ["output"] },
    { to: "output", what: "image output", tokens: drawn, rates: ["imageOutput", "output"] },
    { to: "output", what: "audio output", tokens: spoken, rates: ["audioOutput", "output"] },
    { to: "reasoning", what: "reasoning", tokens: reasoning, rates: ["reasoning", "output"] },
  ]
}

/**
 * What a usage costs at these rates, in USD. The price of all tokens follows from the length of the whole input where
 * there are tiers. Unknown when a needed rate or count is missing, or when parts are more than their total. `share`: of
 * the price, for batches.
 */
export const costOf = (rates: Rates, usage: BilledUsage, share = 1): CostResult => {
  const { input, output } = usage
  const into = input.total ?? plus(input.uncached, input.cacheRead, input.cacheWrite)
  if (into === undefined) return unknown("the usage does not say how many input tokens there were")
  // Embeddings have no output, and no price for it or 0.
  const out =
    output.total ??
    plus(output.text, output.reasoning) ??
    (rates.output === undefined || rates.output === 0 ? 0 : undefined)
  if (out === undefined) return unknown("the usage does not say how many output tokens there were")
  const sums = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
  for (const { rates: keys, to, tokens, what } of linesOf(usage, into, out)) {
    if (tokens === 0) continue
    if (!(tokens > 0)) return unknown(`the usage is senseless: ${tokens} tokens of ${what} after what is counted apart`)
    const key = keys.find((each) => rates[each] !== undefined)
    const rate = key === undefined || key === "batch" ? undefined : perToken(rates[key], into)
    if (rate === undefined) return unknown(`no price is known for ${what}`)
    sums[to] += tokens * rate * share
  }
  const usd = tidy(sums.input + sums.cacheRead + sums.cacheWrite + sums.output + sums.reasoning)
  return {
    usd,
    input: tidy(sums.input),
    cacheRead: tidy(sums.cacheRead),
    cacheWrite: tidy(sums.cacheWrite),
    output: tidy(sums.output),
    reasoning: tidy(sums.reasoning),
  }
}
