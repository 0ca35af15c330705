import { type Cache, type CacheQuery, type LlmRequest, type LlmResponse, wholeAnswer } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface OwnCacheOptions {
  readonly maxEntries: number
  readonly ttlMs: number
  /** Tenants share what is kept. */
  readonly shared: boolean
}

interface Entry {
  readonly response: LlmResponse
  readonly storedAt: number
  readonly tenant: string | undefined
  readonly model: string
  readonly tags: Readonly<Record<string, string>>
}

/** Answers above this temperature are meant to differ: they are kept only where the call has a cache policy. */
const steadyTemperature = 0.5

/** The cache that is used without `over`: in memory, the entries used last, whole answers only. No single flight. */
export const makeOwnCache = ({ maxEntries, ttlMs, shared }: OwnCacheOptions): Cache => {
  const entries = new Map<string, Entry>()
  let [hits, misses, evictions] = [0, 0, 0]
  const placeOf = (key: string, tenant: string | undefined) => (shared ? key : `${key} ${tenant ?? ""}`)

  return {
    lookup: (key, request, context) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const place = placeOf(key, context.tenant)
        const entry = entries.get(place)
        // A clock that went back makes no entry younger than new.
        const ageMs = entry === undefined ? 0 : Math.max(0, now - entry.storedAt)
        if (entry !== undefined && ageMs >= ttlMs) entries.delete(place)
        if (entry === undefined || ageMs >= ttlMs || ageMs > (request.policy?.cache?.maxAgeMs ?? Infinity)) {
          misses++
          return undefined
        }
        hits++
        entries.delete(place)
        entries.set(place, entry)
        const { response } = entry
        return { answer: wholeAnswer(response), provider: response.provider, cached: { kind: "exact", ageMs } }
      }),
    store: (key, response, request, context) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (!isSteady(request)) return
        const { tenant, tags } = context
        const place = placeOf(key, tenant)
        entries.delete(place)
        entries.set(place, { response, storedAt: now, tenant, model: request.model, tags })
        for (const [oldest] of entries) {
          if (entries.size <= maxEntries) break
          entries.delete(oldest)
          evictions++
        }
      }),
    invalidate: (query) =>
      Effect.sync(() => {
        const matching = [...entries].filter(([place, entry]) => matches(place.split(" ")[0] ?? "", entry, query))
        for (const [place] of matching) entries.delete(place)
        return matching.length
      }),
    stats: Effect.sync(() => ({ hits, misses, evictions, entries: entries.size, bytes: 0 })),
  }
}

const isSteady = ({ temperature, policy }: LlmRequest): boolean =>
  (temperature ?? 0) <= steadyTemperature || policy?.cache !== undefined

/** `pattern`: the model or the key, where `*` stands for anything. */
const matches = (key: string, entry: Entry, { tenant, model, tag, pattern }: CacheQuery): boolean =>
  (tenant === undefined || entry.tenant === tenant) &&
  (model === undefined || entry.model === model) &&
  (tag === undefined || entry.tags[tag.name] === tag.value) &&
  (pattern === undefined || isLike(entry.model, pattern) || isLike(key, pattern))

/** Without a regular expression, so that no pattern is slow. */
const isLike = (text: string, pattern: string): boolean => {
  const [first = "", ...rest] = pattern.split("*")
  if (rest.length === 0) return text === pattern
  if (!text.startsWith(first)) return false
  let at = first.length
  const last = rest.pop() ?? ""
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
