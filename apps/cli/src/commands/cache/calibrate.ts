import { readFile } from "node:fs/promises"
import type { Calibration, CalibrationPair } from "@switchyard/cache-semantic"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { note, out, table } from "../../output.ts"

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ a: Schema.String, b: Schema.String, same: Schema.Boolean })),
)

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot read ${file}: ${code === "ENOENT" ? "there is no such file" : code}`)
  }
}

const pairsIn = async (file: string): Promise<ReadonlyArray<CalibrationPair>> => {
  const lines = (await textOf(file)).split("\n").map((line) => line.trim())
  const pairs = lines.flatMap((line, at) => {
    if (line === "") return []
    const pair = Option.getOrUndefined(decode(line))
    if (pair === undefined)
      note(`line ${at + 1} of ${file} was left out: it is not of the form {"a": "…", "b": "…", "same": true}`)
    return pair ?? []
  })
  if (pairs.length === 0) throw new UsageError(`${file} holds no pair of the form {"a": "…", "b": "…", "same": true}`)
  return pairs
}

const share = (value: number): string => value.toFixed(3)

const shown = ({ rows, pairs, same, recommended }: Calibration): string => {
  const heads = ["threshold", "precision", "recall", "false hits", "without guard: precision", "recall", "false hits"]
  const lines = rows.map(({ threshold, guarded, unguarded }) => [
    threshold.toFixed(2),
    ...[guarded, unguarded].flatMap(({ precision, recall, falseHits }) => [
      share(precision),
      share(recall),
      String(falseHits),
    ]),
  ])
  const advice =
    recommended === undefined
      ? "no threshold is without a false hit (or no pair is the same)"
      : `recommended threshold: ${recommended.toFixed(2)}`
  return `${table([heads, ...lines])}\n\n${pairs} pairs, ${same} the same; ${advice}\n`
}

const load = () => extension("@switchyard/cache-semantic", () => import("@switchyard/cache-semantic"))

/** `switchyard cache calibrate`: precision and recall by threshold on one's own pairs. */
export const cacheCalibrate = Command.make(
  "calibrate",
  {
    file: Argument.String("file").pipe(Argument.withDescription('Lines {"a", "b", "same"}')),
    json: toggle("json", "Print JSON instead of a table"),
    debug: debugFlag,
  },
  ({ file, json }) =>
    action(async (signal) => {
      const { calibrate } = await load()
      const calibration = await Effect.runPromise(calibrate(await pairsIn(file)), { signal })
      out(json ? `${JSON.stringify(calibration)}\n` : shown(calibration))
    }),
).pipe(
  Command.withDescription("Find the similarity from which the semantic cache may hit, on your own pairs of prompts"),
  Command.withExamples([{ command: "switchyard cache calibrate pairs.jsonl", description: "A table by threshold" }]),
)
