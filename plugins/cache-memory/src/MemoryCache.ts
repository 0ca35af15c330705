import {
  costOf,
  exactHit,
  flightHit,
  Flights,
  freshnessOf,
  Invalidations,
  isStorable,
  keptUntil,
  mayCache,
  ownCopy,
  Refresher,
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
  sizeOf,
} from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { CacheClock } from "./internal/CacheClock.ts"
import { type Entry, entryOf, idOf, type Kept } from "./internal/Entry.ts"
import { EntryTable } from "./internal/EntryTable.ts"
import { openFile } from "./internal/openFile.ts"
import { Persistence } from "./internal/Persistence.ts"
import { Tally } from "./internal/Tally.ts"
import type { MemoryCacheControl } from "./MemoryCacheControl.ts"
import { makeControl } from "./internal/makeControl.ts"
import { type Options, type Settings, settingsOf } from "./Options.ts"

/** Everything that a cache consists of. */
export interface Parts {
  readonly settings: Settings
  readonly table: EntryTable
  readonly flights: Flights
  readonly invalidations: Invalidations<Kept>
  readonly refresher: Refresher
  readonly tally: Tally
  readonly clock: CacheClock
  readonly file: Persistence | undefined
}

/**
 * A cache in memory, and what code does with it besides calling. It ends with the scope. Fails with `InvalidRequest` where
 * the file cannot be opened, and with `PluginFailure` where it cannot be read.
 */
export const makeMemoryCache = (
  options: Options = {},
): Effect.Effect<{ readonly cache: Cache; readonly control: MemoryCacheControl }, LlmError, Scope.Scope> =>
  Effect.map(makeParts(options), (parts) => {
    const control = makeControl(parts)
    return { control, cache: { ...cacheOf(parts), invalidate: control.invalidate, stats: control.stats } }
  })

const makeParts = Effect.fnUntraced(function* (options: Options) {
  const settings = settingsOf(options)
  const tally = new Tally()
  const opened =
    settings.persist === undefined ? undefined : yield* openFile(settings.persist, settings.usdPerSecond, tally)
  const file = opened === undefined ? undefined : new Persistence(opened.file, opened.failure, tally)
  if (file !== undefined) yield* Effect.addFinalizer(() => file.flush)
  const parts: Parts = {
    settings,
    tally,
    file,
    table: new EntryTable(settings, tally),
    flights: new Flights(settings.maxEntryBytes),
    invalidations: new Invalidations(),
    refresher: new Refresher({
      scope: yield* Effect.scope,
      counted: (came) => tally.add(came ? "refreshed" : "refreshesFailed"),
    }),
    clock: new CacheClock(yield* Clock.Clock, opened?.latest),
  }
  return parts
})

const cacheOf = (parts: Parts): Omit<Cache, "invalidate" | "stats"> => {
  const { settings, flights, clock, file, invalidations } = parts
  return {
    lookup: (key, request, context) =>
      Effect.suspend(() => {
        if (!mayCache(request, settings)) return Effect.undefined
        const id = idIn(parts, key, context)
        if (file === undefined) return inMemory(parts, id, key, request, context)
        invalidations.began(context)
        const found = upToDate(parts, file, id, clock.now())
        return Effect.flatMap(found, (entry) => inMemory(parts, id, key, request, context, entry))
      }),
    lookupStale: (key, request, context) =>
      Effect.suspend(() => {
        const id = idIn(parts, key, context)
        const found = file === undefined ? Effect.undefined : upToDate(parts, file, id, clock.now())
        return Effect.map(found, (entry) => whateverItsAge(parts, id, request, context, entry))
      }),
    begin: (_, __, context) => Effect.sync(() => invalidations.began(context)),
    store: (key, response, request, context) =>
      Effect.suspend(() => keep(parts, key, response, request, context, clock.now())),
    share: (key, context, told) => Effect.sync(() => flights.share(idIn(parts, key, context), context, told)),
    progress: (key, batch, context) => Effect.sync(() => flights.push(idIn(parts, key, context), batch, context)),
    release: (key, context) => Effect.sync(() => flights.over(idIn(parts, key, context), context)),
  }
}

const tenantIn = ({ settings }: Parts, { tenant }: CallContext): string | undefined =>
  settings.share === "all" ? undefined : tenant

const idIn = (parts: Parts, key: string, context: CallContext): string => idOf(tenantIn(parts, context), key)

/** What the file holds under this key, in memory too if it is worth its place there; what another process dropped is not. */
const upToDate = Effect.fnUntraced(function* (parts: Parts, file: Persistence, id: string, now: number) {
  const { table, settings } = parts
  if (file.isDue(now) && (yield* file.check(now))) table.clear()
  if (table.peek(id) !== undefined) return undefined
  const found = yield* file.get(id, now)
  if (found === undefined || table.peek(id) !== undefined) return undefined
  const { kept, hits } = found
  if (now >= keptUntil(kept, settings)) {
    yield* file.remove(id)
    return undefined
  }
  const own = { ...kept, response: ownCopy(kept.response) }
  const entry = entryOf(own, sizeOf(own), settings, hits)
  table.add(entry, isOver(parts, now))
  return entry
})

const isOver =
  ({ settings }: Parts, now: number) =>
  ({ kept }: Entry): boolean =>
    now >= keptUntil(kept, settings)

/** The lookup itself: at once, so that of two that ask the same one leads and the other follows. */
const inMemory = (
  parts: Parts,
  id: string,
  key: string,
  request: LlmRequest,
  context: CallContext,
  found?: Entry,
): Effect.Effect<CacheHit | undefined> => {
  const { table, flights, refresher, settings, clock } = parts
  const now = clock.now()
  const policy = request.policy?.cache
  const entry = table.find(id) ?? found
  const freshness = entry === undefined ? "old" : freshnessOf(entry.kept, now, policy, settings)
  if (entry !== undefined && freshness === "fresh") return Effect.succeed(hit(parts, entry, now, context))
  // In a read-only call nothing may be stored for it, so nothing is fetched behind it either.
  if (entry !== undefined && freshness === "stale") {
    const stale = Effect.sync(() => hit(parts, entry, now, context, true))
    if (flights.has(id) || policy?.mode === "read-only") return stale
    if (refresher.can(id)) {
      return Effect.andThen(refresher.refresh(id, request, context), stale)
    }
  }
  const joined = flights.join(id, context)
  if (joined !== undefined) {
    parts.tally.add("joined")
    return Effect.succeed(flightHit(joined, request.model, now, context, settings))
  }
  parts.tally.add("misses")
  if (policy?.mode === "read-only") return Effect.undefined
  parts.invalidations.began(context)
  flights.lead(id, { key, tenant: tenantIn(parts, context), asked: request.model, tags: context.tags }, context, now)
  return Effect.undefined
}

const whateverItsAge = (
  parts: Parts,
  id: string,
  request: LlmRequest,
  context: CallContext,
  found?: Entry,
): CacheHit | undefined => {
  const now = parts.clock.now()
  const entry = parts.table.peek(id) ?? found
  const { settings } = parts
  const policy = request.policy?.cache
  if (entry === undefined || !servesErrors(entry.kept, now, policy, settings)) return undefined
  const isStale = freshnessOf(entry.kept, now, policy, settings) !== "fresh"
  return hit(parts, entry, now, context, isStale)
}

const hit = (
  { table, tally, settings }: Parts,
  entry: Entry,
  now: number,
  context: CallContext,
  stale = false,
): CacheHit => {
  const { kept } = entry
  table.used(entry)
  tally.add("hits")
  tally.saved(kept)
  if (stale) tally.add("stale")
  return exactHit(kept, now, context, settings, stale)
}

const keep = (
  parts: Parts,
  key: string,
  response: LlmResponse,
  request: LlmRequest,
  context: CallContext,
  now: number,
): Effect.Effect<void> => {
  const { settings, table, tally, flights, refresher, invalidations, file } = parts
  const id = idIn(parts, key, context)
  const joiners = flights.ledBy(id, context)?.joiners ?? 0
  flights.stored(id, response, context)
  if (!mayCache(request, settings)) return Effect.void
  const kept = keptOf(parts, key, response, request, context, now)
  if (joiners > 0) tally.saved(kept, joiners)
  if (invalidations.isOutdated(kept, context)) return Effect.void
  const bytes = sizeOf(kept)
  if (!isStorable(response) || bytes > settings.maxEntryBytes) {
    tally.add("refused")
    return Effect.void
  }
  tally.add("stored")
  refresher.refreshed(kept.id)
  table.add(entryOf(kept, bytes, settings, table.peek(kept.id)?.hits), isOver(parts, now))
  return file === undefined ? Effect.void : putInto(file, parts, kept, context)
}

/** What was dropped while it was being written is not left there. */
const putInto = (file: Persistence, { table, settings, invalidations }: Parts, kept: Kept, context: CallContext) =>
  Effect.flatMap(file.put(kept, keptUntil(kept, settings)), () => {
    if (!invalidations.isOutdated(kept, context)) return Effect.void
    table.remove(kept.id)
    return file.remove(kept.id)
  })

const keptOf = (
  parts: Parts,
  key: string,
  response: LlmResponse,
  request: LlmRequest,
  context: CallContext,
  now: number,
): Kept => {
  const tenant = tenantIn(parts, context)
  const { provider, model } = response
  const usd = costOf(response, context)
  return {
    id: idIn(parts, key, context),
    key,
    ...(tenant === undefined ? {} : { tenant }),
    asked: request.model,
    provider,
    tags: { ...context.tags },
    storedAt: now,
    ttlMs: ttlOf([request.model, model, `${provider}/${model}`], parts.settings),
    ...(usd === undefined ? {} : { usd }),
    ms: context.elapsedMs(),
    response: ownCopy(response),
  }
}
