import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"
import type { Incident } from "../Incident.ts"
import { type Connection, plugin } from "./connection.ts"
import type { IncidentStore } from "./IncidentStore.ts"
import type { Ledger } from "./Ledger.ts"
import { type IncidentRow, incidentOf, sampleText } from "./rows.ts"
import { rowOf } from "./summary.ts"
import type { OpenIncident, Watch } from "./Watch.ts"
import type { IncidentEvent } from "./Webhook.ts"

export interface ScribeParts {
  readonly ledger: Ledger
  readonly connection: Connection
  readonly now: () => number
  readonly tell: (event: IncidentEvent, incident: Incident) => void
}

/** One write or read may take so long, in ms. */
const storeMs = 5000
const mostOpen = 1000

interface Change {
  readonly watch: Watch
  readonly incident: OpenIncident
  readonly failures: number
  readonly row: IncidentRow
}

const late = (): LlmError =>
  LlmError.make({
    _tag: "PluginFailure",
    plugin,
    recovery: "none",
    message: `the store of ${plugin} did not answer within ${storeMs} ms`,
  })

/** Writes what was counted, and closes what is quiet. One at a time; what was not written stays for the next time. */
export class Scribe {
  readonly #parts: ScribeParts
  readonly #lock = Semaphore.makeUnsafe(1)

  constructor(parts: ScribeParts) {
    this.#parts = parts
  }

  readonly use = <A>(run: (store: IncidentStore) => Effect.Effect<A, SqlError>): Effect.Effect<A, LlmError> =>
    Effect.timeoutOrElse(this.#parts.connection.use(run), { duration: storeMs, orElse: () => Effect.fail(late()) })

  readonly flush: Effect.Effect<void, LlmError> = Effect.suspend(() => this.#lock.withPermit(this.#flush()))

  #flush(): Effect.Effect<void, LlmError> {
    // What is drained is written or given back, also when whoever waits for it leaves.
    return Effect.uninterruptibleMask((interruptible) => {
      const { ledger } = this.#parts
      const changes = this.#changes()
      const drained = ledger.drain()
      if (drained.length === 0 && changes.length === 0) return Effect.void
      const written = this.use((store) =>
        store.transaction(
          Effect.andThen(
            store.add(drained),
            Effect.forEach(changes, (change) => this.#write(store, change)),
          ),
        ),
      )
      return Effect.asVoid(
        Effect.onExit(interruptible(written), (exit) =>
          Effect.sync(() => {
            if (Exit.isSuccess(exit))
              for (const [index, change] of changes.entries()) this.#written(change, exit.value[index])
            else {
              ledger.restore(drained)
              for (const change of changes) this.#unwritten(change)
            }
          }),
        ),
      )
    })
  }

  #changes(): ReadonlyArray<Change> {
    const changes: Array<Change> = []
    for (const watch of this.#parts.ledger.watches) {
      const { incident } = watch
      if (incident?.changed !== true) continue
      incident.changed = false
      changes.push({ watch, incident, failures: incident.failures, row: rowOf(watch, incident) })
    }
    return changes
  }

  #write(store: IncidentStore, { watch, incident, failures, row }: Change) {
    const add = (id: string) =>
      store.progress({
        id,
        failures,
        lastBadAt: row.last_bad_at,
        recoveredAt: row.recovered_at ?? undefined,
        sample: sampleText(watch.sample),
      })
    if (incident.stored) return Effect.as(add(incident.id), undefined)
    return Effect.tap(store.open(row), (open) =>
      open === undefined || open.id === row.id ? Effect.void : add(open.id),
    )
  }

  #written({ watch, incident, failures, row }: Change, open: IncidentRow | undefined): void {
    if (!incident.stored && open === undefined) {
      incident.changed = true
      return
    }
    incident.failures -= failures
    incident.stored = true
    if (open === undefined) return
    // Another process was first: it is its incident, and it has told.
    if (open.id === row.id) this.#tellOpened(watch, incident)
    incident.id = open.id
    incident.told = true
  }

  /** Who looks after the system should know all the more when the store is down. */
  #unwritten({ watch, incident }: Change): void {
    incident.changed = true
    if (!incident.stored) this.#tellOpened(watch, incident)
  }

  #tellOpened(watch: Watch, incident: OpenIncident): void {
    if (incident.told) return
    incident.told = true
    this.#parts.tell("opened", incidentOf(rowOf(watch, incident)))
  }

  /** Takes over what other processes opened or closed, and closes what was quiet for long enough, whoever opened it. */
  readonly sweep: Effect.Effect<void, LlmError> = Effect.suspend(() =>
    this.#lock.withPermit(
      Effect.flatMap(
        this.use((store) => store.openOnes(mostOpen)),
        (rows) => this.#settle(rows),
      ),
    ),
  )

  #settle(rows: ReadonlyArray<IncidentRow>): Effect.Effect<void, LlmError> {
    const { ledger, now } = this.#parts
    const open = new Map(rows.map((row) => [row.open_key, row]))
    for (const watch of ledger.watches) {
      if (watch.incident?.stored === true && open.get(watch.key)?.id !== watch.incident.id) watch.closed()
    }
    const at = now()
    return Effect.forEach(
      rows,
      (row) => {
        const watch = this.#attach(row)
        const lastBad = Math.max(row.last_bad_at, watch.incident?.lastBadAt ?? 0)
        if (row.quiet_ms === null || at - lastBad < row.quiet_ms) return Effect.void
        return Effect.map(
          this.use((store) => store.closeQuiet(row, at)),
          (closed) => this.closed(closed),
        )
      },
      { discard: true },
    )
  }

  /** An incident of the store is one of ours too: failures here keep it open, successes show its recovery. */
  #attach(row: IncidentRow): Watch {
    const { component, operation, provider, model } = row
    const watch = this.#parts.ledger.watch({ component, operation, provider, model })
    const { incident } = watch
    if (incident === undefined) {
      watch.incident = {
        id: row.id,
        pattern: row.pattern,
        kind: row.kind,
        openedAt: row.opened_at,
        rate: row.rate,
        volume: row.volume,
        quietMs: row.quiet_ms ?? 0,
        lastBadAt: row.last_bad_at,
        recoveredAt: row.recovered_at ?? undefined,
        failures: 0,
        stored: true,
        told: true,
        changed: false,
      }
    } else if ((incident.recoveredAt ?? Number.POSITIVE_INFINITY) < row.last_bad_at) watch.relapsed()
    return watch
  }

  /** Told once, by whoever closed it. */
  closed(incident: Incident | undefined): void {
    if (incident === undefined) return
    for (const watch of this.#parts.ledger.watches) if (watch.incident?.id === incident.id) watch.closed()
    this.#parts.tell("closed", incident)
  }

  /** From here on it is one of this process's too. */
  attach(row: IncidentRow): void {
    this.#attach(row)
  }
}
