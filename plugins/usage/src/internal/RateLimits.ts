import { type CallContext, type Candidate, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import { Lane, type RateLimit } from "./Lane.ts"
import { type Asked, LearntLimits } from "./LearntLimits.ts"
import { Turn } from "./Turn.ts"
import { named } from "./whoSpends.ts"

/** The limits of all keys, by `provider` or `provider/model`; a call waits for both, and for what its model has left. */
export class RateLimits {
  readonly #lanes: ReadonlyMap<string, Lane>
  readonly #learnt = new Map<string, LearntLimits>()
  readonly #now: () => number

  /** `now` in ms since 1970. */
  constructor(limits: Readonly<Record<string, RateLimit>>, limiter: RateLimiter, now: () => number) {
    this.#lanes = new Map(Object.entries(limits).map(([name, limit]) => [name, new Lane(name, limit, limiter)]))
    this.#now = now
  }

  hasLane(candidate: Candidate): boolean {
    return this.#lanes.has(named(candidate)) || this.#lanes.has(candidate.provider)
  }

  /** A turn to wait with; `undefined` where there are no limits. */
  turn(candidate: Candidate): Turn | undefined {
    return this.hasLane(candidate) ? new Turn() : undefined
  }

  /**
   * First what the model has left, so that who waits for one model keeps no place that another could use. Fails with
   * `RateLimited` when the turn does not come within `maxWaitMs`, and as the call itself does when its deadline comes first.
   */
  enter(
    turn: Turn,
    candidate: Candidate,
    asked: Asked,
    context: Pick<CallContext, "tenant" | "elapsedMs" | "remainingMs">,
  ): Effect.Effect<void, LlmError> {
    const lanes = [this.#lanes.get(named(candidate)), this.#lanes.get(candidate.provider)].filter(
      (lane) => lane !== undefined,
    )
    const { tenant = "", elapsedMs, remainingMs } = context
    const waitMs = Math.min(...lanes.map(({ maxWaitMs }) => maxWaitMs))
    const leftMs = Math.max(0, remainingMs())
    const late = () =>
      leftMs <= waitMs
        ? deadlinePassed(candidate, lanes, elapsedMs() + remainingMs())
        : tooLong(candidate, lanes, waitMs)
    const tokens = asked.input + asked.output
    const through = Effect.andThen(
      this.#learntOf(candidate).enter(turn, tenant, asked),
      Effect.forEach(lanes, (lane) => lane.enter(turn, tenant, tokens), { discard: true }),
    )
    return Effect.timeoutOrElse(through, {
      duration: Math.min(leftMs, waitMs),
      orElse: () => Effect.fail(late()),
    })
  }

  /** Vendors limit each model by itself. */
  #learntOf(candidate: Candidate): LearntLimits {
    const name = named(candidate)
    const learnt = this.#learnt.get(name) ?? new LearntLimits(this.#now)
    this.#learnt.set(name, learnt)
    return learnt
  }
}

const namesOf = (lanes: ReadonlyArray<Lane>): string => lanes.map(({ name }) => name).join(" and ")

const tooLong = ({ provider, model }: Candidate, lanes: ReadonlyArray<Lane>, ms: number): LlmError => {
  const message = `no turn within ${Math.round(ms)} ms at the rate limits of ${namesOf(lanes)}: raise maxWaitMs, or add a candidate`
  return LlmError.make({ _tag: "RateLimited", recovery: "failover", message }, { provider, model })
}

/** The same as the kernel's own, whose timer ends at the same time. */
const deadlinePassed = ({ provider, model }: Candidate, lanes: ReadonlyArray<Lane>, deadlineMs: number): LlmError => {
  const ms = Math.round(deadlineMs)
  const message = `the call did not end within its deadline of ${ms} ms: it waited for its turn at the rate limits of ${namesOf(lanes)}`
  return LlmError.make({ _tag: "Timeout", phase: "call", ms, message, recovery: "none" }, { provider, model })
}
