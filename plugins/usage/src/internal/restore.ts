import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type BudgetPeriod, budgetPeriods } from "../Budget.ts"
import type { Ledger } from "../Ledger.ts"
import { chargesOf, type Rule, type Spender } from "./BudgetRules.ts"
import type { LocalCounters } from "./LocalCounters.ts"
import { type SumRow, tagsOf } from "./rows.ts"
import { startOf, windowOf } from "./windows.ts"

/** What the windows that are open have used, as the ledger knows it: a restart is no new budget. */
export const restore = Effect.fnUntraced(function* (
  rules: ReadonlyArray<Rule>,
  ledger: Ledger,
  counters: LocalCounters,
): Effect.fn.Return<void, LlmError> {
  const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
  for (const per of budgetPeriods) {
    const mine = rules.filter(({ budget }) => budget.per === per)
    if (mine.length === 0) continue
    for (const row of yield* ledger.totals(startOf(windowOf(now, per), per))) yield* counted(mine, per, row, counters)
  }
})

const counted = (rules: ReadonlyArray<Rule>, per: BudgetPeriod, row: SumRow, counters: LocalCounters) => {
  const { provider = "", model = "", tenant = "", tags = "{}", attempts, cached, input, output, usd, unpriced } = row
  const spender: Spender = { provider, model, tenant: tenant === "" ? undefined : tenant, tags: tagsOf(tags) }
  const known = unpriced === attempts && attempts > 0 ? undefined : usd
  const { charges } = chargesOf(rules, spender, { usd: known, input, output, calls: attempts - cached })
  return Effect.forEach(charges, ({ entry }) => counters.restore(entry.key, per, entry.amount), { discard: true })
}
