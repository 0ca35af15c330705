import {
  type Answer,
  type Cache,
  type CacheHit,
  type CallContext,
  type LlmError,
  type LlmRequest,
  type LlmResponse,
  wholeAnswer,
} from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { CacheClock } from "./internal/CacheClock.ts"
import { costOf } from "./internal/costOf.ts"
import { type Entry, entryOf, idOf, type Kept } from "./internal/Entry.ts"
import { EntryTable } from "./internal/EntryTable.ts"
import type { Flight } from "./internal/Flight.ts"
import { Flights } from "./internal/Flights.ts"
import { freshnessOf, keptUntil, mayCache, servesErrors, ttlOf } from "./internal/freshness.ts"
import { handedOut, ownCopy } from "./internal/ownCopy.ts"
import { openFile } from "./internal/openFile.ts"
import { paced } from "./internal/paced.ts"
import { Persistence } from "./internal/Persistence.ts"
import { Refresher } from "./internal/Refresher.ts"
import { sizeOf } from "./internal/sizeOf.ts"
import { isStorable } from "./internal/storable.ts"
import { Tally } from "./internal/Tally.ts"
import type { MemoryCacheControl } from "./MemoryCacheControl.ts"
import { makeControl } from "./internal/makeControl.ts"
import { type Options, type Settings, settingsOf } from "./Options.ts"

/** Everything that a cache consists of. */
export interface Parts {
  readonly settings: Settings
  readonly table: EntryTable
  readonly flights: Flights
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
    refresher: new Refresher(yield* Effect.scope, tally),
    clock: new CacheClock(yield* Clock.Clock, opened?.latest),
  }
  return parts
})

const cacheOf = (parts: Parts): Pick<Cache, "lookup" | "lookupStale" | "store" | "progress" | "release"> => {
  const { settings, flights, clock, file } = parts
  return {
    lookup: (key, request, context) =>
      Effect.suspend(() => {
        if (!mayCache(request, settings)) return Effect.undefined
        const id = idIn(parts, key, context)
        const found = file === undefined ? undefined : upToDate(parts, file, id, clock.now())
        if (found === undefined) return inMemory(parts, id, key, request, context)
        return Effect.flatMap(found, (entry) => inMemory(parts, id, key, request, context, entry))
      }),
    lookupStale: (key, request, context) =>
      Effect.suspend(() => {
        const id = idIn(parts, key, context)
        const found = file === undefined ? Effect.undefined : upToDate(parts, file, id, clock.now())
        return Effect.map(found, (entry) => whateverItsAge(parts, id, request, context, entry))
      }),
    store: (key, response, request, context) =>
      Effect.suspend(() => keep(parts, key, response, request, context, clock.now())),
    progress: (_, batch, context) => Effect.sync(() => flights.push(batch, context)),
    release: (_, context) => Effect.sync(() => flights.over(context)),
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
      const { storedAt } = entry.kept
      const isNewer = () => (table.peek(id)?.kept.storedAt ?? storedAt) > storedAt
      const behind = refresher.refresh(id, request, context, () => clock.now(), isNewer)
      return Effect.andThen(behind, stale)
    }
  }
  const flight = flights.join(id, context)
  if (flight !== undefined) return Effect.succeed(joined(parts, flight, request, context, now))
  parts.tally.add("misses")
  if (policy?.mode !== "read-only") flights.lead(id, key, request, context, now, tenantIn(parts, context))
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
  return {
    answer: replay(kept, context, settings),
    provider: kept.provider,
    cached: { kind: "exact", ageMs: Math.max(0, Math.round(now - kept.storedAt)), ...(stale ? { stale } : {}) },
  }
}

const replay = ({ response }: Kept, context: CallContext, { replayCharactersPerSecond: pace }: Settings): Answer => {
  const isRead = context.operation === "stream" && context.contract !== "hold"
  const own = handedOut(response)
  return pace === undefined || !isRead ? wholeAnswer(own) : { _tag: "Flowing", parts: paced(own, pace) }
}

const joined = (
  { tally, settings }: Parts,
  flight: Flight,
  { model }: LlmRequest,
  context: CallContext,
  now: number,
): CacheHit => {
  tally.add("joined")
  const isWhole = context.operation !== "stream" || context.contract === "hold"
  const mayRestart = isWhole || context.contract === "restart"
  const guessed = providerBefore(model, context)
  return {
    answer: { _tag: "Flowing", parts: flight.follow({ mayRestart, idleMs: settings.joinIdleMs }) },
    inFlight: true,
    // Known when the answer is whole: the kernel reads this after the answer, where it waits for the whole of it.
    get provider() {
      return flight.provider ?? guessed
    },
    cached: { kind: "flight", ageMs: Math.max(0, Math.round(now - flight.startedAt)) },
  }
}

/** The provider that a model names, or the only one there is. */
const providerBefore = (model: string, { providers }: CallContext): string => {
  const named = model.slice(0, Math.max(0, model.indexOf("/")))
  if (providers.get(named) !== undefined) return named
  const [only, another] = providers.all
  return only !== undefined && another === undefined ? only.provider.id : "@flight"
}

const keep = (
  parts: Parts,
  key: string,
  response: LlmResponse,
  request: LlmRequest,
  context: CallContext,
  now: number,
): Effect.Effect<void> => {
  const { settings, table, tally, flights, refresher, file } = parts
  const led = flights.ledBy(context)
  flights.stored(response, context)
  if (!mayCache(request, settings)) return Effect.void
  const kept = keptOf(parts, key, response, request, context, now)
  if (led !== undefined && led.joiners > 0) tally.saved(kept, led.joiners)
  if (led?.outdated === true) return Effect.void
  const bytes = sizeOf(kept)
  if (!isStorable(response) || bytes > settings.maxEntryBytes) {
    tally.add("refused")
    return Effect.void
  }
  tally.add("stored")
  refresher.refreshed(kept.id)
  table.add(entryOf(kept, bytes, settings, table.peek(kept.id)?.hits), isOver(parts, now))
  return file === undefined ? Effect.void : file.put(kept, keptUntil(kept, settings))
}

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
