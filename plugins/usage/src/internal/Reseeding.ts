import type { LlmError } from "@switchyard/core"
import { chunksOf } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Ledger } from "../Ledger.ts"
import type { Rule } from "./BudgetRules.ts"
import { plugin } from "./connection.ts"
import type { CountersAway } from "./Counters.ts"
import type { RedisCounters } from "./RedisCounters.ts"
import { type Share, sharesOf } from "./shares.ts"

/** Counters of one script. */
const batch = 200
/** An attempt is on the ledger so long after it was settled, in ms: in this process, and where another one writes it. */
const notedMs = { here: 50, elsewhere: 1000 }

/** Redis may have come back empty: it is told what the ledger knows of the windows that are open. */
export class Reseeding {
  readonly #counters: RedisCounters
  readonly #rules: ReadonlyArray<Rule>
  readonly #ledger: Ledger
  readonly #now: () => number
  #kept: string | undefined

  /** `now` in ms since 1970. */
  constructor(counters: RedisCounters, rules: ReadonlyArray<Rule>, ledger: Ledger, now: () => number) {
    this.#counters = counters
    this.#rules = rules
    this.#ledger = ledger
    this.#now = now
  }

  /** Gives by the counters' keys until when, in ms since 1970, what was settled is counted there. */
  readonly run = Effect.fnUntraced({ self: this }, function* (): Effect.fn.Return<
    ReadonlyMap<string, number>,
    CountersAway
  > {
    const kept = yield* this.#counters.kept
    if (kept !== undefined && kept === this.#kept) return new Map()
    const time = this.#now()
    const shares = yield* Effect.catch(this.#shares(time), unread)
    if (shares === undefined) return new Map()
    const until = new Map<string, number>()
    for (const some of chunksOf(shares, batch)) {
      const times = yield* this.#counters.seed(some, time)
      for (const [index, { key }] of some.entries()) {
        const at = times[index] ?? 0
        until.set(key, at - (at === time ? notedMs.here : notedMs.elsewhere))
      }
    }
    yield* this.#counters.name(String(yield* Random.nextIntBetween(0, 2 ** 48)))
    this.#kept = yield* this.#counters.kept
    return until
  })

  readonly #shares = Effect.fnUntraced({ self: this }, function* (time: number): Effect.fn.Return<
    ReadonlyArray<Share>,
    LlmError
  > {
    this.#counters.ledger = yield* this.#ledger.name
    return yield* sharesOf(this.#rules, this.#ledger, time)
  })
}

/** A ledger that cannot be read is no reason to stop: Redis may have lost nothing. */
const unread = ({ reason }: LlmError): Effect.Effect<undefined> =>
  Effect.as(
    Effect.logWarning(`${plugin}: what budgets in Redis may have lost is not known, for the ledger: ${reason.message}`),
    undefined,
  )
