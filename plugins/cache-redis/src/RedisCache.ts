import {
  costOf,
  type Flights,
  freshnessOf,
  isStorable,
  mayCache,
  ownCopy,
  type Refresher,
  servesErrors,
  ttlOf,
} from "@switchyard/caching"
import {
  type Cache,
  type CacheHit,
  type CallContext,
  type LlmError,
  type LlmRequest,
  type LlmResponse,
} from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Changes } from "./internal/Changes.ts"
import type { Entries } from "./internal/Entries.ts"
import { namesOf } from "./internal/Entries.ts"
import { follow, fromElsewhere, hit } from "./internal/hits.ts"
import type { Kept } from "./internal/Kept.ts"
import type { Leases } from "./internal/Leases.ts"
import { makeControl } from "./internal/makeControl.ts"
import { makeParts } from "./internal/makeParts.ts"
import { memberOf, type Names } from "./internal/names.ts"
import type { Near } from "./internal/Near.ts"
import { type Away, countFailures, type Redis } from "./internal/Redis.ts"
import type { Tally } from "./internal/Tally.ts"
import type { Options, Settings } from "./Options.ts"
import type { RedisCacheControl } from "./RedisCacheControl.ts"

/** Everything that a cache consists of. */
export interface Parts {
  readonly settings: Settings
  readonly names: Names
  readonly redis: Redis
  readonly entries: Entries
  readonly near: Near | undefined
  readonly changes: Changes
  readonly flights: Flights
  readonly leases: Leases
  readonly refresher: Refresher
  readonly tally: Tally
}

/**
 * A cache on Redis, and what code does with it besides calling. It ends with the scope. A Redis that is away costs misses
 * and no call; a URL that is none fails with `InvalidRequest`.
 */
export const makeRedisCache = (
  options: Options,
): Effect.Effect<{ readonly cache: Cache; readonly control: RedisCacheControl }, LlmError, Scope.Scope> =>
  Effect.map(makeParts(options), (parts) => {
    const control = makeControl(parts)
    return { control, cache: { ...cacheOf(parts), invalidate: control.invalidate, stats: control.stats } }
  })

const cacheOf = (parts: Parts): Omit<Cache, "invalidate" | "stats"> => ({
  lookup: (key, request, context) => lookup(parts, memberIn(parts, key, context), request, context),
  lookupStale: (key, request, context) => whateverItsAge(parts, memberIn(parts, key, context), request, context),
  store: (key, response, request, context) => keep(parts, memberIn(parts, key, context), response, request, context),
  begin: (_, request, context) => (mayCache(request, parts.settings) ? parts.leases.begin(context) : Effect.void),
  share: (key, context, told) => Effect.sync(() => parts.flights.share(memberIn(parts, key, context), context, told)),
  progress: (key, batch, context) =>
    Effect.sync(() => parts.flights.push(memberIn(parts, key, context), batch, context)),
  release: (key, context) =>
    Effect.suspend(() => {
      const member = memberIn(parts, key, context)
      parts.flights.over(member, context)
      return parts.leases.release(member, context.id)
    }),
})

const memberIn = ({ settings }: Parts, key: string, { tenant }: CallContext): string =>
  memberOf(settings.share === "all" ? undefined : tenant, key)

/** A hit is the common way, so it is kept short. */
const lookup = (parts: Parts, member: string, request: LlmRequest, context: CallContext) =>
  Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<CacheHit | undefined, LlmError> => {
    const { settings, near, tally, entries } = parts
    if (!mayCache(request, settings)) return Effect.undefined
    const close = near?.get(member, now)
    if (close !== undefined && freshnessOf(close, now, request.policy?.cache, settings) === "fresh") {
      tally.add("nearHits")
      return Effect.succeed(hit(parts, close, now, context))
    }
    const followed = follow(parts, member, request, context, now)
    if (followed !== undefined) return Effect.succeed(followed)
    const began = context.elapsedMs()
    const found = Effect.flatMap(entries.read(member, now), (kept) =>
      typeof kept === "object" && freshnessOf(kept, now, request.policy?.cache, settings) === "fresh"
        ? Effect.succeed(hit(parts, kept, now, context))
        : notFresh(parts, member, request, context, now, kept, settings.patienceMs - (context.elapsedMs() - began)),
    )
    return Effect.catchTag(found, "Away", (away) => without(parts, member, request, context, now, away))
  })

/** Redis is away: a miss, but those who ask the same in this process still ask once. */
const without = (
  parts: Parts,
  member: string,
  request: LlmRequest,
  context: CallContext,
  now: number,
  { why, known, kind }: Away,
): Effect.Effect<CacheHit | undefined> =>
  Effect.suspend(() => {
    parts.leases.missed(context)
    context.decide("cache", `Redis is ${kind === "slow" ? "slow" : "away"}: ${why}`)
    if (!known) context.warn({ type: "degraded", message: `the cache on Redis failed and was skipped: ${why}` })
    const followed = follow(parts, member, request, context, now)
    if (followed === undefined) missed(parts, member, request, context, now)
    return Effect.as(countFailures(1), followed)
  })

const missed = (
  { tally, flights }: Parts,
  member: string,
  request: LlmRequest,
  context: CallContext,
  now: number,
): void => {
  tally.add("misses")
  if (request.policy?.cache?.mode === "read-only") return
  const { tenant, tags } = context
  flights.lead(member, { key: member, tenant, asked: request.model, tags }, context, now)
}

/** What Redis has is `found`, and no fresh answer. */
const notFresh = Effect.fnUntraced(function* (
  parts: Parts,
  member: string,
  request: LlmRequest,
  context: CallContext,
  now: number,
  found: Kept | "spoilt" | undefined,
  withinMs: number,
) {
  const { settings, flights, refresher } = parts
  const policy = request.policy?.cache
  const isStale = typeof found === "object" && freshnessOf(found, now, policy, settings) === "stale"
  const stale = isStale ? found : undefined
  // In a read-only call nothing may be stored for it, so nothing is fetched behind it either.
  if (stale !== undefined) {
    if (flights.has(member) || policy?.mode === "read-only") return hit(parts, stale, now, context, true)
    if (refresher.can(member)) {
      yield* refresher.refresh(member, request, context)
      return hit(parts, stale, now, context, true)
    }
  }
  return yield* lead(parts, { member, request, context, now, stale, anyway: found !== undefined, withinMs })
})

/** What a call knows that found nothing to give. `anyway`: there is an entry that is of no use. */
interface Asking {
  readonly member: string
  readonly request: LlmRequest
  readonly context: CallContext
  readonly now: number
  readonly stale: Kept | undefined
  readonly anyway: boolean
  readonly withinMs: number
}

/** It fetches the answer, or waits for who does, in this process or in another. */
const lead = Effect.fnUntraced(function* (parts: Parts, asking: Asking) {
  const { member, request, context, now, stale, anyway, withinMs } = asking
  const { leases, entries, flights, tally, settings } = parts
  const policy = request.policy?.cache
  const followed = follow(parts, member, request, context, now)
  if (followed !== undefined) return followed
  if (policy?.mode === "read-only") {
    tally.add("misses")
    return undefined
  }
  const led = yield* leases.acquire(member, context.id, context, { anyway, withinMs })
  if (led === "held") {
    const local = follow(parts, member, request, context, now)
    if (local !== undefined) return local
    if (stale !== undefined) return hit(parts, stale, now, context, true)
    if (flights.mayJoin(context)) return fromElsewhere(parts, member, request, context)
  }
  const came = Buffer.isBuffer(led) ? yield* entries.check(member, led) : undefined
  if (typeof came === "object" && freshnessOf(came, now, policy, settings) === "fresh") {
    return hit(parts, came, now, context)
  }
  missed(parts, member, request, context, now)
  return undefined
})

const whateverItsAge = Effect.fnUntraced(function* (
  parts: Parts,
  member: string,
  request: LlmRequest,
  context: CallContext,
) {
  const now = yield* Clock.currentTimeMillis
  const read = Effect.catchTag(parts.entries.read(member, now), "Away", () => Effect.undefined)
  const kept = parts.near?.get(member, now) ?? (yield* read)
  const policy = request.policy?.cache
  if (typeof kept !== "object" || !servesErrors(kept, now, policy, parts.settings)) return undefined
  return hit(parts, kept, now, context, freshnessOf(kept, now, policy, parts.settings) !== "fresh")
})

const keep = Effect.fnUntraced(function* (
  parts: Parts,
  member: string,
  response: LlmResponse,
  request: LlmRequest,
  context: CallContext,
) {
  const { settings, tally, flights, refresher, leases, entries } = parts
  const joiners = flights.ledBy(member, context)?.joiners ?? 0
  flights.stored(member, response, context)
  if (!mayCache(request, settings)) return
  const now = yield* Clock.currentTimeMillis
  const kept = keptOf(response, request, context, settings, now)
  if (joiners > 0) tally.saved(kept, joiners)
  if (!isStorable(response)) return tally.add("refused")
  const right = leases.rightOf(member, context, request.policy?.cache?.mode)
  if (right === undefined) return tally.add("fenced")
  const about = { asked: request.model, tags: context.tags }
  const isKept = yield* Effect.catchTag(entries.write(member, kept, about, right, now), "Away", ({ why }) => {
    context.decide("cache", `the answer was not kept in Redis: ${why}`)
    return Effect.as(countFailures(1), undefined)
  })
  if (isKept === undefined) return
  if (isKept) {
    leases.settled(member, context.id)
    refresher.refreshed(member)
  }
})

const keptOf = (
  response: LlmResponse,
  request: LlmRequest,
  context: CallContext,
  settings: Settings,
  now: number,
): Kept => {
  const { provider } = response
  const usd = costOf(response, context)
  return {
    provider,
    storedAt: now,
    ttlMs: ttlOf(namesOf(request.model, provider, response), settings),
    ...(usd === undefined ? {} : { usd }),
    ms: context.elapsedMs(),
    response: ownCopy(response),
  }
}
