import { type FunctionTool, type LlmRequest, LlmError, type Tool as OurTool, type Warning } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CallSettings, type Setting, type SettingsCarrier } from "../../CallSettings.ts"
import { type Prompt, Tool } from "../ai.ts"
import { type Target, toPrompt } from "./prompt.ts"

/** What `LanguageModel` is called with. Tool calls come back as they are: whoever asked Switchyard runs the tools. */
export interface CallOptions {
  readonly prompt: Prompt.Prompt
  readonly toolkit?: { readonly tools: Readonly<Record<string, Tool.Any>>; readonly handle: () => Effect.Effect<never> }
  readonly toolChoice?: "auto" | "required" | "none" | { readonly tool: string }
  readonly disableToolCallResolution: true
  readonly toolCallValidation: "deferred"
}

export interface Translated {
  readonly options: CallOptions
  readonly context: Context.Context<never>
  readonly warnings: ReadonlyArray<Warning>
  /** JSON that must be asked for by `generateObject`, since no setting carries it. */
  readonly output: JsonOutput | undefined
}

export type JsonOutput = Extract<LlmRequest["output"], { readonly type: "json" }>

/** A request as a call of effect/ai. Throws `LlmError` for what cannot be asked for at all. */
export const toCall = (request: LlmRequest, target: Target, carrier: SettingsCarrier | undefined): Translated => {
  const warnings: Array<Warning> = []
  const context = toContext(request, target, carrier, warnings)
  const byCarrier = carrier !== undefined && carrier.honours.includes("output")
  const output = byCarrier ? undefined : toOutput(request, target, warnings)
  const options: CallOptions = {
    prompt: toPrompt(request, target),
    disableToolCallResolution: true,
    toolCallValidation: "deferred",
    ...toTools(request, target, warnings),
  }
  return { options, context, warnings, output }
}

const settings: ReadonlyArray<Exclude<Setting, "dimensions" | "output" | "providerData">> = [
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "presencePenalty",
  "frequencyPenalty",
  "seed",
  "stop",
  "reasoningEffort",
  "headers",
]

/** The settings of a call around this one are that call's own: a stack below must not take them for its own. */
const bare = Context.make(CallSettings, {})

export const around = (carrier: SettingsCarrier | undefined, given: CallSettings): Context.Context<never> =>
  carrier === undefined || Object.keys(given).length === 0 ? bare : Context.merge(bare, carrier.context(given))

const toContext = (
  request: LlmRequest,
  { id }: Target,
  carrier: SettingsCarrier | undefined,
  warnings: Array<Warning>,
): Context.Context<never> => {
  const honoured = (setting: Setting): boolean => carrier !== undefined && carrier.honours.includes(setting)
  const given: { -readonly [Field in Setting]?: unknown } = {}
  for (const setting of settings) {
    const value = request[setting]
    if (value === undefined) continue
    if (honoured(setting)) given[setting] = value
    else warnings.push(unsupported(id, setting))
  }
  if (request.output !== undefined && honoured("output")) given.output = request.output
  if (request.providerData !== undefined) {
    if (honoured("providerData")) given.providerData = request.providerData
    else if (request.providerData[id] !== undefined) warnings.push(unsupported(id, "providerData"))
  }
  // Each value is the request's own field of that name.
  return around(carrier, given as CallSettings)
}

const unsupported = (id: string, setting: string, why = "effect/ai has no place for it, and no `settings` carry it") =>
  ({ type: "unsupported", setting, message: `${id}: ${setting} is not honoured: ${why}` }) satisfies Warning

const toOutput = ({ output }: LlmRequest, { id }: Target, warnings: Array<Warning>): JsonOutput | undefined => {
  if (output?.type !== "json") return undefined
  if (output.schema === undefined) {
    warnings.push(unsupported(id, "output", "effect/ai asks for JSON only by a schema, so text is asked for"))
    return undefined
  }
  if (output.strict !== undefined) {
    warnings.push(unsupported(id, "output.strict", "effect/ai leaves to the model's package how strict it is"))
  }
  return output
}

const toTools = (
  { tools = [], toolChoice }: LlmRequest,
  { id }: Target,
  warnings: Array<Warning>,
): Pick<CallOptions, "toolkit" | "toolChoice"> => {
  if (tools.length === 0) {
    if (toolChoice !== undefined) warnings.push(unsupported(id, "toolChoice", "the request has no tools"))
    return {}
  }
  const table: { [name: string]: Tool.Any } = {}
  for (const tool of tools) {
    const made = toTool(tool)
    if (Object.hasOwn(table, made.name)) throw twice(made.name)
    table[made.name] = made
  }
  const toolkit = { tools: table, handle }
  if (toolChoice === undefined) return { toolkit }
  if (typeof toolChoice === "string") return { toolkit, toolChoice }
  return { toolkit, toolChoice: { tool: toolChoice.name } }
}

const handle = () => Effect.die(new Error("tools are not run here"))

const twice = (name: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "tools", message: `two tools are named "${name}"` })

/** effect/ai keeps what it makes of a tool by the tool's identity. */
const known = new WeakMap<OurTool, Tool.Any>()

const toTool = (tool: OurTool): Tool.Any => {
  const seen = known.get(tool)
  if (seen !== undefined) return seen
  const made = tool.type === "function" ? toDynamic(tool) : toProviderDefined(tool)
  known.set(tool, made)
  return made
}

const toDynamic = ({ name, description, inputSchema, strict }: FunctionTool): Tool.Any => {
  const made = Tool.dynamic(name, { parameters: inputSchema, ...(description === undefined ? {} : { description }) })
  return strict === undefined ? made : made.annotate(Tool.Strict, strict)
}

const anything = { args: Schema.Unknown, parameters: Schema.Unknown, success: Schema.Unknown, failure: Schema.Unknown }

/** A tool that the provider runs is known by its id. Its name is what stands after the provider's. */
const toProviderDefined = ({ id, args }: Extract<OurTool, { readonly type: "provider" }>): Tool.Any => {
  const name = id.slice(id.indexOf(".") + 1)
  // An id is `provider.tool`; one that is not is the model's to refuse.
  const dotted = id as `${string}.${string}`
  const make = Tool.providerDefined({ id: dotted, customName: name, providerName: name, ...anything })
  return make(args ?? {}) as unknown as Tool.Any
}
