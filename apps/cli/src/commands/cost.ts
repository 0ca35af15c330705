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
import { answerLines, type Fields, LineError } from "../lineAnswers.ts"

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
      await answerLines(form, (fields) => answerLine(catalogue, plugin.parseUsage, fields, atMs))
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

const form = '{"id": …, "model": …, "usage": {…}}'

/** A price that is not known is an answer, and not an error of the line. */
const answerLine = (catalogue: PriceCatalogue, parseUsage: ParseUsage, fields: Fields, now: number) => {
  const { at, batch, model } = fields
  if (typeof model !== "string" || model === "") throw new LineError(`the line has no "model", a text`)
  const atMs = at === undefined ? now : typeof at === "string" ? Date.parse(at) : Number.NaN
  if (Number.isNaN(atMs)) throw new LineError(`"at" is no date: write one such as "2026-10-01"`)
  if (fields["usage"] === undefined) throw new LineError(`the line has no "usage", an object`)
  const usage = parseUsage(fields["usage"])
  if (typeof usage === "string") throw new LineError(usage)
  const result = catalogue.cost(model, usage, { atMs, batch: batch === true })
  return result.usd === undefined ? { usd: null, unknown: result.unknown } : { usd: result.usd }
}
