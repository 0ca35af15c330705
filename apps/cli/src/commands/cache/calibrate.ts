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

const shown = (calibration: Calibration): string => {
  const { rows, pairs, same } = calibration
  const heads = ["threshold", "precision", "recall", "false hits", "without guard: precision", "recall", "false hits"]
  const lines = rows.map(({ threshold, guarded, unguarded }) => [
    threshold.toFixed(2),
    ...[guarded, unguarded].flatMap(({ precision, recall, falseHits }) => [
      share(precision),
      share(recall),
      String(falseHits),
    ]),
  ])
  return `${table([heads, ...lines])}\n\n${told(pairs, same)}\n${advice(calibration)}\n`
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const told = (pairs: number, same: number): string =>
  `${counted(pairs, "pair")}: ${same} to hit ("same": true), ${pairs - same} to miss ("same": false).`

/** Below this many pairs to miss, no false hit says little. */
const enough = 50

/** What the table says, in a sentence, and what it cannot say. */
const advice = ({ rows, pairs, same, recommended }: Calibration): string => {
  if (same === 0) return 'No pair is to hit, so there is no threshold to choose: add pairs with "same": true.'
  const best = rows.find(({ threshold }) => threshold === recommended)
  if (best === undefined)
    return "Every threshold has a false hit, also with the guard: these pairs need a judge model, or no cache by meaning."
  const { recall } = best.guarded
  if (recall === 0)
    return "No threshold has a hit that is not false: the wordings of these pairs are too far apart for the cache."
  const few = pairs - same < enough ? ` On so few pairs to miss this says little: use ${enough} or more.` : ""
  return `semanticCache({ threshold: ${best.threshold.toFixed(2)} }) finds ${Math.round(recall * same)} of ${same} without a false hit; a higher one finds fewer.${few}`
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
