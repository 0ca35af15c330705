import type { PriceCatalogue } from "@switchyard/usage"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { action } from "../action.ts"
import { UsageError } from "../ExitCode.ts"
import { extension } from "../extension.ts"
import { debugFlag, toggle } from "../flags.ts"
import { inputLines, writeLine } from "../lines.ts"

/** What calls cost, by the usage that was reported; no network. */
export const cost = Command.make(
  "cost",
  {
    jsonl: toggle(
      "jsonl",
      "Read lines of JSON, {id, model, usage, at?, batch?}, and answer each with a line (the default)",
    ),
    prices: Flag.String("prices").pipe(
      Flag.withDescription(
        `A file with prices: {"prices": {"provider/model": {"input": 1, "output": 2}}}, USD per million`,
      ),
      Flag.optional,
    ),
    at: Flag.String("at").pipe(
      Flag.withDescription("When the calls were made, as 2026-10-01 or 2026-10-01T12:00:00Z. Default: now"),
      Flag.optional,
    ),
    debug: debugFlag,
  },
  ({ at, prices }) =>
    action(async () => {
      const plugin = await extension("@switchyard/usage", () => import("@switchyard/usage"))
      const file = Option.getOrUndefined(prices)
      const options = file === undefined ? {} : { source: { file } }
      const catalogue = await Effect.runPromise(plugin.makePriceCatalogue(options))
      const when = Option.getOrUndefined(at)
      const atMs = when === undefined ? await Effect.runPromise(Clock.currentTimeMillis) : Date.parse(when)
      if (Number.isNaN(atMs)) throw new UsageError(`--at ${when}: write a date such as 2026-10-01`)
      for await (const { line, tooLong } of inputLines()) {
        const answer = tooLong
          ? failed(null, "the line is longer than 64 MiB")
          : answerLine(catalogue, plugin.parseUsage, line, atMs)
        await writeLine(JSON.stringify(answer))
      }
    }),
).pipe(
  Command.withDescription(
    "What calls cost in USD, by their usage as Switchyard, OpenAI, Anthropic, Gemini or the AI SDK report it. A price that is not known is null, never 0.",
  ),
  Command.withExamples([
    {
      command: "switchyard cost --jsonl < usage.jsonl",
      description: "{id, usd} or {id, usd: null, unknown}, a line each",
    },
  ]),
)

type ParseUsage = typeof import("@switchyard/usage").parseUsage

const failed = (id: unknown, error: string) => ({ id, usd: null, unknown: error, error })

const answerLine = (catalogue: PriceCatalogue, parseUsage: ParseUsage, line: string, now: number) => {
  let input: unknown
  try {
    input = JSON.parse(line)
  } catch {
    return failed(null, `the line is not valid JSON: write {"id": …, "model": …, "usage": {…}}`)
  }
  const fields: Readonly<Record<string, unknown>> =
    typeof input === "object" && input !== null ? Object.fromEntries(Object.entries(input)) : {}
  const { at, batch, id = null, model } = fields
  if (typeof model !== "string" || model === "") return failed(id, `the line has no "model", a text`)
  const atMs = at === undefined ? now : typeof at === "string" ? Date.parse(at) : Number.NaN
  if (Number.isNaN(atMs)) return failed(id, `"at" is no date: write one such as "2026-10-01"`)
  if (fields["usage"] === undefined) return failed(id, `the line has no "usage", an object`)
  const usage = parseUsage(fields["usage"])
  if (typeof usage === "string") return failed(id, usage)
  const result = catalogue.cost(model, usage, { atMs, batch: batch === true })
  return result.usd === undefined ? { id, usd: null, unknown: result.unknown } : { id, usd: result.usd }
}
