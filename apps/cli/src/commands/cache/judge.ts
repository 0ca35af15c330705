import type { Judgement } from "@switchyard/cache-semantic"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { answerLines, type Fields, LineError } from "../../lineAnswers.ts"

type Decide = (a: string, b: string) => Promise<Judgement>

const form = '{"id": …, "a": "…", "b": "…"}'

const answerTo = async (decide: Decide, { a, b }: Fields) => {
  if (typeof a !== "string" || typeof b !== "string") {
    throw new LineError(`the line needs "a" and "b", two strings: write ${form}`)
  }
  const { hit, similarity, guard } = await decide(a, b)
  return { hit, similarity, guard }
}

const load = () => extension("@switchyard/cache-semantic", () => import("@switchyard/cache-semantic"))

/** `switchyard cache judge`: would the semantic cache answer one prompt with the answer to the other? */
export const cacheJudge = Command.make(
  "judge",
  {
    jsonl: toggle("jsonl", 'Read lines {"id", "a", "b"} and answer each with {"id", "hit", "similarity", "guard"}'),
    threshold: Flag.Finite("threshold").pipe(
      Flag.withDescription("The least similarity of a hit, 0 to 1 (default: 0.7)"),
      Flag.optional,
    ),
    debug: debugFlag,
  },
  ({ jsonl, threshold }) =>
    action(async (signal) => {
      if (!jsonl) throw new UsageError("prompts come in pairs, as lines of JSON: add --jsonl")
      const given = Option.getOrUndefined(threshold)
      if (given !== undefined && !(given >= 0 && given <= 1)) throw new UsageError("--threshold must be from 0 to 1")
      const { judge } = await load()
      const options = given === undefined ? {} : { threshold: given }
      const decide: Decide = (a, b) => Effect.runPromise(judge(a, b, options), { signal })
      await answerLines(form, (fields) => answerTo(decide, fields))
    }),
).pipe(
  Command.withDescription(
    "Decide as the semantic cache does whether one answer serves two prompts; no model, no network",
  ),
  Command.withExamples([{ command: "switchyard cache judge --jsonl < pairs.jsonl", description: "A pair a line" }]),
)
