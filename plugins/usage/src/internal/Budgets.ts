import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { BudgetAlert, BudgetStatus } from "../Budget.ts"
import {
  type Charge,
  chargesOf,
  inUnits,
  keyOf,
  type Rule,
  type Spender,
  type Spending,
  statusOf,
  subjectIn,
} from "./BudgetRules.ts"
import { plugin } from "./connection.ts"
import type { Counters, CountersAway, Found, Reserved } from "./Counters.ts"

/** What is held for a call, until it is settled. */
export interface Hold {
  readonly id: string
  readonly spender: Spender
}

/** The budget that has no room, in the words for the caller. */
export interface Refusal {
  readonly rule: Rule
  readonly error: LlmError
}

const shown = (rule: Rule, amount: number): string =>
  rule.unit === "usd" ? `${Number(amount.toFixed(6))} USD` : `${Math.round(amount)} ${rule.unit}`

const whose = ({ budget: { by } }: Rule, subject: string): string =>
  by === undefined ? "" : ` of ${typeof by === "string" ? by : by.tag} "${subject}"`

const exceeded = ({ rule, subject, entry }: Charge, { reading, now }: Extract<Reserved, { _tag: "Refused" }>) => {
  const status = statusOf(rule, subject, reading)
  const { used, held, limit, per, resetsAt } = status
  const left = `${shown(rule, used)} used and ${shown(rule, held)} reserved of ${shown(rule, limit)} per ${per}`
  const again = resetsAt === undefined ? "" : ` It begins again at ${new Date(resetsAt).toISOString()}.`
  const message = `the budget "${rule.name}"${whose(rule, subject)} has no room: ${left}; this call may need ${shown(rule, inUnits(rule, entry.amount))}.${again}`
  // A limit of one provider or model says nothing against another one.
  const { by, match } = rule.budget
  const elsewhere = by === "provider" || by === "model" || match?.provider !== undefined || match?.model !== undefined
  return LlmError.make({
    _tag: "BudgetExceeded",
    limit: rule.name,
    message,
    ...(resetsAt === undefined ? {} : { retryAfterMs: Math.max(0, resetsAt - now) }),
    ...(elsewhere ? { recovery: "failover" as const } : {}),
  })
}

const unpricedError = (rule: Rule, { provider, model }: Spender): LlmError =>
  LlmError.make({
    _tag: "BudgetExceeded",
    limit: rule.name,
    recovery: "failover",
    message: `no price is known of ${provider}/${model}, so the budget "${rule.name}" in USD cannot hold: give its price, or set unknownPrice of that budget`,
  })

const awayError = ({ why }: CountersAway): LlmError =>
  LlmError.make({
    _tag: "PluginFailure",
    plugin,
    recovery: "none",
    message: `the budgets cannot be checked, since Redis is away (${why}): start it, or set redis.whenAway to "allow"`,
  })

const listed = (rule: Rule, found: ReadonlyArray<Found>): ReadonlyArray<BudgetStatus> =>
  found.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, reading }) => statusOf(rule, subjectIn(key), reading))

/** The budgets of a stack over its counters. */
export class Budgets {
  readonly rules: ReadonlyArray<Rule>
  readonly #counters: Counters
  readonly #alert: (alert: BudgetAlert) => Effect.Effect<void>

  constructor(rules: ReadonlyArray<Rule>, counters: Counters, alert: (alert: BudgetAlert) => Effect.Effect<void>) {
    this.rules = rules
    this.#counters = counters
    this.#alert = alert
  }

  /** Is any of them about this spender in USD or tokens? */
  limitsTokens(spender: Spender): boolean {
    const { charges } = chargesOf(this.rules, spender, { usd: 0, input: 0, output: 0, calls: 0 })
    return charges.some(({ rule }) => rule.unit !== "calls")
  }

  /**
   * Holds what a call may need at most, or says which budget has no room. Fails when the counters cannot be asked. Whoever
   * leaves while it is asked settles with nothing.
   */
  reserve({ id, spender }: Hold, most: Spending, ttlMs: number): Effect.Effect<Refusal | undefined, LlmError> {
    const { charges, unpriced } = chargesOf(this.rules, spender, most)
    if (unpriced !== undefined) {
      return Effect.succeed({ rule: unpriced, error: unpricedError(unpriced, spender) })
    }
    if (charges.length === 0) return Effect.undefined
    const entries = charges.map(({ entry }) => entry)
    return Effect.mapBoth(this.#counters.reserve(id, entries, ttlMs), {
      onFailure: awayError,
      onSuccess: (reserved) => {
        const charge = reserved._tag === "Held" ? undefined : charges[reserved.index]
        return reserved._tag === "Held" || charge === undefined
          ? undefined
          : { rule: charge.rule, error: exceeded(charge, reserved) }
      },
    })
  }

  /** Gives back what was held and counts what was used. Never fails: what cannot be told now is told later. */
  settle({ id, spender }: Hold, used: Spending): Effect.Effect<void> {
    const { charges } = chargesOf(this.rules, spender, used)
    if (charges.length === 0) return Effect.void
    const settled = this.#counters.settle(
      id,
      charges.map(({ entry }) => entry),
    )
    return Effect.flatMap(
      Effect.orElseSucceed(settled, () => []),
      (readings) =>
        Effect.forEach(
          readings,
          (reading, index) => {
            const charge = charges[index]
            if (charge === undefined || reading.passed.length === 0) return Effect.void
            const { rule, subject } = charge
            const share = Math.min(1, Math.max(...reading.passed) / Math.max(1, rule.wholeLimit))
            return this.#alert({ ...statusOf(rule, subject, reading), share: Math.round(share * 1e6) / 1e6 })
          },
          { discard: true },
        ),
    )
  }

  /** Of a rule for which no subject is given, all that have used or hold something, in the order of their names. */
  status(subjectOf: (rule: Rule) => string | undefined): Effect.Effect<ReadonlyArray<BudgetStatus>, LlmError> {
    const all = Effect.forEach(this.rules, (rule) => {
      const { per } = rule.budget
      const subject = subjectOf(rule)
      if (subject === undefined)
        return Effect.map(this.#counters.under(keyOf(rule, ""), per), (found) => listed(rule, found))
      return Effect.map(this.#counters.read(keyOf(rule, subject), per), (read) => [statusOf(rule, subject, read)])
    })
    return Effect.mapBoth(all, { onFailure: awayError, onSuccess: (statuses) => statuses.flat() })
  }
}
