import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { chunksOf } from "effect/Array"
import * as Effect from "effect/Effect"
import type { Aggregate } from "../Failure.ts"
import type { Incident } from "../Incident.ts"
import type { AggregateFilter, IncidentFilter } from "../Incidents.ts"
import type { Drained } from "./Ledger.ts"
import { aggregateOf, type FailureRow, incidentOf, type IncidentRow, sampleText } from "./rows.ts"

/** Rows in one statement: Postgres takes 65,535 parameters, SQLite 32,766. */
const batch = 500

/** What an incident that is open already gets added. */
export interface Progress {
  readonly id: string
  readonly failures: number
  readonly lastBadAt: number
  readonly recoveredAt: number | undefined
  readonly sample: string | null
}

/** The tables of incidents, on SQLite and Postgres alike. Counts are added, so processes may share them. */
export class IncidentStore {
  readonly #sql: SqlClient

  constructor(sql: SqlClient) {
    this.#sql = sql
  }

  transaction<A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | SqlError> {
    return this.#sql.withTransaction(effect)
  }

  /** In the order of the keys, so that two processes never wait for each other. */
  add(drained: ReadonlyArray<Drained>): Effect.Effect<void, SqlError> {
    const sql = this.#sql
    const rows = drained.map(({ place: { component, operation, provider = "", model = "" }, ...rest }) => ({
      place: { component, operation, provider, model },
      ...rest,
    }))
    const inOrder = rows.toSorted((a, b) => compare(Object.values(a.place), Object.values(b.place)))
    const traffic = inOrder.map(({ place, ok, failed, last }) => ({ ...place, ok, failed, last_seen: last }))
    const failures = inOrder.flatMap(({ place, kinds }) =>
      kinds
        .toSorted(([a], [b]) => compare([a], [b]))
        .map(([kind, { category, count, first, last, sample }]) => ({
          ...place,
          kind,
          category,
          count,
          first_seen: first,
          last_seen: last,
          sample: sampleText(sample),
        })),
    )
    return Effect.gen(function* () {
      for (const some of chunksOf(traffic, batch)) {
        yield* sql`INSERT INTO switchyard_traffic ${sql.insert(some)}
          ON CONFLICT (component, operation, provider, model) DO UPDATE SET
            ok = switchyard_traffic.ok + excluded.ok, failed = switchyard_traffic.failed + excluded.failed,
            last_seen = CASE WHEN excluded.last_seen > switchyard_traffic.last_seen
              THEN excluded.last_seen ELSE switchyard_traffic.last_seen END`
      }
      for (const some of chunksOf(failures, batch)) {
        yield* sql`INSERT INTO switchyard_failures ${sql.insert(some)}
          ON CONFLICT (component, operation, provider, model, kind) DO UPDATE SET
            count = switchyard_failures.count + excluded.count, category = excluded.category,
            first_seen = CASE WHEN excluded.first_seen < switchyard_failures.first_seen
              THEN excluded.first_seen ELSE switchyard_failures.first_seen END,
            last_seen = CASE WHEN excluded.last_seen > switchyard_failures.last_seen
              THEN excluded.last_seen ELSE switchyard_failures.last_seen END,
            sample = COALESCE(excluded.sample, switchyard_failures.sample)`
      }
    })
  }

  /** Gives the incident that is open there now; `undefined` when another one was closed in this very moment. */
  open(row: IncidentRow): Effect.Effect<IncidentRow | undefined, SqlError> {
    const sql = this.#sql
    return Effect.gen(function* () {
      const made = yield* sql<IncidentRow>`INSERT INTO switchyard_incidents ${sql.insert({ ...row })}
        ON CONFLICT (open_key) DO NOTHING RETURNING *`
      if (made[0] !== undefined) return made[0]
      const [known] = yield* sql<IncidentRow>`SELECT * FROM switchyard_incidents WHERE open_key = ${row.open_key}`
      return known
    })
  }

  /** A recovery counts only while no process has seen a later failure. */
  progress({ id, failures, lastBadAt, recoveredAt, sample }: Progress): Effect.Effect<void, SqlError> {
    const sql = this.#sql
    const recovered = recoveredAt ?? null
    const bad = sql`CASE WHEN last_bad_at > ${lastBadAt} THEN last_bad_at ELSE ${lastBadAt} END`
    return Effect.asVoid(sql`UPDATE switchyard_incidents SET
      failures = failures + ${failures}, last_bad_at = ${bad}, sample = COALESCE(sample, ${sample}),
      recovered_at = CASE WHEN recovered_at >= ${bad} THEN recovered_at
        WHEN ${recovered} >= ${bad} THEN ${recovered} ELSE NULL END
      WHERE id = ${id} AND open_key IS NOT NULL`)
  }

  openOnes(limit: number): Effect.Effect<ReadonlyArray<IncidentRow>, SqlError> {
    return this.#sql<IncidentRow>`SELECT * FROM switchyard_incidents WHERE open_key IS NOT NULL
      ORDER BY opened_at LIMIT ${limit}`
  }

  /** Closes it unless something happened since it was looked at. */
  closeQuiet({ id, last_bad_at }: IncidentRow, now: number): Effect.Effect<Incident | undefined, SqlError> {
    const closed = this.#sql<IncidentRow>`UPDATE switchyard_incidents
      SET open_key = NULL, closed_at = ${now}, closed_by = 'quiet'
      WHERE id = ${id} AND open_key IS NOT NULL AND last_bad_at <= ${last_bad_at} RETURNING *`
    return Effect.map(closed, firstOf)
  }

  closeBy(id: string, by: string, now: number): Effect.Effect<Incident | undefined, SqlError> {
    const closed = this.#sql<IncidentRow>`UPDATE switchyard_incidents
      SET open_key = NULL, closed_at = ${now}, closed_by = ${by} WHERE id = ${id} AND open_key IS NOT NULL RETURNING *`
    return Effect.map(closed, firstOf)
  }

  get(id: string): Effect.Effect<Incident | undefined, SqlError> {
    return Effect.map(this.#sql<IncidentRow>`SELECT * FROM switchyard_incidents WHERE id = ${id}`, firstOf)
  }

  list({ state, limit = 100 }: IncidentFilter): Effect.Effect<ReadonlyArray<Incident>, SqlError> {
    const sql = this.#sql
    const where =
      state === undefined ? sql`1 = 1` : state === "open" ? sql`open_key IS NOT NULL` : sql`open_key IS NULL`
    const found = sql<IncidentRow>`SELECT * FROM switchyard_incidents WHERE ${where}
      ORDER BY CASE WHEN open_key IS NULL THEN 1 ELSE 0 END, opened_at DESC, id LIMIT ${limit}`
    return Effect.map(found, (rows) => rows.map(incidentOf))
  }

  aggregates(filter: AggregateFilter): Effect.Effect<ReadonlyArray<Aggregate>, SqlError> {
    const sql = this.#sql
    const { component, provider, model, since, limit = 100 } = filter
    const where = sql.and([
      sql`1 = 1`,
      ...(component === undefined ? [] : [sql`f.component = ${component}`]),
      ...(provider === undefined ? [] : [sql`f.provider = ${provider}`]),
      ...(model === undefined ? [] : [sql`f.model = ${model}`]),
      ...(since === undefined ? [] : [sql`f.last_seen >= ${since}`]),
    ])
    const found = sql<FailureRow>`SELECT f.*, COALESCE(t.ok + t.failed, 0) AS ran FROM switchyard_failures f
      LEFT JOIN switchyard_traffic t ON t.component = f.component AND t.operation = f.operation
        AND t.provider = f.provider AND t.model = f.model
      WHERE ${where} ORDER BY f.count DESC, f.last_seen DESC, f.component, f.kind LIMIT ${limit}`
    return Effect.map(found, (rows) => rows.map(aggregateOf))
  }

  /** What nobody has seen since then. Open incidents stay. */
  forget(before: number): Effect.Effect<void, SqlError> {
    const sql = this.#sql
    return Effect.gen(function* () {
      yield* sql`DELETE FROM switchyard_failures WHERE last_seen < ${before}`
      yield* sql`DELETE FROM switchyard_traffic WHERE last_seen < ${before}`
      yield* sql`DELETE FROM switchyard_incidents WHERE open_key IS NULL AND closed_at < ${before}`
    })
  }
}

const firstOf = ([row]: ReadonlyArray<IncidentRow>): Incident | undefined =>
  row === undefined ? undefined : incidentOf(row)

const compare = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? ""
    if (text !== other) return text < other ? -1 : 1
  }
  return 0
}
