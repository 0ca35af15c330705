import * as Command from "effect/cli/Command"
import { action } from "../../action.ts"
import { debugFlag, jsonFlag } from "../../flags.ts"
import { out, table } from "../../output.ts"
import { inCache, placeFlags } from "./place.ts"

const shown = (value: unknown): string =>
  typeof value === "number"
    ? value.toLocaleString("en-US", { maximumFractionDigits: 6 })
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value)

/** `switchyard cache stats`: what a cache holds, and what it has saved. */
export const cacheStats = Command.make(
  "stats",
  { ...placeFlags, json: jsonFlag, debug: debugFlag },
  ({ json, ...place }) =>
    action(async (signal) => {
      const stats = await inCache(place, (opened) => opened.stats, signal)
      if (json) return out(`${JSON.stringify(stats)}\n`)
      const rows = Object.entries(stats).map(([name, value]) => [name, shown(value)])
      out(`${table(rows)}\n`)
    }),
).pipe(
  Command.withDescription("Show what a cache holds, and what it has saved"),
  Command.withExamples([
    { command: "switchyard cache stats --file cache.sqlite", description: "A file" },
    { command: "switchyard cache stats --redis redis://127.0.0.1:6379 --json", description: "Redis, for programs" },
  ]),
)
