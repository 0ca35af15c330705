import type { JsonObject } from "@switchyard/core"
import type { AnswerSchema, SchemaExtraction } from "@switchyard/validate-json"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { action } from "../../action.ts"
import { Ended, ExitCode, UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { inputLines, inputText, writeLine } from "../../lines.ts"
import { messageOf } from "../../output.ts"
import { isObject, readSchemaFile } from "../../schemaFile.ts"

const choices = ["auto", "first", "last", "largest", "fits"] as const

interface Settings {
  readonly schema: JsonObject | undefined
  readonly choose: (typeof choices)[number] | undefined
  readonly minScore: number
  readonly repair: boolean
}

interface Issue {
  readonly message: string
  readonly suggestion?: string
  readonly path?: ReadonlyArray<string | number>
  readonly start?: number
}

interface Line {
  readonly ok: boolean
  readonly value: unknown
  readonly score: number
  readonly issues: ReadonlyArray<Issue>
  readonly repaired: boolean
}

type Validate = (text: string, schema: JsonObject | boolean | undefined) => Promise<Line>

/** Gets the JSON out of answers, a line of JSON for each. */
export const validateJson = Command.make(
  "json",
  {
    schema: Flag.String("schema").pipe(
      Flag.withDescription("A file with a JSON Schema that the JSON must follow"),
      Flag.optional,
    ),
    jsonl: toggle("jsonl", "Read lines of JSON, {id, text, schema?}, and answer each with a line"),
    choose: Flag.Literals("choose", choices).pipe(
      Flag.withDescription("Which of several values is taken"),
      Flag.optional,
    ),
    minScore: Flag.Finite("min-score").pipe(
      Flag.withDescription("The score, 0 to 1, below which an answer is not ok"),
      Flag.withDefault(0),
    ),
    strict: toggle("strict", "Repair nothing"),
    debug: debugFlag,
  },
  ({ schema, jsonl, choose, minScore, strict }) =>
    action(async () => {
      if (minScore < 0 || minScore > 1) throw new UsageError(`--min-score is ${minScore}, and must be from 0 to 1`)
      const file = Option.getOrUndefined(schema)
      const settings = {
        schema: file === undefined ? undefined : await readSchemaFile(file),
        choose: Option.getOrUndefined(choose),
        minScore,
        repair: !strict,
      }
      const validate = await validator(settings)
      if (jsonl) return validateLines(validate, settings.schema)
      const line = await validate(await inputText(), settings.schema)
      await writeLine(JSON.stringify(line))
      if (!line.ok) throw new Ended(ExitCode.callFailed)
    }),
).pipe(
  Command.withDescription(
    "Get the JSON out of an answer: found, repaired, checked. Prints {ok, value, score, issues, repaired}; exit code 1 when it is not ok.",
  ),
  Command.withExamples([
    { command: "switchyard validate json < answer.txt", description: "The JSON in a text" },
    { command: "switchyard validate json --schema s.json --jsonl < answers.jsonl", description: "Many, a line each" },
  ]),
)

const validator = async ({ choose, minScore, repair, schema }: Settings): Promise<Validate> => {
  const plugin = await extension("@switchyard/validate-json", () => import("@switchyard/validate-json"))
  const extract = (text: string, given: AnswerSchema | undefined): Promise<SchemaExtraction> => {
    if (given === undefined) {
      const chosen = choose === undefined || choose === "fits" ? {} : { choose }
      return Promise.resolve({ ...plugin.extractJson(text, { repair, ...chosen }), coercions: [], faults: [] })
    }
    const options = { repair, ...(choose === undefined ? {} : { choose }) }
    return Effect.runPromise(plugin.extractWith(text, given, options))
  }
  // A schema that cannot be used is found out before anything is read.
  if (schema !== undefined) await extract("", schema)
  return async (text, given) => toLine(await extract(text, given), minScore)
}

const toLine = (extraction: SchemaExtraction, minScore: number): Line => {
  if (!extraction.found) {
    return { ok: false, value: null, score: 0, issues: [{ message: extraction.message }], repaired: false }
  }
  const { coercions, faults, repairs, score, value } = extraction
  const issues = [
    ...faults,
    ...coercions,
    ...repairs.map(({ message, start }) => ({ message, start })),
    ...(score < minScore ? [{ message: `the score ${score} is below ${minScore}` }] : []),
  ]
  const ok = faults.length === 0 && score >= minScore
  return { ok, value, score, issues, repaired: repairs.length > 0 || coercions.length > 0 }
}

/** One line out for each line in, in order, one at a time. */
const validateLines = async (validate: Validate, schema: JsonObject | undefined): Promise<void> => {
  for await (const { line, tooLong } of inputLines()) {
    const answer = tooLong ? failed(null, "the line is longer than 64 MiB") : await answerLine(line, validate, schema)
    await writeLine(JSON.stringify(answer))
  }
}

const failed = (id: unknown, error: string) => ({
  id,
  ok: false,
  value: null,
  score: 0,
  issues: [{ message: error }],
  repaired: false,
  error,
})

const answerLine = async (line: string, validate: Validate, schema: JsonObject | undefined) => {
  let input: unknown
  try {
    input = JSON.parse(line)
  } catch {
    return failed(null, 'the line is not valid JSON: write {"id": …, "text": …}')
  }
  if (typeof input !== "object" || input === null || !("text" in input) || typeof input.text !== "string")
    return failed(idOf(input), `the line has no "text", a string`)
  const own = "schema" in input ? input.schema : undefined
  if (own !== undefined && typeof own !== "boolean" && !isObject(own))
    return failed(idOf(input), `"schema" is no JSON Schema: it must be an object, true or false`)
  try {
    return { id: idOf(input), ...(await validate(input.text, own ?? schema)) }
  } catch (error) {
    return failed(idOf(input), messageOf(error))
  }
}

const idOf = (input: unknown): unknown =>
  typeof input === "object" && input !== null && "id" in input ? (input.id ?? null) : null
