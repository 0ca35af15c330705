import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"

/** How many calls may run at one candidate, how many may wait for a place there, and for how long (ms). */
export interface BulkheadSettings {
  readonly maxConcurrent: number
  readonly maxQueue: number
  readonly maxWaitMs: number
}

export const defaultBulkhead: BulkheadSettings = { maxConcurrent: 64, maxQueue: 64, maxWaitMs: 1000 }

/** A place taken. `until` in ms: after that it is taken for lost when somebody else needs it. */
export interface Place {
  readonly until: number
}

/** Who is given a place. It is handed over at once and not with the end of a wait, so that none is lost in between. */
export interface Holder {
  readonly name: string
  readonly hold: (place: Place) => void
}

interface Waiting {
  readonly until: number
  readonly give: (place: Place) => void
}

/** Bounds the calls that run at one candidate, and the queue of those that wait for a place, first come first served. */
export class Bulkhead {
  readonly #settings: BulkheadSettings
  readonly #now: () => number
  readonly #taken = new Set<Place>()
  readonly #queue = new Set<Waiting>()

  constructor(settings: BulkheadSettings, now: () => number) {
    this.#settings = settings
    this.#now = now
  }

  get running(): number {
    return this.#taken.size
  }

  get full(): boolean {
    return this.#taken.size >= this.#settings.maxConcurrent
  }

  get waiting(): number {
    return this.#queue.size
  }

  /** A place, if one is free at once. */
  tryTake(leaseMs: number): Place | undefined {
    if (this.#taken.size >= this.#settings.maxConcurrent) this.#sweep()
    return this.#taken.size < this.#settings.maxConcurrent ? this.#occupy(this.#now() + leaseMs) : undefined
  }

  /** Gives a place to `holder`, after at most `maxWaitMs` or `mostMs`. Fails with `Overloaded` when there is none. */
  take(holder: Holder, leaseMs: number, mostMs: number): Effect.Effect<void, LlmError> {
    return Effect.suspend(() => {
      const place = this.tryTake(leaseMs)
      if (place !== undefined) {
        holder.hold(place)
        return Effect.void
      }
      const { maxQueue, maxWaitMs } = this.#settings
      const duration = Math.min(maxWaitMs, mostMs)
      const full = () => Effect.fail(this.#full(holder.name))
      if (this.#queue.size >= maxQueue || duration <= 0) return full()
      return Effect.timeoutOrElse(this.#wait(holder, leaseMs), { duration, orElse: full })
    })
  }

  give(place: Place): void {
    if (!this.#taken.delete(place)) return
    const [next] = this.#queue
    if (next === undefined) return
    this.#queue.delete(next)
    next.give(this.#occupy(next.until))
  }

  #wait(holder: Holder, leaseMs: number): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const give = (place: Place): void => {
        holder.hold(place)
        resume(Effect.void)
      }
      const waiting: Waiting = { until: this.#now() + leaseMs, give }
      this.#queue.add(waiting)
      return Effect.sync(() => this.#queue.delete(waiting))
    })
  }

  #occupy(until: number): Place {
    const place: Place = { until }
    this.#taken.add(place)
    return place
  }

  #sweep(): void {
    const at = this.#now()
    for (const place of this.#taken) if (place.until <= at) this.#taken.delete(place)
  }

  #full(name: string): LlmError {
    const { maxConcurrent } = this.#settings
    const message = `${name} has its ${maxConcurrent} calls running already, and no place was free in time`
    return LlmError.make({ _tag: "Overloaded", message })
  }
}
