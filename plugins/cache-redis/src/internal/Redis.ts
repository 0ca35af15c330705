import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import { ErrorReply } from "redis"
import { Breaker, type BreakerState } from "./Breaker.ts"
import { Deadlines, type Due } from "./Deadlines.ts"
import type { Settings } from "../Options.ts"
import type { Names } from "./names.ts"
import type { Tally } from "./Tally.ts"
import { type Clients, type Commands, openClients } from "./client.ts"

/** Redis gave nothing. `known`: it was so the last time already, so nobody needs to be told again. */
export class Away extends Data.TaggedError("Away")<{
  readonly why: string
  readonly kind: "slow" | "lost" | "refused"
  readonly known: boolean
}> {}

const failuresMetric = Metric.counter("switchyard.cache.redis.failures", {
  description: "Commands that Redis did not answer in time, or refused",
  incremental: true,
})

/** How long the stack's start waits for the connection. */
const firstMs = 1000

/** Redis within bounds: every command is answered in time or not at all, and one that fails again and again is left alone. */
export class Redis {
  readonly clients: Clients
  readonly #breaker = new Breaker()
  readonly #deadlines: Deadlines
  readonly #patienceMs: number
  readonly #tally: Tally
  readonly #warnings: Queue.Queue<string>
  readonly #now: () => number
  #told = false

  constructor(
    clients: Clients,
    {
      patienceMs,
      tally,
      warnings,
      clock,
    }: { patienceMs: number; tally: Tally; warnings: Queue.Queue<string>; clock: Clock.Clock },
  ) {
    this.clients = clients
    this.#warnings = warnings
    this.#patienceMs = patienceMs
    this.#deadlines = new Deadlines(Math.max(1, patienceMs / 5))
    this.#tally = tally
    this.#now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  get connected(): boolean {
    return this.clients.client.isReady
  }

  get state(): BreakerState {
    return this.#breaker.state(this.#now())
  }

  /** Runs as long as commands may be asked. */
  get watching(): Effect.Effect<never> {
    return this.#deadlines.watching(this.#now)
  }

  /** At most `withinMs`, and never more than its patience; a command that is sent already may still take effect later. */
  ask<A>(command: (redis: Commands) => Promise<A>, withinMs = this.#patienceMs): Effect.Effect<A, Away> {
    return Effect.callback<A, Away>((resume) => {
      const now = this.#now()
      if (!this.connected) return resume(Effect.fail(this.#away("lost", "it is not connected")))
      if (!this.#breaker.admits(now)) return resume(Effect.fail(this.#leftAlone()))
      const over = (): void => this.#deadlines.delete(due)
      const due: Due = {
        at: now + withinMs,
        expire: () => {
          this.#breaker.failed(this.#now())
          resume(Effect.fail(this.#away("slow", `it did not answer within ${Math.round(withinMs)} ms`)))
        },
      }
      this.#deadlines.add(due)
      this.#sent(command).then(
        (value) => {
          over()
          this.#breaker.succeeded()
          this.#told = false
          resume(Effect.succeed(value))
        },
        (error: unknown) => {
          over()
          resume(Effect.fail(this.#failed(error)))
        },
      )
      return Effect.sync(() => {
        over()
        this.#breaker.left()
      })
    })
  }

  #sent<A>(command: (redis: Commands) => Promise<A>): Promise<A> {
    try {
      return command(this.clients.binary)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** An error that Redis answered with says that it is there. */
  #failed(error: unknown): Away {
    const refused = error instanceof ErrorReply
    if (refused) this.#breaker.succeeded()
    else this.#breaker.failed(this.#now())
    return this.#away(refused ? "refused" : "lost", error instanceof Error ? error.message : String(error))
  }

  #away(kind: Away["kind"], why: string): Away {
    this.#tally.add("failures")
    const known = this.#told
    this.#told = true
    Queue.offerUnsafe(this.#warnings, why)
    return new Away({ kind, why, known })
  }

  #leftAlone(): Away {
    this.#tally.add("skipped")
    return new Away({ kind: "lost", why: "it failed again and again, and is left alone for a while", known: true })
  }
}

/** Connects, and waits a little for it: a Redis that is not there holds nothing up. */
export const openRedis = Effect.fnUntraced(function* (
  { url, patienceMs }: Pick<Settings, "url" | "patienceMs">,
  { fence, floor }: Names,
  tally: Tally,
) {
  const warnings = yield* Queue.sliding<string>(1)
  const mends = yield* Queue.sliding<string>(1)
  const clients = yield* openClients(url, () => void Queue.offerUnsafe(mends, `"${fence}" and "${floor}"`))
  const troubled = (error: unknown): void =>
    void Queue.offerUnsafe(warnings, error instanceof Error ? error.message : String(error))
  clients.client.on("error", troubled)
  clients.listener.on("error", troubled)
  yield* Effect.forkScoped(Effect.forever(warned(warnings, cannotUse)))
  yield* Effect.forkScoped(Effect.forever(warned(mends, hasMended)))
  yield* firstTry(clients, troubled)
  const redis = new Redis(clients, { patienceMs, tally, warnings, clock: yield* Clock.Clock })
  yield* Effect.forkScoped(redis.watching)
  return redis
})

const firstTry = ({ client }: Clients, troubled: (error: unknown) => void): Effect.Effect<void> => {
  const tried = Effect.callback<void>((resume) => {
    const over = () => resume(Effect.void)
    client.on("ready", over)
    client.on("error", over)
    client.connect().catch(troubled)
    return Effect.sync(() => {
      client.off("ready", over)
      client.off("error", over)
    })
  })
  return Effect.timeoutOrElse(tried, { duration: firstMs, orElse: () => Effect.void })
}

const cannotUse = "@switchyard/cache-redis cannot use Redis, so nothing is found there until it can: "
const hasMended =
  "@switchyard/cache-redis found the numbers of its leases lost or written over, and began them again; answers that were " +
  "under way are not kept. Let nothing else write there, and Redis evict nothing there: "

/** One line a minute at most: a client that cannot connect says so with each try. */
const warned = (told: Queue.Queue<string>, what: string): Effect.Effect<void> =>
  Effect.flatMap(Queue.take(told), (more) => Effect.andThen(Effect.logWarning(what + more), Effect.sleep("1 minute")))

export const countFailures = (amount: number): Effect.Effect<void> => Metric.update(failuresMetric, amount)
