import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PartitionedSemaphore from "effect/PartitionedSemaphore"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import { plugin } from "./connection.ts"
import type { Turn } from "./Turn.ts"

/** Limits of one provider's key, or of one model of it. `maxWaitMs`: a call waits so long for its turn. Default: 30,000. */
export interface RateLimit {
  readonly rpm?: number
  readonly tpm?: number
  readonly concurrent?: number
  readonly maxWaitMs?: number
}

const minute = Duration.minutes(1)
/** Nobody is asked more often than this, in ms. */
const shortest = 5

/** One key's limits: who comes waits in a queue that gives each tenant its turn. */
export class Lane {
  readonly name: string
  readonly maxWaitMs: number
  readonly #limit: RateLimit
  readonly #limiter: RateLimiter
  readonly #gate = PartitionedSemaphore.makeUnsafe<string>({ permits: 1 })
  readonly #slots: PartitionedSemaphore.PartitionedSemaphore<string>
  #storeDown = false

  constructor(name: string, limit: RateLimit, limiter: RateLimiter) {
    this.name = name
    this.#limit = limit
    this.#limiter = limiter
    this.maxWaitMs = limit.maxWaitMs ?? 30_000
    this.#slots = PartitionedSemaphore.makeUnsafe({ permits: limit.concurrent ?? Number.POSITIVE_INFINITY })
  }

  /** Waits for a place, then for its turn at the limits. What it holds is the turn's to give back. */
  enter(turn: Turn, tenant: string, tokens: number): Effect.Effect<void> {
    const taken = Effect.uninterruptibleMask((interruptible) =>
      Effect.andThen(interruptible(this.#slots.take(tenant, 1)), turn.holds(Effect.asVoid(this.#slots.release(1)))),
    )
    const passed = Effect.map(this.#gate.withPermit(tenant)(this.#turn(tokens)), (epoch) =>
      turn.onLimited((ms) => this.#feedback(epoch, ms)),
    )
    return Effect.andThen(taken, passed)
  }

  #turn(tokens: number): Effect.Effect<number> {
    const { rpm, tpm } = this.#limit
    const passing = Effect.gen({ self: this }, function* () {
      const epoch = yield* this.#cooled()
      if (rpm !== undefined) yield* this.#take(`${this.name}:rpm`, rpm, 1)
      if (tpm !== undefined) yield* this.#take(`${this.name}:tpm`, tpm, Math.min(tpm, Math.max(1, tokens)))
      return epoch
    })
    // A rate limit spares the provider; it is no reason to stop when its store is away.
    return Effect.catchCause(passing, (cause) => {
      if (cause.reasons.some(({ _tag }) => _tag === "Interrupt")) return Effect.interrupt
      if (this.#storeDown) return Effect.succeed(0)
      this.#storeDown = true
      return Effect.as(Effect.logWarning(`${plugin}: the rate limits of ${this.name} are not kept`, cause), 0)
    })
  }

  #take(key: string, limit: number, tokens: number): Effect.Effect<void, unknown> {
    const asked = this.#limiter.consume({ key, limit, tokens, window: minute, algorithm: "token-bucket" })
    return Effect.catch(Effect.asVoid(asked), (error) => {
      if (error.reason._tag !== "RateLimitExceeded") return Effect.fail(error)
      const ms = Math.max(shortest, Duration.toMillis(error.reason.retryAfter))
      return Effect.andThen(Effect.sleep(ms), this.#take(key, limit, tokens))
    })
  }

  /** What the provider's refusals have taught: nobody goes before its time is over. */
  #cooled(): Effect.Effect<number, unknown> {
    const { rpm = 60 } = this.#limit
    const options = { key: `${this.name}:learnt`, tokens: 1, fallbackLimit: rpm, fallbackWindow: minute }
    return Effect.flatMap(this.#limiter.adaptiveConsume(options), ({ delay, epoch, phase }) => {
      if (Duration.isZero(delay)) return Effect.succeed(epoch)
      const slept = Effect.sleep(Math.max(shortest, Duration.toMillis(delay)))
      return phase === "cooldown" ? Effect.flatMap(slept, () => this.#cooled()) : Effect.as(slept, epoch)
    })
  }

  #feedback(epoch: number, retryAfterMs: number): Effect.Effect<void> {
    const retryAfter = Duration.millis(retryAfterMs)
    const key = `${this.name}:learnt`
    return Effect.ignore(this.#limiter.adaptiveFeedback({ key, epoch, tokens: 1, status: 429, retryAfter }))
  }
}
