import { addUsage, type Candidate, LlmError, type Usage } from "@switchyard/core"
import type { Countable } from "../TokenCounter.ts"
import type { Hold } from "./Budgets.ts"
import type { Spending } from "./BudgetRules.ts"
import type { Asked } from "./LearntLimits.ts"
import type { Meter } from "./Meter.ts"
import type { Known } from "./Pricing.ts"
import type { Turn } from "./Turn.ts"
import type { UsageBasis } from "../UsageRecord.ts"

/** One request to a provider, from its reservation to its settlement. */
export interface OpenRequest {
  readonly meter: Meter
  /** What is sent, as it is counted. */
  readonly what: Countable
  readonly most: Spending
  /** What it counts for at the rate limits. */
  readonly asked: Asked
  /** A budget in USD or tokens holds `most`, and the provider was told to keep within it. */
  readonly reserved: boolean
  /** The counter's own estimate of what was sent, to learn from; absent where nothing was estimated. */
  readonly uncalibrated: number | undefined
  readonly known: Known
  readonly turn: Turn | undefined
  hold: Hold | undefined
  sent: boolean
  closed: boolean
}

/** What the attempts at a candidate have used since the last of them was settled. */
export interface Used {
  readonly usage: Usage
  readonly basis: UsageBasis
  readonly usd: number | undefined
}

/** A reservation that was made before routing, for the first request to this candidate. */
export interface Waiting {
  readonly hold: Hold
  readonly candidate: string
  readonly most: Spending
}

const none: Spending = { usd: 0, input: 0, output: 0, calls: 0 }

/** What one call has open, has used, and may use by its own `policy.budget`. Lives as long as the call. */
export class CallAccount {
  readonly open = new Set<OpenRequest>()
  limit: { readonly usd?: number; readonly tokens?: number } | undefined
  waiting: Waiting | undefined
  warned = false
  readonly #used = new Map<Candidate, Used>()
  #spent: Spending = none

  /** Does the call's own budget have room for this beside what is under way? */
  refusal(most: Spending): LlmError | undefined {
    const { limit } = this
    if (limit === undefined) return undefined
    const all = [this.#spent, most, ...[...this.open].map((request) => request.most)]
    const tokens = all.reduce((sum, { input, output }) => sum + input + output, 0)
    if (limit.tokens !== undefined && tokens > limit.tokens) return tooMuch("tokens", tokens, limit.tokens)
    if (limit.usd === undefined) return undefined
    const usd = all.reduce<number | undefined>(
      (sum, one) => (sum === undefined || one.usd === undefined ? undefined : sum + one.usd),
      0,
    )
    if (usd === undefined || usd > limit.usd) return tooMuch("usd", usd, limit.usd)
    return undefined
  }

  close(request: OpenRequest, used: Used | undefined, spending: Spending): void {
    this.open.delete(request)
    this.#spent = {
      usd: this.#spent.usd === undefined || spending.usd === undefined ? undefined : this.#spent.usd + spending.usd,
      input: this.#spent.input + spending.input,
      output: this.#spent.output + spending.output,
      calls: this.#spent.calls + spending.calls,
    }
    if (used === undefined) return
    const { candidate } = request.meter
    const before = this.#used.get(candidate)
    this.#used.set(candidate, before === undefined ? used : together(before, used))
  }

  /** What was used there, told once. */
  take(candidate: Candidate): Used | undefined {
    const used = this.#used.get(candidate)
    this.#used.delete(candidate)
    return used
  }
}

/** The least that is known of a part is what is known of the whole. */
const bases: ReadonlyArray<UsageBasis> = ["reported", "counted", "reserved", "at-least"]

const together = (a: Used, b: Used): Used => ({
  usage: addUsage(a.usage, b.usage),
  basis: bases[Math.max(bases.indexOf(a.basis), bases.indexOf(b.basis))] ?? a.basis,
  usd: a.usd === undefined || b.usd === undefined ? undefined : a.usd + b.usd,
})

const tooMuch = (unit: "usd" | "tokens", needed: number | undefined, limit: number): LlmError => {
  const field = `policy.budget.${unit}`
  const message =
    needed === undefined
      ? `no price is known of this model, so ${field} cannot hold: give its price, or limit tokens`
      : `this call may need ${Number(needed.toFixed(6))} ${unit === "usd" ? "USD" : unit} with what it has used, and its ${field} is ${limit}: raise it, or lower maxOutputTokens`
  return LlmError.make({ _tag: "BudgetExceeded", limit: field, message })
}

/** What types cannot promise of a call's own budget. */
export const negative = (budget: CallAccount["limit"] = {}): LlmError | undefined => {
  const wrong = Object.entries(budget).find(([, amount]) => amount !== undefined && !(amount >= 0))
  if (wrong === undefined) return undefined
  const field = `policy.budget.${wrong[0]}`
  return LlmError.make({ _tag: "InvalidRequest", field, message: `${field} must not be negative` })
}
