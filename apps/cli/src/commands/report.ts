import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { action } from "../action.ts"
import { UsageError } from "../ExitCode.ts"
import { debugFlag, jsonFlag } from "../flags.ts"
import { note, out, styled } from "../output.ts"
import { printable } from "../printable.ts"
import { reportIncidents } from "./reportIncidents.ts"
import { reportUsage } from "./reportUsage.ts"

const Part = Schema.Struct({
  type: Schema.String,
  text: Schema.optionalKey(Schema.String),
  name: Schema.optionalKey(Schema.String),
  inputText: Schema.optionalKey(Schema.String),
})
const Content = Schema.Union([Schema.String, Schema.Array(Part)])

/** What is shown of a line in the attempts file; fields that a later version adds pass. */
const Attempt = Schema.fromJsonString(
  Schema.Struct({
    at: Schema.String,
    call: Schema.String,
    attempt: Schema.Int,
    candidate: Schema.String,
    ms: Schema.optionalKey(Schema.Finite),
    request: Schema.optionalKey(
      Schema.Union([
        Schema.String,
        Schema.Struct({ messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Content })) }),
      ]),
    ),
    response: Schema.optionalKey(Schema.Struct({ content: Content })),
    error: Schema.optionalKey(Schema.Struct({ reason: Schema.String, message: Schema.String })),
    verdicts: Schema.optionalKey(
      Schema.Array(
        Schema.Struct({
          issues: Schema.Array(
            Schema.Struct({
              validator: Schema.String,
              message: Schema.String,
              suggestion: Schema.optionalKey(Schema.String),
            }),
          ),
        }),
      ),
    ),
    decision: Schema.Struct({
      kind: Schema.String,
      why: Schema.String,
      delayMs: Schema.optionalKey(Schema.Finite),
      candidate: Schema.optionalKey(Schema.String),
      feedback: Schema.optionalKey(Schema.Boolean),
    }),
  }),
)
type Attempt = typeof Attempt.Type
const decode = Schema.decodeUnknownOption(Attempt)

const defaultFile = ".switchyard/attempts.jsonl"

/** The attempts in the file by their call, and how many lines are none. */
const read = async (file: string, only: string | undefined) => {
  const calls = new Map<string, Array<readonly [line: string, attempt: Attempt]>>()
  let others = 0
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const attempt = Option.getOrUndefined(decode(line))
      if (attempt === undefined) others += line.trim() === "" ? 0 : 1
      else if (only === undefined || attempt.call === only) {
        calls.set(attempt.call, [...(calls.get(attempt.call) ?? []), [line, attempt]])
      }
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    const why = code === "ENOENT" ? "there is no such file; @switchyard/retry-staged writes it in debugMode" : code
    throw new UsageError(`cannot read ${file}: ${why}`)
  }
  return { calls, others }
}

const attempts = Command.make(
  "attempts",
  {
    file: Flag.String("file").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("The attempts file"),
      Flag.withDefault(defaultFile),
    ),
    call: Flag.String("call").pipe(Flag.withDescription("Only this call, by its id"), Flag.optional),
    json: jsonFlag,
    debug: debugFlag,
  },
  ({ file, call, json }) =>
    action(async () => {
      const { calls, others } = await read(file, Option.getOrUndefined(call))
      for (const [id, found] of calls) {
        if (!json) out(`${styled("bold", `call ${printable(id)}`)}\n`)
        for (const [line, attempt] of found) out(json ? `${line}\n` : `${describe(attempt).join("\n")}\n`)
      }
      if (others > 0) note(`${others} ${others === 1 ? "line is" : "lines are"} no attempt and left out`)
      if (calls.size === 0) note(`${file} holds no such attempts`)
    }),
).pipe(
  Command.withDescription("Show the attempts that retry-staged wrote down in debug mode"),
  Command.withExamples([
    { command: "switchyard report attempts", description: "What was asked, answered, found wrong and decided" },
  ]),
)

const short = (text: string): string => {
  const line = printable(text)
  return line.length <= 160 ? line : `${line.slice(0, 160)}…`
}

const shown = (content: typeof Content.Type): string => {
  if (typeof content === "string") return short(content)
  const parts = content.map(
    ({ type, text, name, inputText }) => text ?? `[${type}${name === undefined ? "" : ` ${name}(${inputText ?? ""})`}]`,
  )
  return parts.length === 0 ? "nothing" : short(parts.join(" "))
}

const outcome = ({ error, verdicts, decision }: Attempt): string => {
  if (error !== undefined) return `failed: ${error.reason}${verdicts === undefined ? "" : ", rejected"}`
  return decision.kind === "answer" ? "ok" : "rejected"
}

const describe = (attempt: Attempt): ReadonlyArray<string> => {
  const { at, candidate, ms, request, response, error, verdicts = [], decision } = attempt
  const last = typeof request === "object" ? request.messages.at(-1) : undefined
  const { delayMs, kind, why } = decision
  const to = decision.candidate === undefined ? "" : ` at ${decision.candidate}`
  const delay = delayMs === undefined ? "" : ` in ${delayMs} ms`
  const issues = verdicts.flatMap((verdict) => verdict.issues)
  return [
    `  attempt ${attempt.attempt}  ${styled("cyan", printable(candidate))}  ${styled(decision.kind === "answer" ? "green" : "red", printable(outcome(attempt)))}${ms === undefined ? "" : ` in ${ms} ms`}  ${styled("dim", printable(at))}`,
    ...(last === undefined ? [] : [`    asked     ${last.role}: ${shown(last.content)}`]),
    ...(response === undefined ? [] : [`    answered  ${shown(response.content)}`]),
    ...(error === undefined ? [] : [`    error     ${short(error.message)}`]),
    ...issues.map(
      ({ validator, message, suggestion }) =>
        `    issue     ${short(`${validator}: ${message}${suggestion === undefined ? "" : ` (${suggestion})`}`)}`,
    ),
    `    decided   ${short(`${kind}${to}${delay}${decision.feedback === true ? " with feedback" : ""}: ${why}`)}`,
  ]
}

/** What was written down behind calls. */
export const report = Command.make("report").pipe(
  Command.withDescription("Show what was written down behind calls"),
  Command.withExamples([{ command: "switchyard report attempts --json", description: "An attempt a line" }]),
  Command.withSubcommands([attempts, reportIncidents, reportUsage]),
)
