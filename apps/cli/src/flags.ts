import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import type { CallFlags } from "./request.ts"

const optionalText = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** `30`, `30s`, `500ms`, `2m`: in milliseconds. */
const toMs = (text: string): Option.Option<number> => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? []
  const ms = Number(amount) * (units[unit ?? "s"] ?? 1000)
  return ms > 0 ? Option.some(ms) : Option.none()
}

export const configFlag = optionalText("config", "This config file, instead of the nearest switchyard.config.*")
/** A flag that is off unless it is given. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

export const debugFlag = toggle("debug", "Show stack traces and everything known about a failure")
export const jsonFlag = toggle("json", "Print JSON, for programs")

/** What describes a call: shared by `call` and `explain`. */
export const callFlags = {
  prompt: Argument.String("prompt").pipe(
    Argument.withDescription("The prompt. Without it: --file, or standard input"),
    Argument.optional,
  ),
  file: optionalText("file", "Read the prompt from this file").pipe(Flag.withAlias("f")),
  model: Flag.String("model").pipe(
    Flag.withAlias("m"),
    Flag.withDescription("provider/model, a route of the config, or auto"),
    Flag.withDefault("auto"),
  ),
  system: optionalText("system", "Instructions above the conversation"),
  context: Flag.String("context").pipe(
    Flag.withAlias("c"),
    Flag.withDescription("A text file to answer from; may be given several times"),
    Flag.atLeast(0),
  ),
  schema: optionalText("schema", "A file with a JSON Schema that the answer must follow"),
  temperature: Flag.Finite("temperature").pipe(Flag.withDescription("Randomness, usually 0 to 2"), Flag.optional),
  maxTokens: Flag.Int("max-tokens").pipe(
    Flag.withDescription("Most tokens that the answer may have"),
    Flag.filter(
      (count) => count > 0,
      () => "a whole number above 0",
    ),
    Flag.optional,
  ),
  timeout: Flag.String("timeout").pipe(
    Flag.withDescription("Most time for the whole call: 30s, 500ms, 2m"),
    Flag.filterMap(toMs, () => "a time above 0, such as 30s, 500ms or 2m"),
    Flag.optional,
  ),
}

interface Parsed {
  readonly prompt: Option.Option<string>
  readonly file: Option.Option<string>
  readonly model: string
  readonly system: Option.Option<string>
  readonly context: ReadonlyArray<string>
  readonly schema: Option.Option<string>
  readonly temperature: Option.Option<number>
  readonly maxTokens: Option.Option<number>
  readonly timeout: Option.Option<number>
}

/** The parsed flags as plain values. */
export const toCallFlags = (parsed: Parsed): CallFlags => ({
  prompt: Option.getOrUndefined(parsed.prompt),
  file: Option.getOrUndefined(parsed.file),
  model: parsed.model,
  system: Option.getOrUndefined(parsed.system),
  context: parsed.context,
  schema: Option.getOrUndefined(parsed.schema),
  temperature: Option.getOrUndefined(parsed.temperature),
  maxTokens: Option.getOrUndefined(parsed.maxTokens),
  timeout: Option.getOrUndefined(parsed.timeout),
})
