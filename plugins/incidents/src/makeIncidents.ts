import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { categoryOf } from "./Category.ts"
import type { Occurrence, Place } from "./Failure.ts"
import type { Declaration, Incidents } from "./Incidents.ts"
import { clean } from "./internal/clean.ts"
import { connection, defaultStore, type StoreUrl } from "./internal/connection.ts"
import { guarded, wrongOf } from "./internal/guarded.ts"
import { watchKey } from "./internal/Ledger.ts"
import { type Engine, makeEngine } from "./internal/makeEngine.ts"
import { type IncidentRow, incidentOf } from "./internal/rows.ts"
import type { Options } from "./Options.ts"

const longestSample = 500

/** Reads a store, and closes incidents in it by hand, without a stack and without counting anything. */
export type IncidentReader = Pick<Incidents, "list" | "get" | "aggregates" | "close">

/** A reader of the store at this path or URL, which must be there. It is opened when it is first used, and closed with the scope. */
export const readIncidents = (store: StoreUrl = defaultStore): Effect.Effect<IncidentReader, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { use } = yield* connection(store, true)
    return {
      list: (filter = {}) => use((kept) => kept.list(filter)),
      get: (id) => use((kept) => kept.get(id)),
      aggregates: (filter = {}) => use((kept) => kept.aggregates(filter)),
      close: Effect.fnUntraced(function* (id, by) {
        const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        const closed = yield* use((kept) => kept.closeBy(id, by, now))
        return closed ?? (yield* use((kept) => kept.get(id)))
      }),
    }
  })

/** Incidents by themselves: for code of one's own, without a stack. Ends, flushed, with the scope. */
export const makeIncidents = (options: Options = {}): Effect.Effect<Incidents, never, Scope.Scope> =>
  Effect.map(makeEngine(options), incidentsOf)

export const incidentsOf = (engine: Engine): Incidents => {
  const { ledger, scribe, now } = engine
  /** What this process has counted is seen at once. */
  const current = <A>(read: Effect.Effect<A, LlmError>) => Effect.andThen(scribe.flush, read)
  const failed = (place: Place, kind: string, message: string, category = categoryOf(kind)): void => {
    const at = now()
    ledger.failed(place, { kind, category }, at)?.({ at, message: clean(message, longestSample) })
  }
  return {
    list: (filter = {}) => current(scribe.use((kept) => kept.list(filter))),
    get: (id) => current(scribe.use((kept) => kept.get(id))),
    aggregates: (filter = {}) => current(scribe.use((kept) => kept.aggregates(filter))),
    open: (declaration) => open(engine, declaration),
    close: (id, by) => close(engine, id, by),
    record: (occurrence) => Effect.sync(() => recordIn(engine, occurrence, failed)),
    safeExecute: (effect, component, operation, timeout) =>
      Effect.onExit(guarded(effect, component, operation, timeout), (exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) return ledger.succeeded(component, operation, "", "", now())
          const wrong = wrongOf(exit)
          if (wrong !== undefined) failed({ component, operation }, wrong.kind, wrong.message)
        }),
      ),
    flush: scribe.flush,
  }
}

const recordIn = (
  { ledger, now }: Engine,
  occurrence: Occurrence | { readonly ok: Place },
  failed: (place: Place, kind: string, message: string, category?: Occurrence["category"]) => void,
): void => {
  if ("ok" in occurrence) {
    const { component, operation, provider = "", model = "" } = occurrence.ok
    return ledger.succeeded(component, operation, provider, model, now())
  }
  const { kind, message, category, ...place } = occurrence
  failed(place, kind, message, category)
}

const close = Effect.fnUntraced(function* ({ scribe, now }: Engine, id: string, by: string) {
  yield* scribe.flush
  const closed = yield* scribe.use((kept) => kept.closeBy(id, by, now()))
  scribe.closed(closed)
  return closed ?? (yield* scribe.use((kept) => kept.get(id)))
})

const open = Effect.fnUntraced(function* ({ scribe, webhook, now, newId }: Engine, declaration: Declaration) {
  const { component, operation = "", provider = "", model = "" } = declaration
  const at = now()
  const row: IncidentRow = {
    id: newId(at),
    open_key: watchKey(declaration),
    pattern: "manual",
    kind: "Manual",
    summary: clean(declaration.summary, longestSample),
    component,
    operation,
    provider,
    model,
    rate: 0,
    volume: 0,
    failures: 0,
    opened_at: at,
    last_bad_at: at,
    quiet_ms: null,
    recovered_at: null,
    closed_at: null,
    closed_by: null,
    sample: null,
  }
  yield* scribe.flush
  const there = yield* scribe.use((kept) => kept.open(row))
  if (there === undefined) {
    const message = "another incident was closed there at this moment: open it again"
    return yield* LlmError.make({ _tag: "PluginFailure", plugin: "@switchyard/incidents", recovery: "none", message })
  }
  scribe.attach(there)
  const incident = incidentOf(there)
  if (there.id === row.id) webhook.tell("opened", incident)
  return incident
})
