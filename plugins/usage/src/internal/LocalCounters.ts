import * as Effect from "effect/Effect"
import type { BudgetPeriod } from "../Budget.ts"
import type { Counters, Entry, Found, Reading } from "./Counters.ts"
import { windowOf } from "./windows.ts"

interface Held {
  readonly amount: number
  readonly until: number
}

/** Counters of subjects that are idle and empty are forgotten when there are so many, and again at twice what is left. */
const manyCounters = 10_000

class Counter {
  readonly per: BudgetPeriod
  window: number
  used = 0
  held = 0
  told = 0
  readonly holds = new Map<string, Held>()

  constructor(per: BudgetPeriod, now: number) {
    this.per = per
    this.window = windowOf(now, per)
  }

  /** A clock that went back opens no window again. */
  turn(now: number): void {
    const window = windowOf(now, this.per)
    if (window <= this.window) return
    this.window = window
    this.used = 0
    this.told = 0
  }

  release(id: string): void {
    const hold = this.holds.get(id)
    if (hold === undefined) return
    this.holds.delete(id)
    this.held -= hold.amount
  }

  /** Holds are in the order in which they were made, and nearly in that of their end. */
  expire(now: number): void {
    for (const [id, { until }] of this.holds) if (until <= now) this.release(id)
  }

  get idle(): boolean {
    return this.used === 0 && this.held === 0
  }

  reading(passed: ReadonlyArray<number> = []): Reading {
    return { used: this.used, held: this.held, window: this.window, passed }
  }
}

/** Counters of this process alone. */
export class LocalCounters implements Counters {
  readonly #counters = new Map<string, Counter>()
  readonly #now: () => number
  #latest = 0
  #sweepAt = manyCounters

  /** `now` in ms since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  readonly reserve: Counters["reserve"] = (id, entries, ttlMs) =>
    this.#at((now) => {
      const counters = entries.map((entry) => this.#counter(entry.key, entry.per, now))
      for (const [index, { limit, amount }] of entries.entries()) {
        const counter = counters[index]
        if (counter === undefined || limit === undefined) continue
        if (counter.used + counter.held + amount > limit) counter.expire(now)
        if (counter.used + counter.held + amount > limit) {
          return { _tag: "Refused", index, reading: counter.reading(), now } as const
        }
      }
      for (const [index, { amount }] of entries.entries()) {
        const counter = counters[index]
        if (counter === undefined) continue
        counter.release(id)
        counter.holds.set(id, { amount, until: now + ttlMs })
        counter.held += amount
      }
      return { _tag: "Held" } as const
    })

  readonly settle: Counters["settle"] = (id, entries) =>
    this.#at((now) => entries.map((entry) => this.#settled(id, entry, now)))

  readonly read: Counters["read"] = (key, per) =>
    this.#at((now) => {
      const counter = this.#counters.get(key)
      if (counter === undefined) return { used: 0, held: 0, window: windowOf(now, per), passed: [] }
      counter.turn(now)
      counter.expire(now)
      return counter.reading()
    })

  readonly under: Counters["under"] = (prefix) =>
    this.#at((now) => {
      const found: Array<Found> = []
      for (const [key, counter] of this.#counters) {
        if (!key.startsWith(prefix)) continue
        counter.turn(now)
        counter.expire(now)
        if (!counter.idle) found.push({ key, reading: counter.reading() })
      }
      return found
    })

  /** What was used before this process began. */
  readonly restore = (key: string, per: BudgetPeriod, amount: number): Effect.Effect<void> =>
    this.#at((now) => {
      this.#counter(key, per, now).used += amount
    })

  #settled(id: string, { key, per, amount, marks }: Entry, now: number): Reading {
    const counter = this.#counter(key, per, now)
    counter.release(id)
    counter.used += amount
    const passed = marks.filter((mark) => counter.used >= mark && mark > counter.told)
    counter.told = Math.max(counter.told, ...passed)
    return counter.reading(passed)
  }

  #counter(key: string, per: BudgetPeriod, now: number): Counter {
    const known = this.#counters.get(key)
    if (known !== undefined) {
      known.turn(now)
      return known
    }
    if (this.#counters.size >= this.#sweepAt) this.#forget(now)
    const counter = new Counter(per, now)
    this.#counters.set(key, counter)
    return counter
  }

  #forget(now: number): void {
    for (const [key, counter] of this.#counters) {
      counter.turn(now)
      counter.expire(now)
      if (counter.idle) this.#counters.delete(key)
    }
    this.#sweepAt = Math.max(manyCounters, this.#counters.size * 2)
  }

  /** Time never goes back here. */
  #at<A>(run: (now: number) => A): Effect.Effect<A> {
    return Effect.sync(() => {
      this.#latest = Math.max(this.#latest, this.#now())
      return run(this.#latest)
    })
  }
}
