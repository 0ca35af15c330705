import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { type Counters, CountersAway, type Entry, type Reading, type Reserved } from "./Counters.ts"
import { LocalCounters } from "./LocalCounters.ts"
import type { RedisConnection } from "./redisConnection.ts"
import { Unsent } from "./Unsent.ts"

const retryMs = 1000
/** Questions at once, so that none of them waits for long. */
const toldAtOnce = 50

export interface SteadyParts {
  readonly shared: Counters
  readonly redis: Pick<RedisConnection, "arrived" | "connections">
  /** Tells the shared counters what they may have lost; gives by their keys until when what was settled is counted there. */
  readonly reseed: Effect.Effect<ReadonlyMap<string, number>, CountersAway>
  readonly whenAway: "refuse" | "allow"
  /** Ms since 1970. */
  readonly now: () => number
}

/** Gives what asks the shared counters, only when they were told all that they may have lost. */
const reseeded = (redis: SteadyParts["redis"], tellAll: Effect.Effect<void, CountersAway>) =>
  Effect.gen(function* () {
    let told = 0
    const tell = Effect.gen(function* () {
      const connections = redis.connections()
      if (connections === told) return
      yield* tellAll
      told = connections
    })
    const again = Effect.andThen(redis.arrived.await, redis.arrived.close)
    const telling = Effect.retry(tell, { schedule: Schedule.spaced(retryMs) })
    yield* Effect.ignore(tell)
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(again, Effect.ignore(telling))))
    return <A>(question: Effect.Effect<A, CountersAway>): Effect.Effect<A, CountersAway> =>
      Effect.suspend(() => (told === redis.connections() ? question : Effect.fail(untold)))
  })

/** What a call under way holds; `here` in this process's own counters. */
interface Held {
  readonly entries: ReadonlyArray<Entry>
  /** Ms since 1970. */
  readonly until: number
  readonly here: boolean
}

const untold = new CountersAway("it is back, and is being told what was used", false)

/**
 * Shared counters that may be away. What was used meanwhile is counted here, and told them when they are back, once. With
 * `allow`, this process's own counters decide meanwhile; else a reservation fails.
 */
export const steadyCounters = (parts: SteadyParts): Effect.Effect<Counters, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { shared, redis, reseed, whenAway, now } = parts
    const local = new LocalCounters(now)
    const held = new Map<string, Held>()
    const unsent = new Unsent()
    const waiting = Latch.makeUnsafe(false)
    const holdAgain = ([id, { entries, until }]: readonly [string, Held]) =>
      Effect.suspend(() =>
        held.has(id) ? Effect.asVoid(shared.reserve(id, withoutLimits(entries), until - now())) : Effect.void,
      )
    const tellAll = Effect.gen(function* () {
      unsent.counted(yield* reseed)
      yield* Effect.forEach([...held], holdAgain, { concurrency: toldAtOnce, discard: true })
    })
    const asking = yield* reseeded(redis, tellAll)
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
      reserve: (id, entries, ttlMs) => {
        const holding = (reserved: Reserved, inLocal: boolean): Reserved => {
          if (reserved._tag === "Held") held.set(id, { entries, until: now() + ttlMs, here: inLocal })
          return reserved
        }
        const asked = Effect.map(asking(shared.reserve(id, entries, ttlMs)), (reserved) => holding(reserved, false))
        return Effect.catch(asked, (away) => {
          if (whenAway === "refuse") {
            // It may have been held all the same, with only the answer lost.
            if (away.sent) keep(id, nothingOf(entries))
            return Effect.fail(away)
          }
          return Effect.map(local.reserve(id, entries, ttlMs), (reserved) => holding(reserved, true))
        })
      },
      settle: (id, entries) =>
        Effect.suspend(() => {
          const inLocal = held.get(id)?.here === true
          held.delete(id)
          const told = Effect.catch(settle(id, entries), () => here(id, entries))
          return inLocal ? Effect.andThen(local.settle(id, entries), told) : told
        }),
      read: (key, per) => asking(shared.read(key, per)),
      under: (prefix, per) => asking(shared.under(prefix, per)),
    }
  })

/** It was let through before. */
const withoutLimits = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  entries.map((entry) => ({ ...entry, limit: undefined }))

const nothingOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  entries.map((entry) => ({ ...entry, amount: 0 }))
