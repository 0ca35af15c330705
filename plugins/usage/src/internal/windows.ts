import type { BudgetPeriod } from "../Budget.ts"

const lengths: Readonly<Record<Exclude<BudgetPeriod, "month" | "lifetime">, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** The window that a time is in: counts up with time. Months count from January 1970. */
export const windowOf = (at: number, per: BudgetPeriod): number => {
  if (per === "lifetime") return 0
  if (per !== "month") return Math.floor(at / lengths[per])
  const date = new Date(at)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}

/** When a window begins, in ms since 1970. */
export const startOf = (window: number, per: BudgetPeriod): number => {
  if (per === "lifetime") return 0
  return per === "month" ? Date.UTC(1970, window) : window * lengths[per]
}

/** When it ends; `undefined` for a lifetime. */
export const endOf = (window: number, per: BudgetPeriod): number | undefined =>
  per === "lifetime" ? undefined : startOf(window + 1, per)
