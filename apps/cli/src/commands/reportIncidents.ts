import { isLlmError } from "@switchyard/core"
import type { Aggregate, Incident, IncidentReader } from "@switchyard/incidents"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { action } from "../action.ts"
import { UsageError } from "../ExitCode.ts"
import { extension } from "../extension.ts"
import { debugFlag, jsonFlag, toggle } from "../flags.ts"
import { note, out, styled } from "../output.ts"
import { printable } from "../printable.ts"

const defaultStore = ".switchyard/switchyard.sqlite"
const most = 1000

interface Report {
  readonly incidents: ReadonlyArray<Incident>
  readonly failures: ReadonlyArray<Aggregate>
}

const read = async (store: string, openOnly: boolean, signal: AbortSignal): Promise<Report> => {
  const { readIncidents } = await extension("@switchyard/incidents", () => import("@switchyard/incidents"))
  const all = (reader: IncidentReader) =>
    Effect.all({
      incidents: reader.list({ limit: most, ...(openOnly ? { state: "open" } : {}) }),
      failures: openOnly ? Effect.succeed([]) : reader.aggregates({ limit: most }),
    })
  return Effect.runPromise(Effect.scoped(Effect.flatMap(readIncidents(store), all)), { signal }).catch(
    (error: unknown) => {
      // A store that is not there, or that is none.
      throw isLlmError(error) && error.reason._tag === "InvalidRequest" ? new UsageError(error.reason.message) : error
    },
  )
}

/** The incidents, then the failures behind them. */
export const reportIncidents = Command.make(
  "incidents",
  {
    store: Flag.String("store").pipe(
      Flag.withDescription("The store: a SQLite file, or postgres://…"),
      Flag.withDefault(defaultStore),
    ),
    open: toggle("open", "Only incidents that are open, without the counts"),
    json: jsonFlag,
    debug: debugFlag,
  },
  ({ store, open, json }) =>
    action(async (signal) => {
      const { incidents, failures } = await read(store, open, signal)
      for (const incident of incidents) {
        out(json ? `${JSON.stringify({ type: "incident", ...incident })}\n` : `${describe(incident).join("\n")}\n`)
      }
      if (failures.length > 0 && !json) out(`${styled("bold", "failures")}\n`)
      for (const failure of failures) {
        out(json ? `${JSON.stringify({ type: "failures", ...failure })}\n` : `${count(failure).join("\n")}\n`)
      }
      if (incidents.length === 0) note(`no ${open ? "open " : ""}incidents`)
      if (incidents.length === most || failures.length === most) note(`only the first ${most} of a kind are shown`)
    }),
).pipe(
  Command.withDescription("Show the incidents that @switchyard/incidents keeps, and the failures behind them"),
  Command.withExamples([
    { command: "switchyard report incidents --open", description: "What is wrong now" },
    { command: "switchyard report incidents --json", description: "An incident or count a line" },
  ]),
)

const time = (ms: number): string => new Date(ms).toISOString()

const duration = (ms: number): string =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : ms < 120_000
      ? `${Math.round(ms / 100) / 10} s`
      : `${Math.round(ms / 6000) / 10} min`

const describe = (incident: Incident): ReadonlyArray<string> => {
  const { id, state, summary, openedAt, recoveryMs, closedAt, closedBy, failures, sample } = incident
  const ended = closedAt === undefined ? "" : `, closed ${time(closedAt)} (${printable(closedBy ?? "unknown")})`
  const recovered = recoveryMs === undefined ? "not recovered" : `recovered after ${duration(recoveryMs)}`
  return [
    `${styled(state === "open" ? "red" : "green", state.padEnd(6))}  ${styled("bold", printable(summary))}  ${styled("dim", id)}`,
    `        opened ${time(openedAt)}, ${recovered}${ended}; ${failures} ${failures === 1 ? "failure" : "failures"}`,
    ...(sample === undefined ? [] : [`        ${printable(sample.message)}`]),
  ]
}

const count = (failure: Aggregate): ReadonlyArray<string> => {
  const { component, operation, provider, model, kind, category, sample } = failure
  const where = [component, operation, provider, model].filter((part) => part !== undefined).join(" ")
  const share = `${Math.round(failure.rate * 1000) / 10} %`
  return [
    `  ${failure.count} × ${printable(kind)} (${category}), ${share}  ${styled("cyan", printable(where))}  ${time(failure.firstSeen)} to ${time(failure.lastSeen)}`,
    ...(sample === undefined ? [] : [`      ${printable(sample.message)}`]),
  ]
}
