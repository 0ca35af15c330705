import type * as Clock from "effect/Clock"

const slackMs = 1000

/**
 * Time that never goes back. It follows the wall clock forward (a machine that slept, a correction), and where the wall
 * clock is set back it goes on by the monotonic one: nothing lives longer because of it, and nothing for ever.
 */
export class CacheClock {
  #last: number
  #started: number | undefined
  #base = 0
  #shift = 0

  readonly #clock: Clock.Clock

  /** `least`: the latest time that is known of, ms since 1970. */
  constructor(clock: Clock.Clock, least = Number.NEGATIVE_INFINITY) {
    this.#clock = clock
    this.#last = least
  }

  /** Ms since 1970, as far as the clock was never set back. */
  now(): number {
    const wall = this.#clock.currentTimeMillisUnsafe()
    const steady = Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6
    if (this.#started === undefined) {
      this.#started = steady
      this.#base = Math.max(wall, this.#last)
      this.#shift = this.#base - wall
    }
    const bySteady = this.#base + steady - this.#started
    const byWall = wall + this.#shift
    if (byWall < bySteady - slackMs) this.#shift = bySteady - wall
    if (byWall > bySteady + slackMs) this.#base += byWall - bySteady
    this.#last = Math.max(this.#last, bySteady, byWall)
    return this.#last
  }
}
