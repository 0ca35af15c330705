import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import type { LlmRequestInput, LlmResponse, Part, StreamPart, Switchyard, SwitchyardConfig } from "switchyard"
import { textOf } from "switchyard"
import { action } from "../action.ts"
import { callFlags, configFlag, debugFlag, jsonFlag, toCallFlags, toggle } from "../flags.ts"
import { isTerminal, note, oneLine, out, styled, traceLines } from "../output.ts"
import { printable } from "../printable.ts"
import { type CallFlags, toRequest } from "../request.ts"
import { type LoadedStack, loadStack } from "../stack.ts"
import { withIndex } from "../retriever.ts"
import { readValidator, validationPlugins, type ValidatorSpec } from "../validators.ts"
import { storeFlag } from "./rag/place.ts"

interface Options {
  readonly stream: boolean | undefined
  readonly json: boolean
  readonly validate: ReadonlyArray<string>
  readonly explain: boolean
  /** Beside those of the config. */
  readonly plugins: SwitchyardConfig["plugins"]
}

/** Asks a model and prints its answer. */
export const call = Command.make(
  "call",
  {
    ...callFlags,
    stream: Flag.Boolean("stream").pipe(
      Flag.withDescription(
        "Print the answer as it comes (the default on a terminal; --no-stream: whole); with --json its parts, one a line",
      ),
      Flag.optional,
    ),
    json: jsonFlag,
    validate: Flag.String("validate").pipe(
      Flag.withDescription(
        "Check the answer and ask again when it is bad: a validator's name, json:SCHEMA.json, or NAME:PARAMS.json; may be given several times",
      ),
      Flag.atLeast(0),
    ),
    rag: Flag.String("rag").pipe(
      Flag.withDescription("Answer from the passages of this index, made with switchyard rag index"),
      Flag.optional,
    ),
    store: storeFlag,
    explain: toggle("explain", "Print every decision of the call to stderr"),
    config: configFlag,
    debug: debugFlag,
  },
  ({ stream, json, validate, rag, store, explain, config, ...flags }) =>
    action((signal) =>
      withIndex(Option.getOrUndefined(rag), store, Option.getOrUndefined(config), signal, (plugins) =>
        runCall(
          toCallFlags(flags),
          { stream: Option.getOrUndefined(stream), json, validate, explain, plugins },
          Option.getOrUndefined(config),
          signal,
        ),
      ),
    ),
).pipe(
  Command.withDescription("Ask a model and print its answer"),
  Command.withExamples([
    {
      command: `switchyard call "What is a circuit breaker?"`,
      description: "Ask; with no config and no key the bundled documentation answers",
    },
    { command: `switchyard call -m openai/gpt-5.4-mini "Say hello"`, description: "Ask a model" },
    { command: `switchyard call -c notes.md -c plan.md "When do we ship?"`, description: "Answer from your own files" },
    { command: `git diff | switchyard call --system "Write a commit message"`, description: "Pipe the prompt in" },
    { command: `switchyard call --validate json:user.json "Describe a user"`, description: "JSON, or asked again" },
    { command: `switchyard call --rag docs "How do I publish a plugin?"`, description: "Answer from an index" },
    { command: `switchyard call --json "Say hello" | jq .usage`, description: "The whole response as JSON" },
  ]),
)

const runCall = async (
  flags: CallFlags,
  options: Options,
  config: string | undefined,
  signal: AbortSignal,
): Promise<void> => {
  const validators = await Promise.all(options.validate.map(readValidator))
  const stack = await loadStack(
    config,
    flags.model,
    validators.length === 0 ? undefined : validationPlugins,
    options.plugins,
  )
  try {
    const embedded = await isEmbedded(stack, flags.model)
    // The passages of an index take the place of the documentation.
    const request = validated(await toRequest(flags, embedded && options.plugins.length === 0), validators)
    const begin = () => embedded && tellEmbedded(stack, flags, options.plugins.length > 0)
    const response = await answer(stack.switchyard, request, options, signal, begin)
    for (const warning of response.warnings)
      if (!embedded || warning.type !== "other") note(`warning: ${warning.message}`)
    if (options.explain) for (const line of [...traceLines(response.route), ...verdictLines(response)]) note(line)
  } finally {
    await stack.switchyard.close()
  }
}

/** Only a whole answer can be judged before it is shown, so a stream is held until then. */
const validated = (request: LlmRequestInput, validators: ReadonlyArray<ValidatorSpec>): LlmRequestInput =>
  validators.length === 0 ? request : { ...request, policy: { ...request.policy, validators, stream: "hold" } }

/** What the validators said of each answer that was rejected, which is what the model was told, and of the last one. */
export const verdictLines = ({ route, verdict }: Pick<LlmResponse, "route" | "verdict">): ReadonlyArray<string> => [
  ...route.attempts.flatMap(({ outcome, verdict: rejected }, index) =>
    outcome === "rejected"
      ? (rejected?.issues ?? []).map((issue) => `rejected  attempt ${index + 1}: ${oneLine(issue.message)}`)
      : [],
  ),
  ...(verdict === undefined
    ? []
    : [
        `verdict   ${verdict.ok ? "ok" : "not ok"}, score ${verdict.score}${verdict.repaired === undefined ? "" : ", repaired"}`,
        ...verdict.issues.map((issue) => `          ${oneLine(issue.message)}`),
      ]),
]

/** Will the extractive provider answer? Then it needs something to extract from. */
export const isEmbedded = async (stack: LoadedStack, model: string): Promise<boolean> => {
  if (stack.path !== undefined) return false
  const { candidates } = await stack.switchyard.explain({ model, prompt: "?" })
  return candidates[0].provider === "extractive"
}

const tellEmbedded = (stack: LoadedStack, flags: CallFlags, indexed: boolean): void => {
  const files = flags.context.length > 0 ? flags.context.join(", ") : "Switchyard's own documentation"
  const from = indexed ? ["the index", ...flags.context].join(", ") : files
  note(`answering with sentences from ${from}, not with a model${stack.hint === undefined ? "" : `; ${stack.hint}`}`)
}

const answer = async (
  switchyard: Switchyard,
  request: LlmRequestInput,
  { stream, json }: Options,
  signal: AbortSignal,
  begin: () => void,
): Promise<LlmResponse> => {
  if (!(stream ?? (isTerminal() && !json))) {
    const response = await switchyard.generate(request, { signal })
    begin()
    out(json ? `${JSON.stringify(response)}\n` : `${textOf(response.content)}\n`)
    if (!json) printSources(response.content)
    return response
  }
  const parts = switchyard.stream(request, { signal })
  try {
    await print(parts, json, begin)
  } catch (error) {
    // What was written of a cut answer stands on a line of its own.
    if (isTerminal() && !json) out("\n")
    throw error
  }
  const response = await parts.response()
  if (!json) {
    out("\n")
    printSources(response.content)
  }
  return response
}

const print = async (parts: AsyncIterable<StreamPart>, json: boolean, begin: () => void): Promise<void> => {
  for await (const part of parts) {
    if (part.type === "stream-start") begin()
    if (json) out(`${JSON.stringify(part)}\n`)
    else if (part.type === "text-delta" || part.type === "text") out(part.text)
    else if (part.type === "restart") out(`\n${styled("dim", "[the answer begins again]")}\n`)
  }
}

/** Where the answer comes from, a line each. */
export const sourceLines = (content: ReadonlyArray<Part>): ReadonlyArray<string> =>
  content.flatMap((part) => {
    if (part.type !== "source") return []
    const { source } = part
    if (source.type === "url")
      return [`[${part.id}] ${source.title === undefined ? "" : `${source.title} `}${source.url}`]
    return [`[${part.id}] ${source.title}${source.line === undefined ? "" : `:${source.line}`}`]
  })

const printSources = (content: ReadonlyArray<Part>): void => {
  const lines = sourceLines(content)
  if (lines.length > 0) out(`\n${lines.map((line) => styled("dim", printable(line))).join("\n")}\n`)
}
