import type * as Effect from "effect/Effect"
import type { BudgetPeriod } from "../Budget.ts"

/** One counter that a call falls under. Amounts are whole numbers: tokens, calls, or billionths of a dollar. */
export interface Entry {
  readonly key: string
  readonly per: BudgetPeriod
  /** `undefined`: counted here and never refused. */
  readonly limit: number | undefined
  readonly amount: number
  /** For alerts: the amounts at which one is told, ascending. */
  readonly marks: ReadonlyArray<number>
}

export interface Reading {
  readonly used: number
  readonly held: number
  readonly window: number
  /** Marks that were passed just now, for the first time in this window. */
  readonly passed: ReadonlyArray<number>
}

export interface Found {
  readonly key: string
  readonly reading: Reading
}

export type Reserved =
  | { readonly _tag: "Held" }
  /** The first counter without room; nothing was held anywhere. `now` is the counters' own time, ms since 1970. */
  | { readonly _tag: "Refused"; readonly index: number; readonly reading: Reading; readonly now: number }

/** The counters could not be asked in time. `sent`: they may have done it all the same. */
export class CountersAway {
  readonly _tag = "CountersAway"
  readonly why: string
  readonly sent: boolean

  constructor(why: string, sent: boolean) {
    this.why = why
    this.sent = sent
  }
}

/**
 * Counts what is used and what is held for calls under way. In no window do the two together pass a limit by a
 * reservation. A window begins with nothing used; what is held stays held.
 */
export interface Counters {
  /** Holds the amounts of all entries, or none. What is neither settled nor given back in `ttlMs` is given back by itself. */
  readonly reserve: (id: string, entries: ReadonlyArray<Entry>, ttlMs: number) => Effect.Effect<Reserved, CountersAway>
  /** Gives back what this id holds there, and counts `amount` as used in the window that is now. */
  readonly settle: (id: string, entries: ReadonlyArray<Entry>) => Effect.Effect<ReadonlyArray<Reading>, CountersAway>
  readonly read: (key: string, per: BudgetPeriod) => Effect.Effect<Reading, CountersAway>
  /** The counters whose keys are this and one part more, and that have used or hold something. */
  readonly under: (prefix: string, per: BudgetPeriod) => Effect.Effect<ReadonlyArray<Found>, CountersAway>
}
