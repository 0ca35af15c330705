import type { BreakerSettings, BreakerState, BreakerStatus, BreakerWorld, Permit, SharedState } from "./Breaker.ts"
import { CountWindow, type Tally, TimeWindow, type Window } from "./internal/window.ts"

/**
 * A circuit breaker with the state machine that resilience4j documents: closed, open, half-open, forced. Rates are
 * compared with at-least; the minimum is capped to a count window; half-open judges a fresh window of `halfOpenCalls`
 * once it is full, and refuses surplus calls. Beyond it: probes are leased, open times grow, and closing ramps up.
 *
 * It never waits and does no I/O: every method returns at once.
 * Source: https://resilience4j.readme.io/docs/circuitbreaker
 */
export class CircuitBreaker {
  readonly settings: BreakerSettings
  readonly #world: BreakerWorld
  #state: BreakerState = "closed"
  #window: Window | undefined
  #permit: Permit = { generation: 0, probe: false, until: Number.POSITIVE_INFINITY }
  #probes: Set<Permit> | undefined
  /** Half-open: how many more probes may begin. */
  #places = 0
  #openUntil = 0
  #lastOpenMs = 0
  #openings = 0
  #closedAt = Number.NEGATIVE_INFINITY
  #ramping = false
  #credit = 0

  constructor(settings: BreakerSettings, world: BreakerWorld) {
    this.settings = settings
    this.#world = world
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Leave for a call, or `undefined` when it must not be made. `ramped: false` ignores that it is ramping up. */
  acquire(ramped = true): Permit | undefined {
    switch (this.#state) {
      case "closed":
        return !this.#ramping || !ramped || this.#withinShare() ? this.#permit : undefined
      case "forced-closed":
        return this.#permit
      case "forced-open":
        return undefined
      case "open":
        if (this.#world.now() < this.#openUntil) return undefined
        this.#become("half-open", "its open time is over")
        return this.#probing()
      default:
        return this.#probing()
    }
  }

  /** Leave for one probe before the open time is over, for when there is nobody else to ask. One at a time. */
  acquireEarly(): Permit | undefined {
    const permit = this.acquire(false)
    if (permit !== undefined || this.#state !== "open") return permit
    this.#expire()
    if (this.#probes !== undefined && this.#probes.size > 0) return undefined
    return this.#leased()
  }

  /** Leave for a call although it is open, for when nobody else is there; its success lets the next ones through. */
  acquireAnyway(): Permit | undefined {
    return this.#state === "forced-open" ? undefined : this.#permit
  }

  /** How a call ended. Without a permit it counts while the breaker is closed. */
  record(permit: Permit | undefined, failed: boolean, slow: boolean): void {
    if (permit !== undefined) this.#probes?.delete(permit)
    if (permit !== undefined && permit.generation !== this.#permit.generation) return
    switch (this.#state) {
      case "closed":
        return this.#judge(failed, slow)
      case "forced-closed":
        return this.#filled().record(failed, slow, this.#world.now())
      case "half-open":
        return permit === undefined ? undefined : this.#judgeProbe(failed, slow)
      case "open":
        if (permit === undefined || failed || slow) return
        this.#become("half-open", "an early probe was answered")
        return this.#judgeProbe(false, false)
      default:
    }
  }

  /** The call said nothing about the provider's health: a probe's place is free again. */
  release(permit: Permit): void {
    const known = this.#probes?.delete(permit) === true
    if (known && this.#state === "half-open" && permit.generation === this.#permit.generation) this.#places++
  }

  /** The provider asked to be left alone for `ms`: an open breaker stays open at least as long, up to `openMaxMs`. */
  keepOpen(ms: number): void {
    if (this.#state !== "open") return
    this.#openUntil = Math.max(this.#openUntil, this.#world.now() + Math.min(ms, this.settings.openMaxMs))
  }

  /** In ms until a call may be let through; 0 when one may now, infinite when it is forced open. */
  retryInMs(): number {
    switch (this.#state) {
      case "open":
        return Math.max(0, this.#openUntil - this.#world.now())
      case "forced-open":
        return Number.POSITIVE_INFINITY
      case "half-open":
        return this.#places > 0 ? 0 : this.#soonestLease()
      default:
        return 0
    }
  }

  forceOpen(): void {
    this.#become("forced-open", "an operator opened it")
  }

  forceClosed(): void {
    this.#become("forced-closed", "an operator closed it")
  }

  /** Ends forcing, and forgets what was: closed, with an empty window. */
  automatic(): void {
    this.#openings = 0
    this.#closedAt = Number.NEGATIVE_INFINITY
    this.#become("closed", "an operator reset it")
    this.#ramping = false
  }

  /**
   * Follows another process, which has seen what this one need not find out again. An open time that is taken over is made
   * longer by this breaker's own jitter, so that not all processes probe at once. What is forced yields only to `automatic`.
   */
  adopt({ state, openForMs, openings }: SharedState, automatic = false): void {
    const forced = this.#state === "forced-open" || this.#state === "forced-closed"
    if (state === "forced-open" || state === "forced-closed") return this.#become(state, "another process did", true)
    if (forced && !automatic) return
    if (state === "open") {
      const later = openForMs * (1 + this.settings.jitter * this.#world.random())
      this.#openings = Math.max(this.#openings, openings)
      this.#lastOpenMs = Math.min(later, this.settings.openMaxMs)
      this.#openUntil = this.#world.now() + this.#lastOpenMs
      return this.#become("open", "another process opened it", true)
    }
    if (this.#state === "closed") return
    this.#become("closed", "another process closed it", true)
    if (!automatic) this.#rampUp()
  }

  /** What other processes should know: nothing of half-open, where each probes for itself. */
  shared(): SharedState | undefined {
    if (this.#state === "half-open") return undefined
    const openForMs = this.#state === "open" ? this.retryInMs() : 0
    return { state: this.#state, openForMs, openings: this.#openings }
  }

  status(): BreakerStatus {
    const tally = this.#window?.tally(this.#world.now()) ?? empty
    return {
      state: this.#state,
      ...tally,
      ...ratesOf(tally),
      retryInMs: this.retryInMs(),
      openings: this.#openings,
      probes: this.#probes?.size ?? 0,
      share: this.#ramping ? this.#share() : 1,
    }
  }

  #judge(failed: boolean, slow: boolean): void {
    const { window, minimumCalls } = this.settings
    const at = this.#world.now()
    const filled = this.#filled()
    filled.record(failed, slow, at)
    const tally = filled.tally(at)
    const least = window.type === "count" ? Math.min(minimumCalls, window.size) : minimumCalls
    const why = tally.calls < least ? undefined : this.#exceeded(tally)
    if (why !== undefined) this.#open(why)
  }

  /** Half-open decides when its window is full, and not before. */
  #judgeProbe(failed: boolean, slow: boolean): void {
    const at = this.#world.now()
    const filled = this.#filled()
    filled.record(failed, slow, at)
    const tally = filled.tally(at)
    if (tally.calls < this.settings.halfOpenCalls) return
    const why = this.#exceeded(tally)
    if (why !== undefined) return this.#open(why)
    this.#become("closed", "its probes were answered")
    this.#rampUp()
  }

  #rampUp(): void {
    this.#closedAt = this.#world.now()
    this.#ramping = this.settings.rampMs > 0
    this.#credit = 1
  }

  #exceeded(tally: Tally): string | undefined {
    const { failureRate, slowRate } = ratesOf(tally)
    if (failureRate >= this.settings.failureRate) return `${tally.failed} of ${tally.calls} calls failed`
    if (slowRate >= this.settings.slowRate) return `${tally.slow} of ${tally.calls} calls were slow`
    return undefined
  }

  #open(why: string): void {
    const { openMs, openFactor, openMaxMs, jitter } = this.settings
    const at = this.#world.now()
    // It grows with each opening in a row; having been closed as long as it was last open ends the row.
    if (this.#state === "closed" && at - this.#closedAt >= this.#lastOpenMs) this.#openings = 0
    const grown = Math.min(openMaxMs, openMs * openFactor ** this.#openings)
    this.#openings++
    this.#lastOpenMs = grown * (1 + jitter * (2 * this.#world.random() - 1))
    this.#openUntil = at + this.#lastOpenMs
    this.#become("open", why)
  }

  #become(to: BreakerState, why: string, adopted = false): void {
    const from = this.#state
    this.#state = to
    this.#window = undefined
    this.#probes = undefined
    this.#ramping = false
    this.#places = to === "half-open" ? this.settings.halfOpenCalls : 0
    this.#permit = { ...this.#permit, generation: this.#permit.generation + 1 }
    if (from !== to) this.#world.changed?.({ from, to, why, ...(adopted ? { adopted } : {}) })
  }

  /** Made when first needed: most breakers never see a failure, and half-open wants another size. */
  #filled(): Window {
    const { window, halfOpenCalls } = this.settings
    this.#window ??=
      this.#state === "half-open"
        ? new CountWindow(halfOpenCalls)
        : window.type === "count"
          ? new CountWindow(window.size)
          : new TimeWindow(window.ms)
    return this.#window
  }

  #probing(): Permit | undefined {
    if (this.#places <= 0) this.#places += this.#expire()
    if (this.#places <= 0) return undefined
    this.#places--
    return this.#leased()
  }

  #leased(): Permit {
    const until = this.#world.now() + this.settings.leaseMs
    const permit: Permit = { generation: this.#permit.generation, probe: true, until }
    this.#probes ??= new Set()
    this.#probes.add(permit)
    return permit
  }

  /** Ends the leases that have run out; gives how many. Such a probe still counts when it ends after all. */
  #expire(): number {
    const at = this.#world.now()
    let ended = 0
    for (const probe of this.#probes ?? []) {
      if (probe.until > at) continue
      this.#probes?.delete(probe)
      ended++
    }
    return ended
  }

  #soonestLease(): number {
    let soonest = Number.POSITIVE_INFINITY
    for (const { until } of this.#probes ?? []) soonest = Math.min(soonest, until)
    return Number.isFinite(soonest) ? Math.max(0, soonest - this.#world.now()) : 0
  }

  #share(): number {
    const { rampFrom, rampMs } = this.settings
    return Math.min(1, rampFrom + (1 - rampFrom) * ((this.#world.now() - this.#closedAt) / rampMs))
  }

  /** Spread evenly and not by chance, so that few calls are let through as exactly as many. */
  #withinShare(): boolean {
    const share = this.#share()
    if (share >= 1) {
      this.#ramping = false
      return true
    }
    this.#credit += share
    if (this.#credit < 1) return false
    this.#credit--
    return true
  }
}

const empty: Tally = { calls: 0, failed: 0, slow: 0 }

const ratesOf = ({ calls, failed, slow }: Tally) => ({
  failureRate: calls === 0 ? 0 : failed / calls,
  slowRate: calls === 0 ? 0 : slow / calls,
})
