import type { Usage } from "@switchyard/core"

/** How an attempt ended; `cached` is a call that was answered from a cache and cost nothing. */
export type UsageOutcome = "ok" | "rejected" | "failed" | "cancelled" | "cached"

/**
 * What the tokens of an attempt are known by. `reported` by the provider; `counted` from what was sent and came, of a whole
 * answer whose provider reported none. Of an attempt that ended before its usage was told: `reserved`, the most that it can
 * have cost, or `at-least`, what was sent and came, where nothing was reserved and more may have been billed.
 */
export type UsageBasis = "reported" | "counted" | "reserved" | "at-least"

/**
 * One attempt on the ledger. `at` in ms since 1970, `ms` its duration. `usd` is absent where no price is known, never 0.
 * `estimated`: the provider reported no usage; `basis` says what stands there instead. `call` ties the attempts of one call
 * together.
 */
export interface UsageRecord {
  readonly id: string
  readonly at: number
  readonly call: string
  readonly operation: string
  readonly outcome: UsageOutcome
  readonly provider: string
  readonly model: string
  readonly tenant?: string
  readonly tags: Readonly<Record<string, string>>
  readonly usage: Usage
  readonly usd?: number
  readonly estimated: boolean
  readonly basis?: UsageBasis
  readonly ms: number
}

/** What one writes down by hand: usage of a model that was not called through the stack. What is absent is filled in. */
export interface UsageEntry extends Partial<Omit<UsageRecord, "provider" | "model" | "usage">> {
  readonly provider: string
  readonly model: string
  readonly usage: Usage
}
