/** Rows of the store to what they mean, and back: the codec of this package. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type Category, categoryOf } from "../Category.ts"
import type { Aggregate, Sample } from "../Failure.ts"
import type { Incident, Pattern } from "../Incident.ts"

const SampleJson = Schema.fromJsonString(
  Schema.Struct({
    at: Schema.Finite,
    message: Schema.String,
    call: Schema.optionalKey(Schema.String),
    tenant: Schema.optionalKey(Schema.String),
    ms: Schema.optionalKey(Schema.Finite),
    requestId: Schema.optionalKey(Schema.String),
    status: Schema.optionalKey(Schema.Finite),
    prompt: Schema.optionalKey(Schema.String),
  }),
)
const decodeSample = Schema.decodeUnknownOption(SampleJson)

/** A sample that a later version wrote in another form is left out. */
const sampleOf = (json: string | null): { readonly sample?: Sample } => {
  if (json === null) return {}
  const sample = Option.getOrUndefined(decodeSample(json))
  return sample === undefined ? {} : { sample }
}

export const sampleText = (sample: Sample | undefined): string | null =>
  sample === undefined ? null : JSON.stringify(sample)

export interface PlaceRow {
  readonly component: string
  readonly operation: string
  readonly provider: string
  readonly model: string
}

export interface IncidentRow extends PlaceRow {
  readonly id: string
  readonly open_key: string | null
  readonly pattern: Pattern
  readonly kind: string
  readonly summary: string
  readonly rate: number
  readonly volume: number
  readonly failures: number
  readonly opened_at: number
  readonly last_bad_at: number
  readonly quiet_ms: number | null
  readonly recovered_at: number | null
  readonly closed_at: number | null
  readonly closed_by: string | null
  readonly sample: string | null
}

export interface FailureRow extends PlaceRow {
  readonly kind: string
  readonly category: Category
  readonly count: number
  readonly first_seen: number
  readonly last_seen: number
  readonly sample: string | null
  /** Of the place. */
  readonly ran: number
}

const named = <K extends string>(key: K, value: string): { readonly [Key in K]?: string } =>
  (value === "" ? {} : { [key]: value }) as { readonly [Key in K]?: string } // one key, or none

export const incidentOf = (row: IncidentRow): Incident => ({
  id: row.id,
  state: row.open_key === null ? "closed" : "open",
  pattern: row.pattern,
  kind: row.kind,
  summary: row.summary,
  component: row.component,
  ...named("operation", row.operation),
  ...named("provider", row.provider),
  ...named("model", row.model),
  openedAt: row.opened_at,
  lastBadAt: row.last_bad_at,
  ...(row.recovered_at === null ? {} : { recoveredAt: row.recovered_at, recoveryMs: row.recovered_at - row.opened_at }),
  ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
  ...(row.closed_by === null ? {} : { closedBy: row.closed_by }),
  rate: row.rate,
  volume: row.volume,
  failures: row.failures,
  ...sampleOf(row.sample),
})

export const aggregateOf = (row: FailureRow): Aggregate => ({
  component: row.component,
  operation: row.operation,
  ...named("provider", row.provider),
  ...named("model", row.model),
  kind: row.kind,
  category: row.category ?? categoryOf(row.kind),
  count: row.count,
  rate: row.ran > 0 ? Math.min(1, row.count / row.ran) : 0,
  firstSeen: row.first_seen,
  lastSeen: row.last_seen,
  ...sampleOf(row.sample),
})
