/** So many failures in a row open it; then one call tries after each pause, and each that fails doubles the pause. */
const inARow = 3
const pauseMs = 250
const longestPauseMs = 5000

export type BreakerState = "closed" | "open" | "half-open"

/**
 * Leaves Redis alone when it fails again and again. One circuit and no store: Effect's own, which can be shared and keyed,
 * was measured at two thirds of a GET for each.
 */
export class Breaker {
  #failures = 0
  #openings = 0
  #until = 0
  #probing = false

  /** May Redis be asked now? Who may must tell how it went. */
  admits(now: number): boolean {
    if (this.#openings === 0) return true
    if (now < this.#until || this.#probing) return false
    this.#probing = true
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#openings = 0
    this.#probing = false
  }

  failed(now: number): void {
    this.#probing = false
    if (++this.#failures < inARow) return
    this.#until = now + Math.min(longestPauseMs, pauseMs * 2 ** Math.min(this.#openings, 10))
    this.#openings++
  }

  /** Nobody waited for how it went. */
  left(): void {
    this.#probing = false
  }

  state(now: number): BreakerState {
    return this.#openings === 0 ? "closed" : now < this.#until && !this.#probing ? "open" : "half-open"
  }
}
