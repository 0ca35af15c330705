import {
  type Asked,
  cachingDefaults as settings,
  exactHit,
  flightHit,
  Flights,
  glob,
  Invalidations,
  isStorable,
  type KeptAnswer,
  ownCopy,
} from "@switchyard/caching"
import type { Cache, CacheHit, CacheQuery, CallContext, LlmRequest } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface OwnCacheOptions {
  readonly maxEntries: number
  readonly ttlMs: number
  /** Tenants share what is kept. */
  readonly shared: boolean
}

interface Entry extends KeptAnswer, Asked {}

/** Answers above this temperature are meant to differ: they are kept and joined only where the call has a cache policy. */
const steadyTemperature = 0.5

/** So many bytes of an answer that is on its way are held for those who follow. */
const heldBytes = 8 * 1024 * 1024

/** The cache that is used without `over`: in memory, the entries used last, whole answers only. */
export const makeOwnCache = (options: OwnCacheOptions): Cache => new OwnCache(options)

class OwnCache implements Cache {
  readonly #options: OwnCacheOptions
  readonly #entries = new Map<string, Entry>()
  readonly #flights = new Flights(heldBytes)
  readonly #invalidations = new Invalidations<Asked>()
  #hits = 0
  #misses = 0
  #evictions = 0

  constructor(options: OwnCacheOptions) {
    this.#options = options
  }

  readonly lookup: Cache["lookup"] = (key, request, context) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      this.#invalidations.began(context)
      const place = this.#placeOf(key, context)
      const entry = this.#find(place, request, now)
      if (entry === undefined) return this.#missed(place, key, request, context, now)
      this.#hits++
      this.#entries.delete(place)
      this.#entries.set(place, entry)
      return exactHit(entry, now, context, settings)
    })

  readonly begin: NonNullable<Cache["begin"]> = (_, __, context) =>
    Effect.sync(() => this.#invalidations.began(context))

  readonly store: Cache["store"] = (key, response, request, context) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const place = this.#placeOf(key, context)
      this.#flights.stored(place, response, context)
      const asked = askedIn(key, request, context)
      if (!isSteady(request) || !isStorable(response) || this.#invalidations.isOutdated(asked, context)) return
      const { provider } = response
      this.#entries.delete(place)
      this.#entries.set(place, { ...asked, response: ownCopy(response), provider, storedAt: now })
      for (const [oldest] of this.#entries) {
        if (this.#entries.size <= this.#options.maxEntries) break
        this.#entries.delete(oldest)
        this.#evictions++
      }
    })

  readonly share: NonNullable<Cache["share"]> = (key, context, told) =>
    Effect.sync(() => this.#flights.share(this.#placeOf(key, context), context, told))

  readonly progress: NonNullable<Cache["progress"]> = (key, batch, context) =>
    Effect.sync(() => this.#flights.push(this.#placeOf(key, context), batch, context))

  readonly release: NonNullable<Cache["release"]> = (key, context) =>
    Effect.sync(() => this.#flights.over(this.#placeOf(key, context), context))

  readonly invalidate: Cache["invalidate"] = (query) =>
    Effect.sync(() => {
      const isDropped = (asked: Asked): boolean => matches(asked, query)
      this.#invalidations.add(isDropped)
      this.#flights.forget(isDropped)
      const matching = [...this.#entries].filter(([, entry]) => isDropped(entry))
      for (const [place] of matching) this.#entries.delete(place)
      return matching.length
    })

  readonly stats: Cache["stats"] = Effect.sync(() => {
    const [hits, misses, evictions] = [this.#hits, this.#misses, this.#evictions]
    return { hits, misses, evictions, entries: this.#entries.size, bytes: 0 }
  })

  /** A key has no spaces, so no tenant is another, and none is not the empty one. */
  #placeOf(key: string, { tenant }: CallContext): string {
    return this.#options.shared || tenant === undefined ? key : `${key} ${tenant}`
  }

  /** One that is there and not too old; one whose time is over is let go. */
  #find(place: string, { policy }: LlmRequest, now: number): Entry | undefined {
    const entry = this.#entries.get(place)
    if (entry === undefined) return undefined
    // A clock that went back makes no entry younger than new.
    const ageMs = Math.max(0, now - entry.storedAt)
    const isOver = ageMs >= this.#options.ttlMs
    if (isOver) this.#entries.delete(place)
    return isOver || ageMs > (policy?.cache?.maxAgeMs ?? Infinity) ? undefined : entry
  }

  /** It follows a call that asks the same, or leads those that will. */
  #missed(place: string, key: string, request: LlmRequest, context: CallContext, now: number): CacheHit | undefined {
    const joined = isSteady(request) ? this.#flights.join(place, context) : undefined
    if (joined !== undefined) return flightHit(joined, request.model, now, context, settings)
    this.#misses++
    if (isSteady(request) && request.policy?.cache?.mode !== "read-only") {
      this.#flights.lead(place, askedIn(key, request, context), context, now)
    }
    return undefined
  }
}

const askedIn = (key: string, { model: asked }: LlmRequest, { tenant, tags }: CallContext): Asked => ({
  key,
  tenant,
  asked,
  tags: { ...tags },
})

const isSteady = ({ temperature, policy }: LlmRequest): boolean =>
  (temperature ?? 0) <= steadyTemperature || policy?.cache !== undefined

/** `pattern`: the model or the key. */
const matches = (named: Asked, { tenant, model, tag, pattern }: CacheQuery): boolean =>
  (tenant === undefined || named.tenant === tenant) &&
  (model === undefined || named.asked === model) &&
  (tag === undefined || (Object.hasOwn(named.tags, tag.name) && named.tags[tag.name] === tag.value)) &&
  (pattern === undefined || glob(pattern, named.asked) || glob(pattern, named.key))
