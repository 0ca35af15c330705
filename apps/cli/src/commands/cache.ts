import * as Command from "effect/cli/Command"
import { cacheCalibrate } from "./cache/calibrate.ts"
import { cacheInvalidate } from "./cache/invalidate.ts"
import { cacheJudge } from "./cache/judge.ts"
import { cacheStats } from "./cache/stats.ts"

/** What the caches know, and how they decide. */
export const cache = Command.make("cache").pipe(
  Command.withDescription("Look into the caches of answers, and tune them"),
  Command.withExamples([
    { command: "switchyard cache judge --jsonl < pairs.jsonl", description: "Would one answer serve both prompts?" },
  ]),
  Command.withSubcommands([cacheStats, cacheInvalidate, cacheJudge, cacheCalibrate]),
)
