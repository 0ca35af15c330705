import type { Pattern } from "../Incident.ts"
import type { IncidentRow } from "./rows.ts"
import type { OpenIncident, Watch, WatchPlace } from "./Watch.ts"
import { sampleText } from "./rows.ts"

const nameOf = ({ component, operation, provider = "", model = "" }: WatchPlace): string => {
  const candidate = [provider, model].filter((part) => part !== "").join("/")
  if (component === "provider") return candidate
  if (component === "call") return `calls of ${candidate === "" ? "no model" : candidate}`
  return `${component}${operation === undefined || operation === "" ? "" : `.${operation}`}${candidate === "" ? "" : ` (${candidate})`}`
}

const percent = (rate: number): string => `${Math.round(rate * 100)} %`

const what: { readonly [P in Pattern]: (incident: OpenIncident, windowMs: number) => string } = {
  rate: ({ rate, volume, kind }, windowMs) =>
    `${percent(rate)} of ${volume} failed within ${windowMs / 1000} s, last ${kind}`,
  breaker: () => "its circuit breaker opened",
  "all-candidates-failed": () => "all candidates of a call failed",
  manual: () => "opened by hand",
}

/** A new incident as it is written. */
export const rowOf = (watch: Watch, incident: OpenIncident): IncidentRow => {
  const { component, operation = "", provider = "", model = "" } = watch.place
  const recent = (watch.sample?.at ?? 0) >= incident.openedAt - watch.policy.windowMs
  return {
    id: incident.id,
    open_key: watch.key,
    pattern: incident.pattern,
    kind: incident.kind,
    summary: `${nameOf(watch.place)}: ${what[incident.pattern](incident, watch.policy.windowMs)}`,
    component,
    operation,
    provider,
    model,
    rate: incident.rate,
    volume: incident.volume,
    failures: incident.failures,
    opened_at: incident.openedAt,
    last_bad_at: incident.lastBadAt,
    quiet_ms: incident.quietMs,
    recovered_at: incident.recoveredAt ?? null,
    closed_at: null,
    closed_by: null,
    sample: recent ? sampleText(watch.sample) : null,
  }
}
