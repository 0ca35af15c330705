import { type Category, opensIncidents } from "../Category.ts"
import type { Place, Sample } from "../Failure.ts"
import type { Pattern } from "../Incident.ts"
import { type Policy, settlePolicy } from "./Policy.ts"
import { Watch, type WatchPlace } from "./Watch.ts"

/** Failures of one kind at one place that were not written yet. */
export interface Tally {
  readonly category: Category
  count: number
  first: number
  last: number
  sample: Sample | undefined
}

/** What ran at one place and was not written yet. */
export interface Traffic {
  readonly place: Place
  readonly watch: Watch
  ok: number
  failed: number
  last: number
  readonly kinds: Map<string, Tally>
  /** When each kind gave its last sample. */
  readonly sampled: Map<string, number>
}

export interface LedgerOptions {
  readonly policy: Policy
  readonly policies: Readonly<Record<string, Policy>>
  /** So many places are held at once; others are counted together. */
  readonly maxPlaces: number
  readonly ignore: ReadonlySet<string>
  readonly newId: (now: number) => string
  /** An incident opened and wants to be written soon. */
  readonly opened: () => void
}

export interface FailureFacts {
  readonly kind: string
  readonly category: Category
  /** Opens at once. */
  readonly pattern?: Exclude<Pattern, "rate" | "manual"> | undefined
  /** Counted, and nothing else: it is another incident's, or nobody's. */
  readonly countOnly?: boolean
}

const others = "(others)"
const maxKinds = 32
const sampleEveryMs = 10_000
const longestName = 200
/** Components of our own whose operations are one thing to watch. */
const whole: ReadonlySet<string> = new Set(["provider", "call"])

/** Names come from callers too: no control characters, which Postgres cannot store, and no novels. */
const name = (text: string): string => text.slice(0, longestName).replace(/\p{Cc}+/gu, " ")

export const placeKey = (component: string, operation: string, provider: string, model: string): string =>
  `${component}\n${operation}\n${provider}\n${model}`

const watchPlaceOf = ({ operation, ...rest }: Place): WatchPlace =>
  whole.has(rest.component) ? rest : { ...rest, operation }

/** What is watched as one has one key, in every process. */
export const watchKey = ({ component, operation = "", provider = "", model = "" }: WatchPlace): string =>
  placeKey(component, operation, provider, model)

/**
 * What ran where, and how it ended. Counting costs no I/O; what is counted is drained to the store now and then, and comes
 * back when that fails. Memory is bounded by `maxPlaces`, and 32 kinds of failure at each.
 */
export class Ledger {
  readonly #options: LedgerOptions
  readonly #traffic = new Map<string, Traffic>()
  readonly #watches = new Map<string, Watch>()

  constructor(options: LedgerOptions) {
    this.#options = options
  }

  succeeded(component: string, operation: string, provider: string, model: string, now: number): void {
    const traffic =
      this.#traffic.get(placeKey(component, operation, provider, model)) ??
      this.#place({ component, operation, provider, model })
    traffic.ok++
    traffic.last = now
    traffic.watch.succeeded(now)
  }

  /** Gives where its sample goes, when one is wanted: one of a kind and place in ten seconds. */
  failed(place: Place, facts: FailureFacts, now: number): SampleSink | undefined {
    const { component, operation, provider = "", model = "" } = place
    const traffic = this.#traffic.get(placeKey(component, operation, provider, model)) ?? this.#place(place)
    traffic.failed++
    traffic.last = now
    const kind = name(facts.kind)
    const counts = facts.countOnly !== true && opensIncidents(facts.category) && !this.#options.ignore.has(kind)
    const sink = this.#count(traffic, facts, counts, now)
    if (counts && traffic.watch.failed(kind, now, facts.pattern)) this.#options.opened()
    return sink
  }

  /** A breaker opened: no failure by itself. */
  breakerOpen(provider: string, model: string, now: number): void {
    const watch = this.watch({ component: "provider", provider: name(provider), model: name(model) })
    if (!this.#options.ignore.has("CircuitOpen") && watch.bad("CircuitOpen", now, "breaker")) this.#options.opened()
  }

  /** `counts`: it may open an incident, and be its example. */
  #count(
    traffic: Traffic,
    { kind: given, category }: FailureFacts,
    counts: boolean,
    now: number,
  ): SampleSink | undefined {
    const { kinds, sampled, watch } = traffic
    const cut = name(given)
    const kind = sampled.has(cut) || sampled.size < maxKinds ? cut : others
    const fresh = (count: number): Tally => ({ category, count, first: now, last: now, sample: undefined })
    const tally = kinds.get(kind)
    if (tally === undefined) kinds.set(kind, fresh(1))
    else {
      tally.count++
      tally.last = Math.max(tally.last, now)
    }
    const recent = now - (sampled.get(kind) ?? Number.NEGATIVE_INFINITY) < sampleEveryMs
    if (recent && !(counts && watch.sample === undefined)) return undefined
    sampled.set(kind, now)
    return (sample) => {
      if (counts) watch.sample = sample
      // The count may have been written in between.
      const current = kinds.get(kind) ?? fresh(0)
      current.sample = sample
      kinds.set(kind, current)
    }
  }

  #place({ component, operation, provider = "", model = "" }: Place): Traffic {
    const full = this.#traffic.size >= this.#options.maxPlaces
    const place = full
      ? { component: name(component), operation: others, provider: "", model: "" }
      : { component: name(component), operation: name(operation), provider: name(provider), model: name(model) }
    // Too many components too: they are counted as one.
    const crowded = this.#traffic.size >= this.#options.maxPlaces * 2
    if (crowded) place.component = others
    const key = placeKey(place.component, place.operation, place.provider, place.model)
    const known = this.#traffic.get(key)
    if (known !== undefined) return known
    const watch = this.watch(watchPlaceOf(place))
    const traffic = { place, watch, ok: 0, failed: 0, last: 0, kinds: new Map(), sampled: new Map() }
    this.#traffic.set(key, traffic)
    return traffic
  }

  watch(place: WatchPlace): Watch {
    const key = watchKey(place)
    const known = this.#watches.get(key)
    if (known !== undefined) return known
    const { policy, policies, newId } = this.#options
    const watch = new Watch(key, place, settlePolicy({ ...policy, ...policies[place.component] }), newId)
    this.#watches.set(key, watch)
    return watch
  }

  get watches(): Iterable<Watch> {
    return this.#watches.values()
  }

  /** All that waits to be written. What is drained must be written, or given back. */
  drain(): ReadonlyArray<Drained> {
    const drained: Array<Drained> = []
    for (const traffic of this.#traffic.values()) {
      if (traffic.ok === 0 && traffic.failed === 0 && traffic.kinds.size === 0) continue
      const { place, ok, failed, last } = traffic
      drained.push({ place, ok, failed, last, kinds: [...traffic.kinds] })
      traffic.ok = 0
      traffic.failed = 0
      traffic.kinds.clear()
    }
    return drained
  }

  restore(drained: ReadonlyArray<Drained>): void {
    for (const { place, ok, failed, last, kinds } of drained) {
      const traffic = this.#place(place)
      traffic.ok += ok
      traffic.failed += failed
      traffic.last = Math.max(traffic.last, last)
      for (const [kind, before] of kinds) {
        const since = traffic.kinds.get(kind)
        traffic.kinds.set(kind, since === undefined ? before : joined(before, since))
      }
    }
  }

  /** Forgets what nobody used for a window and what is written. */
  prune(now: number): void {
    for (const [key, { ok, failed, watch }] of this.#traffic) {
      if (ok === 0 && failed === 0 && watch.idle(now)) this.#traffic.delete(key)
    }
    for (const [key, watch] of this.#watches) if (watch.idle(now)) this.#watches.delete(key)
  }
}

/** Takes the example of a failure, when it is made. */
export type SampleSink = (sample: Sample) => void

/** What was taken out of a ledger. */
export interface Drained extends Pick<Traffic, "place" | "ok" | "failed" | "last"> {
  readonly kinds: ReadonlyArray<readonly [kind: string, tally: Tally]>
}

const joined = (before: Tally, since: Tally): Tally => ({
  category: since.category,
  count: before.count + since.count,
  first: Math.min(before.first, since.first),
  last: Math.max(before.last, since.last),
  sample: since.sample ?? before.sample,
})
