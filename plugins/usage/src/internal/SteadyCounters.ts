import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { type Counters, CountersAway, type Entry, type Reading } from "./Counters.ts"
import { LocalCounters } from "./LocalCounters.ts"
import type { RedisConnection } from "./redisConnection.ts"
import { Unsent } from "./Unsent.ts"

const retryMs = 1000

export interface SteadyParts {
  readonly shared: Counters
  readonly redis: Pick<RedisConnection, "arrived" | "connections">
  /** Tells the shared counters what they may have lost; gives by their keys until when what was settled is counted there. */
  readonly reseed: Effect.Effect<ReadonlyMap<string, number>, CountersAway>
  readonly whenAway: "refuse" | "allow"
  /** Ms since 1970. */
  readonly now: () => number
}

/** Shared counters that are asked only when they know what was used before they were connected. */
const reseeded = ({ shared, redis, reseed }: SteadyParts, unsent: Unsent) =>
  Effect.gen(function* () {
    let told = 0
    const tell = Effect.gen(function* () {
      const connections = redis.connections()
      if (connections === told) return
      unsent.counted(yield* reseed)
      told = connections
    })
    const again = Effect.andThen(redis.arrived.await, redis.arrived.close)
    const telling = Effect.retry(tell, { schedule: Schedule.spaced(retryMs) })
    yield* Effect.ignore(tell)
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(again, Effect.ignore(telling))))
    return <A>(question: Effect.Effect<A, CountersAway>): Effect.Effect<A, CountersAway> =>
      Effect.suspend(() => (told === redis.connections() ? question : Effect.fail(untold)))
  })

const untold = new CountersAway("it is back, and is being told what was used", false)

/**
 * Shared counters that may be away. What was used meanwhile is counted here, and told them when they are back, once. With
 * `allow`, this process's own counters decide meanwhile; else a reservation fails.
 */
export const steadyCounters = (parts: SteadyParts): Effect.Effect<Counters, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { shared, whenAway, now } = parts
    const local = new LocalCounters(now)
    const heldHere = new Set<string>()
    const unsent = new Unsent()
    const waiting = Latch.makeUnsafe(false)
    const asking = yield* reseeded(parts, unsent)
    const settle = (id: string, entries: ReadonlyArray<Entry>) => asking(shared.settle(id, entries))
    const keep = (id: string, entries: ReadonlyArray<Entry>): void => {
      waiting.openUnsafe()
      unsent.add(id, entries, now())
    }
    const resend = Effect.gen(function* () {
      for (let { first } = unsent; first !== undefined; { first } = unsent) {
        yield* settle(first.id, first.entries)
        unsent.remove(first)
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
        Effect.catch(asking(shared.reserve(id, entries, ttlMs)), (away) => {
          if (whenAway === "refuse") {
            // It may have been held all the same, with only the answer lost.
            if (away.sent) keep(id, nothingOf(entries))
            return Effect.fail(away)
          }
          heldHere.add(id)
          return local.reserve(id, entries, ttlMs)
        }),
      settle: (id, entries) =>
        Effect.suspend(() => {
          const told = Effect.catch(settle(id, entries), () => here(id, entries))
          return heldHere.delete(id) ? Effect.andThen(local.settle(id, entries), told) : told
        }),
      read: (key, per) => asking(shared.read(key, per)),
    }
  })

const nothingOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  entries.map((entry) => ({ ...entry, amount: 0 }))
