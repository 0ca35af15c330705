import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { Counters, CountersAway, Entry, Reading } from "./Counters.ts"
import { LocalCounters } from "./LocalCounters.ts"

interface Unsent {
  readonly id: string
  readonly entries: ReadonlyArray<Entry>
}

const mostUnsent = 10_000
const retryMs = 1000

/**
 * Shared counters that may be away. What was used meanwhile is counted here, and told them when they are back, once. With
 * `allow`, this process's own counters decide meanwhile; else a reservation fails.
 */
export const steadyCounters = (
  shared: Counters,
  whenAway: "refuse" | "allow",
  now: () => number,
): Effect.Effect<Counters, never, Scope.Scope> =>
  Effect.gen(function* () {
    const local = new LocalCounters(now)
    const heldHere = new Set<string>()
    let unsent: ReadonlyArray<Unsent> = []
    const waiting = Latch.makeUnsafe(false)
    const keep = (id: string, entries: ReadonlyArray<Entry>): void => {
      waiting.openUnsafe()
      unsent = [...unsent.slice(-mostUnsent + 1), { id, entries }]
    }
    const resend = Effect.gen(function* () {
      while (unsent.length > 0) {
        const [first] = unsent
        if (first === undefined) break
        yield* shared.settle(first.id, first.entries)
        unsent = unsent.filter((one) => one !== first)
      }
      yield* waiting.close
    })
    const next = Effect.andThen(waiting.await, Effect.sleep(retryMs))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(next, Effect.ignore(resend))))
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeoutOption(resend, retryMs)))
    const here = (id: string, entries: ReadonlyArray<Entry>) =>
      Effect.sync((): ReadonlyArray<Reading> => {
        keep(id, entries)
        return []
      })
    return {
      reserve: (id, entries, ttlMs) =>
        Effect.catch(shared.reserve(id, entries, ttlMs), (away: CountersAway) => {
          if (whenAway === "refuse") {
            // It may have been held all the same, with only the answer lost.
            keep(
              id,
              entries.map((entry) => ({ ...entry, amount: 0 })),
            )
            return Effect.fail(away)
          }
          heldHere.add(id)
          return local.reserve(id, entries, ttlMs)
        }),
      settle: (id, entries) =>
        Effect.suspend(() => {
          const told = Effect.catch(shared.settle(id, entries), () => here(id, entries))
          return heldHere.delete(id) ? Effect.andThen(local.settle(id, entries), told) : told
        }),
      read: (key, per) => shared.read(key, per),
    }
  })
