import type { HeadersListener, ResponseHeaders } from "@switchyard/core"
import * as Effect from "effect/Effect"

/**
 * What one request holds at the rate limits, from before it waits for it. Whoever leaves at whatever moment gives back all of
 * it, and what comes too late at once.
 */
export class Turn {
  /** What is not sent counts nowhere. */
  sent = false
  #over = false
  #held: Array<Effect.Effect<void>> = []
  #listeners: Array<HeadersListener> = []
  #limited: Array<(retryAfterMs: number) => Effect.Effect<void>> = []

  holds(release: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#over) return release
      this.#held.push(release)
      return Effect.void
    })
  }

  onHeaders(listener: HeadersListener): void {
    this.#listeners.push(listener)
  }

  onLimited(told: (retryAfterMs: number) => Effect.Effect<void>): void {
    this.#limited.push(told)
  }

  /** The provider's answer has begun. */
  readonly heard = (headers: ResponseHeaders): void => {
    for (const listener of this.#listeners) listener(headers)
  }

  /** The provider asked to wait so long, in ms. */
  limited(retryAfterMs: number): Effect.Effect<void> {
    return Effect.forEach(this.#limited, (told) => told(retryAfterMs), { discard: true })
  }

  readonly release: Effect.Effect<void> = Effect.suspend(() => {
    this.#over = true
    return Effect.forEach(this.#held.splice(0), (release) => release, { discard: true })
  })
}
