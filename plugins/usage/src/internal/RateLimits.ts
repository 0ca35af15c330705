import { type Candidate, LlmError } from "@switchyard/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PartitionedSemaphore from "effect/PartitionedSemaphore"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import { plugin } from "./connection.ts"

/** Limits of one provider's key, or of one model of it. `maxWaitMs`: a call waits so long for its turn. Default: 30,000. */
export interface RateLimit {
  readonly rpm?: number
  readonly tpm?: number
  readonly concurrent?: number
  readonly maxWaitMs?: number
}

/** A place in all the lanes of a candidate. */
export interface Turn {
  readonly release: Effect.Effect<void>
  /** The provider asked to wait so long, in ms. */
  readonly limited: (retryAfterMs: number) => Effect.Effect<void>
}

const minute = Duration.minutes(1)
/** Nobody is asked more often than this, in ms. */
const shortest = 5

/** One key's limits: who comes waits in a queue that gives each tenant its turn. */
class Lane {
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

  /** Waits for a place, then for its turn at the limits; leaving while it waits gives everything back. */
  enter(tenant: string, tokens: number): Effect.Effect<Turn> {
    return Effect.uninterruptibleMask((interruptible) =>
      Effect.flatMap(interruptible(this.#slots.take(tenant, 1)), () => {
        const release = once(Effect.asVoid(this.#slots.release(1)))
        const turn = this.#gate.withPermit(tenant)(this.#turn(tokens))
        return Effect.map(
          Effect.onInterrupt(interruptible(turn), () => release),
          (epoch): Turn => ({ release, limited: (ms) => this.#feedback(epoch, ms) }),
        )
      }),
    )
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

const once = (effect: Effect.Effect<void>): Effect.Effect<void> => {
  let done = false
  return Effect.suspend(() => {
    if (done) return Effect.void
    done = true
    return effect
  })
}

const free: Turn = { release: Effect.void, limited: () => Effect.void }

/** The limits of all keys, by `provider` or `provider/model`; a call waits for both. */
export class RateLimits {
  readonly #lanes: ReadonlyMap<string, Lane>

  constructor(limits: Readonly<Record<string, RateLimit>>, limiter: RateLimiter) {
    this.#lanes = new Map(Object.entries(limits).map(([name, limit]) => [name, new Lane(name, limit, limiter)]))
  }

  hasLane({ provider, model }: Candidate): boolean {
    return this.#lanes.has(`${provider}/${model}`) || this.#lanes.has(provider)
  }

  /** Fails with `RateLimited` when the turn does not come in time. */
  enter(candidate: Candidate, tenant: string, tokens: number, remainingMs: number): Effect.Effect<Turn, LlmError> {
    const { provider, model } = candidate
    const lanes = [this.#lanes.get(`${provider}/${model}`), this.#lanes.get(provider)].filter(
      (lane) => lane !== undefined,
    )
    if (lanes.length === 0) return Effect.succeed(free)
    const ms = Math.max(0, Math.min(remainingMs, ...lanes.map(({ maxWaitMs }) => maxWaitMs)))
    return Effect.timeoutOrElse(throughAll(lanes, tenant, tokens), {
      duration: ms,
      orElse: () => Effect.fail(tooLong(candidate, lanes, ms)),
    })
  }
}

const throughAll = (lanes: ReadonlyArray<Lane>, tenant: string, tokens: number): Effect.Effect<Turn> =>
  Effect.uninterruptibleMask((interruptible) =>
    Effect.gen(function* () {
      const turns: Array<Turn> = []
      const releaseAll = Effect.suspend(() => Effect.forEach(turns, ({ release }) => release, { discard: true }))
      for (const lane of lanes) {
        turns.push(yield* Effect.onInterrupt(interruptible(lane.enter(tenant, tokens)), () => releaseAll))
      }
      return {
        release: releaseAll,
        limited: (ms) => Effect.forEach(turns, (turn) => turn.limited(ms), { discard: true }),
      }
    }),
  )

const tooLong = ({ provider, model }: Candidate, lanes: ReadonlyArray<Lane>, ms: number): LlmError => {
  const names = lanes.map(({ name }) => name).join(" and ")
  const message = `no turn within ${Math.round(ms)} ms at the rate limits of ${names}: raise maxWaitMs, or add a candidate`
  return LlmError.make({ _tag: "RateLimited", recovery: "failover", message }, { provider, model })
}
