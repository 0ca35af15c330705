import { toUSVString } from "node:util"
import { type Budget, budgetLimitOf, type BudgetStatus, type BudgetUnit, budgetUnitOf } from "../Budget.ts"
import type { Entry, Reading } from "./Counters.ts"
import { endOf } from "./windows.ts"

/** Who spends: what budgets match and divide by. */
export interface Spender {
  readonly provider: string
  readonly model: string
  readonly tenant: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** What a call needs or has used. `usd` is undefined where no price is known. */
export interface Spending {
  readonly usd: number | undefined
  readonly input: number
  readonly output: number
  readonly calls: number
}

/** A budget as it is checked: its name and unit worked out once. */
export interface Rule {
  readonly budget: Budget
  readonly name: string
  readonly unit: BudgetUnit
  readonly limit: number
  /** In whole units of the counters. */
  readonly wholeLimit: number
  readonly marks: ReadonlyArray<number>
  readonly downgrade: string | undefined
}

/** A rule, whose counter of it is meant, and the entry for that. */
export interface Charge {
  readonly rule: Rule
  readonly subject: string
  readonly entry: Entry
}

/** Billionths of a dollar: small enough for one token of the cheapest model, and whole, so that sums are exact. */
const scale: Readonly<Record<BudgetUnit, number>> = { usd: 1e9, tokens: 1, calls: 1 }

/** Rounded up, so that a sum of roundings is never too low; first to the float's own precision, so that 0.1 stays 0.1. */
const whole = (amount: number, unit: BudgetUnit): number => Math.ceil(Number((amount * scale[unit]).toPrecision(15)))

const nameOf = ({ name, by, match, per, ...rest }: Budget): string => {
  if (name !== undefined) return name
  const divided = by === undefined ? "" : ` by ${typeof by === "string" ? by : `tag ${by.tag}`}`
  const matched = match === undefined ? "" : ` of ${JSON.stringify(match)}`
  return `${budgetUnitOf({ per, ...rest })} per ${per}${divided}${matched}`
}

export const ruleOf = (budget: Budget): Rule => {
  const unit = budgetUnitOf(budget)
  const limit = budgetLimitOf(budget)
  const { onExceeded = "stop", alertAt = [0.8] } = budget
  return {
    budget,
    name: nameOf(budget),
    unit,
    limit,
    wholeLimit: Math.floor(Number((limit * scale[unit]).toPrecision(15))),
    marks: alertAt.map((share) => Math.max(1, whole(limit * share, unit))).toSorted((a, b) => a - b),
    downgrade: onExceeded === "stop" ? undefined : onExceeded.downgrade,
  }
}

const matches = ({ budget: { match, by } }: Rule, { provider, model, tenant, tags }: Spender): boolean => {
  if (typeof by === "object" && tags[by.tag] === undefined) return false
  if (match === undefined) return true
  const name = `${provider}/${model}`
  return (
    (match.tenant === undefined || match.tenant === tenant) &&
    (match.provider === undefined || match.provider === provider) &&
    (match.model === undefined ||
      (match.model.endsWith("*") ? name.startsWith(match.model.slice(0, -1)) : name === match.model)) &&
    Object.entries(match.tags ?? {}).every(([tag, value]) => tags[tag] === value)
  )
}

const subjectOf = ({ budget: { by } }: Rule, { provider, model, tenant = "", tags }: Spender): string => {
  if (by === undefined) return ""
  if (typeof by === "object") return tags[by.tag] ?? ""
  return by === "tenant" ? tenant : by === "provider" ? provider : `${provider}/${model}`
}

export const keyOf = ({ name, unit, budget: { per } }: Rule, subject: string): string =>
  [name, unit, per, subject].map((part) => encodeURIComponent(toUSVString(part))).join(":")

/** Whose counter has this key. */
export const subjectIn = (key: string): string => decodeURIComponent(key.slice(key.lastIndexOf(":") + 1))

/** The amount in the rule's unit, in whole units; `undefined`: no price, and the rule does without none. */
const amountOf = ({ unit, budget }: Rule, { usd, input, output, calls }: Spending): number | undefined => {
  if (unit === "calls") return calls
  if (unit === "tokens") return Math.ceil(input + output)
  if (usd !== undefined) return whole(usd, "usd")
  const { unknownPrice = "refuse" } = budget
  if (unknownPrice === "refuse") return undefined
  return unknownPrice === "free" ? 0 : whole((input * unknownPrice.input + output * unknownPrice.output) / 1e6, "usd")
}

/** What a call is charged, by each rule that it falls under; or the rule that cannot tell. */
export const chargesOf = (
  rules: ReadonlyArray<Rule>,
  spender: Spender,
  spending: Spending,
): { readonly charges: ReadonlyArray<Charge>; readonly unpriced: Rule | undefined } => {
  const charges: Array<Charge> = []
  let unpriced: Rule | undefined
  for (const rule of rules) {
    if (!matches(rule, spender)) continue
    const amount = amountOf(rule, spending)
    if (amount === undefined) unpriced ??= rule
    const { per } = rule.budget
    const subject = subjectOf(rule, spender)
    const exempt = rule.downgrade === `${spender.provider}/${spender.model}`
    const limit = exempt ? undefined : rule.wholeLimit
    const entry = { key: keyOf(rule, subject), per, limit, amount: amount ?? 0, marks: rule.marks }
    charges.push({ rule, subject, entry })
  }
  return { charges, unpriced }
}

export const statusOf = ({ name, unit, limit, budget }: Rule, subject: string, reading: Reading): BudgetStatus => {
  const resetsAt = endOf(reading.window, budget.per)
  return {
    name,
    subject,
    unit,
    per: budget.per,
    limit,
    used: reading.used / scale[unit],
    held: reading.held / scale[unit],
    ...(resetsAt === undefined ? {} : { resetsAt }),
  }
}

export const inUnits = ({ unit }: Rule, amount: number): number => amount / scale[unit]
