import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Budget } from "./Budget.ts"
import type { Spender } from "./internal/BudgetRules.ts"
import { type Engine, makeEngine } from "./internal/makeEngine.ts"
import type { Options } from "./Options.ts"
import type { UsageEntry, UsageRecord } from "./UsageRecord.ts"
import type { BudgetSubject, UsageTracker } from "./UsageTracker.ts"

/** Usage by itself: a ledger and budgets without a stack. Ends, flushed, with the scope. */
export const makeUsage = (options: Options = {}): Effect.Effect<UsageTracker, LlmError, Scope.Scope> =>
  Effect.map(makeEngine(options), trackerOf)

export const trackerOf = (engine: Engine): UsageTracker => {
  const { ledger, budgets } = engine
  return {
    trackUsage: (entry) => track(engine, entry),
    usageStats: ledger.stats,
    budgets: (subject = {}) => budgets.status(({ budget }) => subjectFor(budget, subject)),
    flush: ledger.flush,
    lost: Effect.sync(ledger.lost),
  }
}

/** Whose counter of this budget is meant; `undefined`: nobody is named. */
const subjectFor = ({ by }: Budget, { tenant, provider, model, tags = {} }: BudgetSubject): string | undefined => {
  if (by === undefined) return ""
  if (typeof by === "object") return tags[by.tag]
  if (by === "tenant") return tenant
  return by === "model" ? model : (provider ?? model?.split("/")[0])
}

const track = Effect.fnUntraced(function* ({ ledger, pricing, budgets, now, newId }: Engine, entry: UsageEntry) {
  const { provider, model, usage } = entry
  const id = entry.id ?? newId()
  const usd = entry.usd ?? usage.cost?.amount ?? pricing.usd({ provider, model }, usage)
  const record: UsageRecord = {
    at: now(),
    call: id,
    operation: "generate",
    outcome: "ok",
    tags: {},
    estimated: false,
    ms: 0,
    ...entry,
    id,
    ...(usd === undefined ? {} : { usd }),
  }
  yield* ledger.append(record)
  const spender: Spender = { provider, model, tenant: entry.tenant, tags: record.tags }
  const spending = { usd, input: usage.input.total ?? 0, output: usage.output.total ?? 0, calls: 1 }
  yield* budgets.settle({ id: newId(), spender }, spending)
  return record
})
