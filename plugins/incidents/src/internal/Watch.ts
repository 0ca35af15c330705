import type { Place, Sample } from "../Failure.ts"
import type { Pattern } from "../Incident.ts"
import type { SettledPolicy } from "./Policy.ts"
import { RollingWindow } from "./RollingWindow.ts"

/** An incident as this process sees it. What is counted here was not written yet. */
export interface OpenIncident {
  id: string
  readonly pattern: Pattern
  readonly kind: string
  readonly openedAt: number
  readonly rate: number
  readonly volume: number
  readonly quietMs: number
  lastBadAt: number
  recoveredAt: number | undefined
  /** Not written yet. */
  failures: number
  /** Is it in the store? */
  stored: boolean
  /** Was it told to the webhook, by whomever? */
  told: boolean
  changed: boolean
}

/** What is watched as one: a model of a provider, the calls for a model, an operation of the user's code. */
export type WatchPlace = Omit<Place, "operation"> & { readonly operation?: string }

/**
 * Opens an incident when the window is bad, or at once on a pattern; keeps it open while failures come at `closeRate` or
 * above; sees recoveries. Closing is the store's: other processes may still see failures.
 */
export class Watch {
  readonly key: string
  readonly place: WatchPlace
  readonly policy: SettledPolicy
  readonly #window: RollingWindow
  readonly #newId: (now: number) => string
  incident: OpenIncident | undefined
  /** The last failure that may open an incident and gave one. */
  sample: Sample | undefined
  lastAt = 0
  #streak = 0
  #streakSince = 0

  constructor(key: string, place: WatchPlace, policy: SettledPolicy, newId: (now: number) => string) {
    this.key = key
    this.place = place
    this.policy = policy
    this.#window = new RollingWindow(policy.windowMs)
    this.#newId = newId
  }

  succeeded(now: number): void {
    this.lastAt = now
    this.#window.add(true, now)
    const { incident } = this
    if (incident === undefined || incident.recoveredAt !== undefined) return
    if (this.#streak++ === 0) this.#streakSince = now
    if (this.#streak < this.policy.recoverySuccesses) return
    incident.recoveredAt = this.#streakSince
    incident.changed = true
  }

  /** Gives whether an incident opened. */
  failed(kind: string, now: number, pattern?: Exclude<Pattern, "rate">): boolean {
    this.#window.add(false, now)
    const { incident } = this
    const opened = this.bad(kind, now, pattern)
    if (incident !== undefined) incident.failures++
    return opened
  }

  /** As `failed`, for what is no failure that counts: a breaker that is open. */
  bad(kind: string, now: number, pattern?: Exclude<Pattern, "rate">): boolean {
    const { rate: threshold, closeRate, minimumVolume, quietMs } = this.policy
    this.lastAt = now
    this.#streak = 0
    const { rate, volume, failed } = this.#window.tally(now)
    const { incident } = this
    if (incident !== undefined) {
      if (pattern !== undefined || rate >= closeRate) {
        incident.lastBadAt = now
        incident.recoveredAt = undefined
      }
      incident.changed = true
      return false
    }
    if (pattern === undefined && (rate < threshold || volume < minimumVolume)) return false
    this.incident = {
      id: this.#newId(now),
      pattern: pattern ?? "rate",
      kind,
      openedAt: now,
      rate,
      volume,
      quietMs,
      lastBadAt: now,
      recoveredAt: undefined,
      failures: failed,
      stored: false,
      told: false,
      changed: true,
    }
    return true
  }

  /** It was closed, here or elsewhere. What led to it does not open the next one. */
  closed(): void {
    this.incident = undefined
    this.#streak = 0
    this.#window.clear()
  }

  /** Another process saw failures after what was taken for the recovery here. */
  relapsed(): void {
    if (this.incident !== undefined) this.incident.recoveredAt = undefined
    this.#streak = 0
  }

  /** May it be forgotten? */
  idle(now: number): boolean {
    return this.incident === undefined && now - this.lastAt > this.policy.windowMs
  }
}
