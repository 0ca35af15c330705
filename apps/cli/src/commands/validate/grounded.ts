import type { Groundedness } from "@switchyard/quality"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { inputLines, writeLine } from "../../lines.ts"

const Passage = Schema.Union([Schema.String, Schema.Struct({ text: Schema.String })])
const Line = Schema.fromJsonString(
  Schema.Struct({ id: Schema.optionalKey(Schema.Json), answer: Schema.String, passages: Schema.Array(Passage) }),
)
const decode = Schema.decodeUnknownOption(Line)
const decodeId = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ id: Schema.Json })))

const wrong = 'no line of the form {"id": …, "answer": "…", "passages": ["…"]}'

type Check = (answer: string, passages: ReadonlyArray<string>) => Groundedness

const withId = (id: unknown) => (id === undefined ? {} : { id })

const answerTo = (check: Check, line: string) => {
  const input = Option.getOrUndefined(decode(line))
  if (input === undefined)
    return { ...withId(Option.getOrUndefined(decodeId(line))?.id), score: 0, claims: [], error: wrong }
  const passages = input.passages.map((passage) => (typeof passage === "string" ? passage : passage.text))
  const { score, claims } = check(input.answer, passages)
  return { ...withId(input.id), score, claims: claims.map(({ text, label, passage }) => ({ text, label, passage })) }
}

const load = () => extension("@switchyard/quality", () => import("@switchyard/quality"))

/** `switchyard validate grounded`: each claim of an answer, compared with the passages that it should rest on. */
export const validateGrounded = Command.make(
  "grounded",
  {
    jsonl: toggle("jsonl", 'Read lines {"id", "answer", "passages"} and answer each with {"id", "score", "claims"}'),
    file: Flag.String("file").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Read this file instead of standard input"),
      Flag.optional,
    ),
    debug: debugFlag,
  },
  ({ jsonl, file }) =>
    action(async () => {
      if (!jsonl) throw new UsageError("answers come with their passages, as lines of JSON: add --jsonl")
      const { groundedness } = await load()
      for await (const { line } of inputLines(Option.getOrUndefined(file)))
        await writeLine(JSON.stringify(answerTo(groundedness, line)))
    }),
).pipe(
  Command.withDescription("Compare each claim of answers with the passages they should rest on; no model, no network"),
  Command.withExamples([
    { command: "switchyard validate grounded --jsonl < answers.jsonl", description: "An answer a line" },
  ]),
)
