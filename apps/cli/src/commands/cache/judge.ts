import type { Judgement } from "@switchyard/cache-semantic"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { inputLines, writeLine } from "../../lines.ts"

const Line = Schema.fromJsonString(
  Schema.Struct({ id: Schema.optionalKey(Schema.Json), a: Schema.String, b: Schema.String }),
)
const decode = Schema.decodeUnknownOption(Line)
const decodeId = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ id: Schema.Json })))

const wrong = 'no line of the form {"id": …, "a": "…", "b": "…"}'

type Decide = (a: string, b: string) => Promise<Judgement>

const withId = (id: unknown) => (id === undefined ? {} : { id })

const answerTo = async (decide: Decide, line: string) => {
  const input = Option.getOrUndefined(decode(line))
  if (input === undefined) return { ...withId(Option.getOrUndefined(decodeId(line))?.id), error: wrong }
  const { hit, similarity, guard } = await decide(input.a, input.b)
  return { ...withId(input.id), hit, similarity, guard }
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
      for await (const { line, tooLong } of inputLines()) {
        await writeLine(
          JSON.stringify(tooLong ? { error: "the line is longer than 64 MiB" } : await answerTo(decide, line)),
        )
      }
    }),
).pipe(
  Command.withDescription(
    "Decide as the semantic cache does whether one answer serves two prompts; no model, no network",
  ),
  Command.withExamples([{ command: "switchyard cache judge --jsonl < pairs.jsonl", description: "A pair a line" }]),
)
