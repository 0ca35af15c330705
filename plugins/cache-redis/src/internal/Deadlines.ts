import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"

/** Something that must be over at `at`, ms of the clock that `now` reads. */
export interface Due {
  readonly at: number
  readonly expire: () => void
}

/**
 * Bounds many short waits with one timer that runs while there are any: a timer of its own for each costs a third of a GET.
 * What is due expires up to one tick early, never late on an idle machine.
 */
export class Deadlines {
  readonly #pending = new Set<Due>()
  readonly #tickMs: number
  readonly #some = Latch.makeUnsafe(false)

  constructor(tickMs: number) {
    this.#tickMs = tickMs
  }

  add(due: Due): void {
    this.#pending.add(due)
    if (this.#pending.size === 1) this.#some.openUnsafe()
  }

  delete(due: Due): void {
    this.#pending.delete(due)
  }

  /** `now` in ms. */
  watching(now: () => number): Effect.Effect<never> {
    const tick = Effect.sync(() => {
      const soon = now() + this.#tickMs
      for (const due of this.#pending) {
        if (due.at > soon) continue
        this.#pending.delete(due)
        due.expire()
      }
      if (this.#pending.size === 0) this.#some.closeUnsafe()
    })
    return Effect.forever(Effect.andThen(this.#some.await, Effect.andThen(Effect.sleep(this.#tickMs), tick)))
  }
}
