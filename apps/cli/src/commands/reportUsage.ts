import { isLlmError } from "@switchyard/core"
import type { UsageDimension, UsageSum } from "@switchyard/usage"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { action } from "../action.ts"
import { UsageError } from "../ExitCode.ts"
import { extension } from "../extension.ts"
import { debugFlag, jsonFlag, toggle } from "../flags.ts"
import { note, out } from "../output.ts"

const defaultStore = ".switchyard/usage.sqlite"
const dimensions = ["model", "provider", "tag", "tenant", "day"] as const satisfies ReadonlyArray<UsageDimension>

const load = () => extension("@switchyard/usage", () => import("@switchyard/usage"))

const read = async (store: string, by: UsageDimension, signal: AbortSignal): Promise<ReadonlyArray<UsageSum>> => {
  const { readUsage } = await load()
  const sums = Effect.scoped(Effect.flatMap(readUsage(store), ({ stats }) => stats({ by })))
  return Effect.runPromise(sums, { signal }).catch((error: unknown) => {
    // A store that is not there, or that is none.
    throw isLlmError(error) && error.reason._tag === "InvalidRequest" ? new UsageError(error.reason.message) : error
  })
}

/** What was used and what it cost. */
export const reportUsage = Command.make(
  "usage",
  {
    store: Flag.String("store").pipe(
      Flag.withDescription("The ledger: a SQLite file, or postgres://…"),
      Flag.withDefault(defaultStore),
    ),
    by: Flag.Literals("by", dimensions).pipe(Flag.withDescription("What to add up by"), Flag.withDefault("model")),
    json: jsonFlag,
    csv: toggle("csv", "Print CSV, for spreadsheets"),
    debug: debugFlag,
  },
  ({ store, by, json, csv }) =>
    action(async (signal) => {
      if (json && csv) throw new UsageError("give --json or --csv, not both")
      const sums = await read(store, by, signal)
      const { usageCsv, usageTable } = await load()
      if (json) for (const sum of sums) out(`${JSON.stringify(sum)}\n`)
      else if (csv) out(usageCsv(sums))
      else if (sums.length > 0) out(`${usageTable(sums)}\n`)
      if (sums.length === 0) note("nothing has been used")
    }),
).pipe(
  Command.withDescription("Show what @switchyard/usage has on its ledger: tokens, attempts and cost"),
  Command.withExamples([
    { command: "switchyard report usage --by tenant", description: "Who used what" },
    { command: "switchyard report usage --by day --csv", description: "A line a day, for a spreadsheet" },
  ]),
)
