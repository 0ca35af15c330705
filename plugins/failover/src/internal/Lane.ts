import { type Candidate, candidateName, type Timeouts } from "@switchyard/core"
import { type BreakerSettings, defaultBreaker, type SharedState } from "../Breaker.ts"
import { CircuitBreaker } from "../CircuitBreaker.ts"
import type { FailoverControl, ModelStatus, ModelTransition } from "../FailoverControl.ts"
import type { FailoverOptions } from "../Options.ts"
import { Bulkhead, type BulkheadSettings, defaultBulkhead } from "./Bulkhead.ts"
import { Latencies } from "./Latencies.ts"
import { bestFit } from "./pattern.ts"
import { defaultIgnored } from "./policy.ts"

/** From when on (ms) an attempt counts as slow. */
interface SlowLimits {
  readonly firstContentMs: number
  readonly gapMs: number
  readonly totalMs: number
}

const defaultSlow: SlowLimits = { firstContentMs: 30_000, gapMs: 30_000, totalMs: Number.POSITIVE_INFINITY }

/** All that is known of one candidate across calls. */
export interface Lane {
  readonly name: string
  readonly breaker: CircuitBreaker
  readonly bulkhead: Bulkhead | undefined
  readonly timeouts: Timeouts | undefined
  readonly slow: SlowLimits
  readonly ignored: ReadonlySet<string>
  /** Until the first content of streams, and until the end of whole answers. */
  readonly contentMs: Latencies
  readonly wholeMs: Latencies
  /** The kind of its last failure. */
  lastKind: string | undefined
  /** It asked to be left alone until then (ms). */
  restUntil: number
}

export interface World {
  readonly now: () => number
  readonly random: () => number
}

/** Callers name models freely: beyond this many, idle ones are forgotten. */
const mostLanes = 4096

/** The candidates that were seen, by name. */
export class Lanes implements FailoverControl {
  readonly #options: FailoverOptions
  readonly #world: World
  readonly #lanes = new Map<string, Lane>()
  readonly #listeners = new Set<(transition: ModelTransition) => void>()

  constructor(options: FailoverOptions, world: World) {
    this.#options = options
    this.#world = world
  }

  of(candidate: Candidate): Lane {
    return this.named(candidateName(candidate))
  }

  named(name: string): Lane {
    return this.#lanes.get(name) ?? this.#open(name)
  }

  #open(name: string): Lane {
    if (this.#lanes.size >= mostLanes) this.#forget()
    const lane = this.#make(name)
    this.#lanes.set(name, lane)
    return lane
  }

  #make(name: string): Lane {
    const own = bestFit(this.#options.models ?? {}, name) ?? {}
    const { breaker, slow, ignore } = breakerFor(this.#options.breaker, own.breaker)
    const circuit = new CircuitBreaker(breaker, {
      ...this.#world,
      changed: (transition) => this.#tell({ ...transition, model: name }),
    })
    if ((own.breaker ?? this.#options.breaker) === false) circuit.forceClosed()
    return {
      name,
      breaker: circuit,
      bulkhead: bulkheadFor(this.#options.bulkhead, own.bulkhead, this.#world.now),
      timeouts: timeoutsFor(this.#options.timeouts, own.timeouts),
      slow,
      ignored: ignore,
      contentMs: new Latencies(),
      wholeMs: new Latencies(),
      lastKind: undefined,
      restUntil: 0,
    }
  }

  #forget(): void {
    for (const [name, { breaker, bulkhead }] of this.#lanes) {
      if (breaker.state !== "closed" || (bulkhead !== undefined && bulkhead.running > 0)) continue
      this.#lanes.delete(name)
      return
    }
  }

  #tell(transition: ModelTransition): void {
    for (const listener of this.#listeners) {
      try {
        listener(transition)
      } catch {
        this.#listeners.delete(listener)
      }
    }
  }

  /** What the processes share of a model's breaker. */
  shared(model: string): SharedState | undefined {
    return this.#lanes.get(model)?.breaker.shared()
  }

  adopt(model: string, state: SharedState, automatic: boolean): void {
    this.named(model).breaker.adopt(state, automatic)
  }

  readonly status = (model: string): ModelStatus | undefined => {
    const lane = this.#lanes.get(model)
    return lane === undefined ? undefined : statusOf(lane)
  }
  readonly all = (): ReadonlyArray<ModelStatus> => [...this.#lanes.values()].map(statusOf)
  readonly forceOpen = (model: string): void => this.named(model).breaker.forceOpen()
  readonly forceClosed = (model: string): void => this.named(model).breaker.forceClosed()
  readonly automatic = (model: string): void => this.named(model).breaker.automatic()
  readonly onTransition = (listener: (transition: ModelTransition) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

const statusOf = ({ name, breaker, bulkhead }: Lane): ModelStatus => ({
  model: name,
  ...breaker.status(),
  running: bulkhead?.running ?? 0,
  waiting: bulkhead?.waiting ?? 0,
})

type BreakerOptions = FailoverOptions["breaker"]

const breakerFor = (forAll: BreakerOptions, own: BreakerOptions) => {
  const { slow: slowForAll, ignore: ignoreForAll, ...all } = forAll || {}
  const { slow, ignore, ...mine } = own || {}
  const breaker: BreakerSettings = { ...defaultBreaker, ...all, ...mine }
  return {
    breaker: { ...breaker, openMaxMs: Math.max(breaker.openMaxMs, breaker.openMs) },
    slow: { ...defaultSlow, ...slowForAll, ...slow },
    ignore: new Set<string>([...defaultIgnored, ...(ignore ?? ignoreForAll ?? [])]),
  }
}

const bulkheadFor = (
  forAll: FailoverOptions["bulkhead"],
  own: FailoverOptions["bulkhead"],
  now: () => number,
): Bulkhead | undefined => {
  if (forAll === undefined && own === undefined) return undefined
  const settings: BulkheadSettings = { ...defaultBulkhead, ...forAll, ...own }
  return new Bulkhead(settings, now)
}

const timeoutsFor = (forAll: Timeouts | undefined, own: Timeouts | undefined): Timeouts | undefined =>
  forAll === undefined && own === undefined ? undefined : { ...forAll, ...own }
