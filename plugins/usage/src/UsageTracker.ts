import { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { BudgetStatus } from "./Budget.ts"
import type { UsageEntry, UsageRecord } from "./UsageRecord.ts"
import type { UsageQuery, UsageSum } from "./UsageStats.ts"

/** Whose counters are read, for budgets that have one for each; all that have spent where nobody is named. */
export interface BudgetSubject {
  readonly tenant?: string
  readonly provider?: string
  /** `provider/model`. */
  readonly model?: string
  readonly tags?: Readonly<Record<string, string>>
}

/**
 * The ledger and the budgets of a stack. A store that fails gives `PluginFailure` that names it; one that cannot be opened
 * `InvalidRequest`.
 */
export interface UsageTracker {
  /**
   * Writes down usage of a model that was not called through the stack, priced, and counts it in the budgets. Ends when it
   * is committed: it then outlives `kill -9`.
   */
  readonly trackUsage: (entry: UsageEntry) => Effect.Effect<UsageRecord, LlmError>
  /** Sums of the ledger, what waits included. */
  readonly usageStats: (query?: UsageQuery) => Effect.Effect<ReadonlyArray<UsageSum>, LlmError>
  /** How far each budget is used, for each that has a counter of its own: see `BudgetSubject`. */
  readonly budgets: (subject?: BudgetSubject) => Effect.Effect<ReadonlyArray<BudgetStatus>, LlmError>
  /** Writes what waits, now. */
  readonly flush: Effect.Effect<void, LlmError>
  /** How many attempts were lost since the store was away for too long. */
  readonly lost: Effect.Effect<number>
}

export const absent: UsageTracker = {
  trackUsage: () =>
    Effect.fail(
      LlmError.make({ _tag: "NoRoute", message: "no usage plugin is installed: list usage() among the plugins" }),
    ),
  usageStats: () => Effect.succeed([]),
  budgets: () => Effect.succeed([]),
  flush: Effect.void,
  lost: Effect.succeed(0),
}

/** The usage of the stack, in its context. Default: nothing is kept. */
export const UsageTracker = Context.Reference<UsageTracker>("@switchyard/usage/UsageTracker", {
  defaultValue: () => absent,
})
