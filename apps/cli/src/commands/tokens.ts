import { readFile } from "node:fs/promises"
import { makeRequest } from "@switchyard/core"
import type { Countable, UsageTokenCounter } from "@switchyard/usage"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { action } from "../action.ts"
import { UsageError } from "../ExitCode.ts"
import { extension } from "../extension.ts"
import { debugFlag, toggle } from "../flags.ts"
import { answerLines, type Fields, LineError } from "../lineAnswers.ts"
import { inputText, writeLine } from "../lines.ts"

/** Counts tokens, of a file, of standard input or of many texts a line each; no model is called. */
export const tokens = Command.make(
  "tokens",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("A text file. Without it: standard input"),
      Argument.optional,
    ),
    model: Flag.String("model").pipe(
      Flag.withAlias("m"),
      Flag.withDescription("The model whose tokens are counted: provider/model or the vendor's name"),
    ),
    jsonl: toggle(
      "jsonl",
      "Read lines of JSON, {id, text, model?} or {id, messages, tools?, model?}, and answer each with a line",
    ),
    debug: debugFlag,
  },
  ({ file, jsonl, model }) =>
    action(async () => {
      const path = Option.getOrUndefined(file)
      if (model.trim() === "") throw new UsageError("--model is empty: name a model, such as openai/gpt-5.4")
      if (jsonl && path !== undefined) throw new UsageError("--jsonl reads standard input: leave the file out")
      const plugin = await extension("@switchyard/usage", () => import("@switchyard/usage"))
      const counter = await Effect.runPromise(plugin.makeTokenCounter())
      if (jsonl) return answerLines(form, (fields) => answerLine(counter, fields, model))
      const text = path === undefined ? await inputText() : await textOf(path)
      const { error, exact, method, tokens: count } = await Effect.runPromise(counter.countTokens(text, model))
      await writeLine(JSON.stringify({ tokens: count, exact, method, ...(exact ? {} : { error: rounded(error) }) }))
    }),
).pipe(
  Command.withDescription(
    "Count tokens; no model is called. Prints {tokens, exact, method, error?}: exact for OpenAI's models, else an estimate with its usual relative error.",
  ),
  Command.withExamples([
    { command: "switchyard tokens prompt.txt --model openai/gpt-5.4", description: "The tokens of a file" },
    { command: "switchyard tokens --jsonl --model gpt-4o < texts.jsonl", description: "Many, a line each" },
  ]),
)

const rounded = (error: number): number => Math.round(error * 1000) / 1000

const textOf = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot read ${path}: ${code === "ENOENT" ? "there is no such file" : code}`)
  }
}

const form = '{"id": …, "text": …}'

const answerLine = async (counter: UsageTokenCounter, fields: Fields, fallback: string) => {
  const { model = fallback } = fields
  if (typeof model !== "string" || model.trim() === "") throw new LineError(`"model" is no text`)
  const what = countable(fields, model)
  if (what === undefined) throw new LineError(`the line has no "text", a string, and no "messages"`)
  const { exact, tokens: count } = await Effect.runPromise(counter.countTokens(what, model))
  return { tokens: count, exact }
}

const countable = ({ messages, text, tools }: Fields, model: string): Countable | undefined => {
  if (typeof text === "string") return text
  if (messages === undefined) return undefined
  const input: unknown = { model, messages, tools }
  const request = makeRequest(input as Parameters<typeof makeRequest>[0]) // it checks what it is given
  if ("reason" in request) throw request
  return request
}
