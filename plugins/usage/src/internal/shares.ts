import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type BudgetPeriod, budgetPeriods } from "../Budget.ts"
import type { Ledger } from "../Ledger.ts"
import { chargesOf, type Rule, type Spender } from "./BudgetRules.ts"
import { type SumRow, tagsOf } from "./rows.ts"
import { startOf, windowOf } from "./windows.ts"

/** What a counter has used in a window, as a ledger knows it. */
export interface Share {
  readonly key: string
  readonly per: BudgetPeriod
  readonly window: number
  readonly amount: number
}

/** What the windows that are open `now`, in ms since 1970, have used: neither a restart nor a lost Redis is a new budget. */
export const sharesOf = Effect.fnUntraced(function* (
  rules: ReadonlyArray<Rule>,
  ledger: Ledger,
  now: number,
): Effect.fn.Return<ReadonlyArray<Share>, LlmError> {
  const shares = new Map<string, Share>()
  for (const per of budgetPeriods) {
    const mine = rules.filter(({ budget }) => budget.per === per)
    if (mine.length === 0) continue
    const window = windowOf(now, per)
    for (const row of yield* ledger.totals(startOf(window, per))) {
      for (const { key, amount } of entriesOf(mine, row)) {
        const before = shares.get(key)?.amount ?? 0
        shares.set(key, { key, per, window, amount: before + amount })
      }
    }
  }
  return [...shares.values()]
})

const entriesOf = (rules: ReadonlyArray<Rule>, row: SumRow) => {
  const { provider = "", model = "", tenant = "", tags = "{}", attempts, cached, input, output, usd, unpriced } = row
  const spender: Spender = { provider, model, tenant: tenant === "" ? undefined : tenant, tags: tagsOf(tags) }
  const known = unpriced === attempts && attempts > 0 ? undefined : usd
  const { charges } = chargesOf(rules, spender, { usd: known, input, output, calls: attempts - cached })
  return charges.map(({ entry }) => entry)
}
