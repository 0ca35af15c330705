import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider"
import type {
  JsonObject,
  LlmRequestInput,
  Output,
  Policy,
  ProviderData,
  Tool,
  ToolChoice,
  Warning,
} from "@switchyard/core"
import { dataOf } from "../content.ts"
import { isObject, plain, plainFields, without } from "../plain.ts"
import { fromOptions, switchyardKey, withAiSdk } from "../providerData.ts"
import { cannotRestart } from "./errors.ts"
import { fromPrompt } from "./prompt.ts"

/** What every call of a model has, unless the call says otherwise in `providerOptions.switchyard`. */
export interface CallSettings {
  readonly policy?: Policy
  readonly tenant?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** A request for the stack, and what of the call it has no place for. */
export interface Read {
  readonly request: LlmRequestInput
  readonly warnings: ReadonlyArray<Warning>
}

const functionTool = (tool: LanguageModelV4FunctionTool): Tool => {
  const data = fromOptions(tool.providerOptions)
  const inputExamples = tool.inputExamples === undefined ? undefined : plain(tool.inputExamples)
  return {
    type: "function",
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    inputSchema: plainFields(tool.inputSchema) ?? {},
    ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    ...dataOf(inputExamples === undefined ? data : withAiSdk(data, { inputExamples })),
  }
}

const toTool = (tool: NonNullable<LanguageModelV4CallOptions["tools"]>[number]): Tool => {
  if (tool.type === "function") return functionTool(tool)
  const args = plainFields(tool.args)
  return { type: "provider", id: tool.id, ...(args === undefined ? {} : { args }) }
}

const choice = (given: NonNullable<LanguageModelV4CallOptions["toolChoice"]>): ToolChoice =>
  given.type === "tool" ? { type: "tool", name: given.toolName } : given.type

/** A description of the output has no field of its own: the schema says it. */
const outputOf = (format: NonNullable<LanguageModelV4CallOptions["responseFormat"]>, strict: unknown): Output => {
  if (format.type === "text") return { type: "text" }
  const schema = plainFields(format.schema)
  const described: JsonObject | undefined =
    format.description === undefined || schema === undefined ? schema : { description: format.description, ...schema }
  return {
    type: "json",
    ...(described === undefined ? {} : { schema: described }),
    ...(format.name === undefined ? {} : { name: format.name }),
    ...(typeof strict === "boolean" ? { strict } : {}),
  }
}

const headersOf = (given: LanguageModelV4CallOptions["headers"]): Record<string, string> | undefined => {
  if (given === undefined) return undefined
  const headers: Record<string, string> = {}
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (value !== undefined) headers[name] = value
  }
  return headers
}

const own = (data: JsonObject | undefined, settings: CallSettings): CallSettings => {
  const { policy = settings.policy, tenant = settings.tenant, tags = settings.tags } = data ?? {}
  const given = {
    ...(policy === undefined ? {} : { policy }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(tags === undefined ? {} : { tags }),
  }
  return given as CallSettings // the kernel checks each field and names the one that is wrong
}

/** The options of a call without those that are fields of a request. */
const vendorsData = (all: ProviderData): ProviderData | undefined => {
  const notes = all[switchyardKey]
  if (notes === undefined) return all
  const left = without(notes, "policy", "tenant", "tags", "strictJsonSchema")
  const others = without(all, switchyardKey)
  const data: ProviderData = Object.keys(left).length > 0 ? { ...others, [switchyardKey]: left } : others
  return Object.keys(data).length > 0 ? data : undefined
}

const warningsOf = ({ reasoning, tools = [] }: LanguageModelV4CallOptions): ReadonlyArray<Warning> => {
  const out: Array<Warning> = []
  if (reasoning === "max") {
    const message = `the reasoning effort "max" is asked for as "xhigh", the highest that Switchyard knows`
    out.push({ type: "compatibility", setting: "reasoningEffort", message })
  }
  for (const tool of tools) {
    if (tool.type !== "provider" || tool.name === tool.id.slice(tool.id.indexOf(".") + 1)) continue
    const message = `the tool "${tool.name}" is called by its vendor's name, ${tool.id}`
    out.push({ type: "compatibility", setting: "tools", message })
  }
  return out
}

/** The options of a call as a request to `model`. Throws `LlmError` for a stream contract that cannot be kept. */
export const fromCallOptions = (options: LanguageModelV4CallOptions, model: string, settings: CallSettings): Read => {
  const all = fromOptions(options.providerOptions)
  const notes = all?.[switchyardKey]
  const providerData = all === undefined ? undefined : vendorsData(all)
  const called = own(notes, settings)
  if (isObject(called.policy) && called.policy.stream === "restart") throw cannotRestart()
  const { tools, toolChoice, responseFormat, reasoning } = options
  const offered = tools === undefined || tools.length === 0 ? undefined : tools
  const request: LlmRequestInput = {
    model,
    messages: fromPrompt(options.prompt),
    tools: offered?.map(toTool),
    toolChoice: toolChoice === undefined || offered === undefined ? undefined : choice(toolChoice),
    output: responseFormat === undefined ? undefined : outputOf(responseFormat, notes?.["strictJsonSchema"]),
    maxOutputTokens: options.maxOutputTokens,
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK,
    presencePenalty: options.presencePenalty,
    frequencyPenalty: options.frequencyPenalty,
    seed: options.seed,
    stop: options.stopSequences,
    reasoningEffort:
      reasoning === undefined || reasoning === "provider-default"
        ? undefined
        : reasoning === "max"
          ? "xhigh"
          : reasoning,
    headers: headersOf(options.headers),
    providerData,
    policy: called.policy,
    tenant: called.tenant,
    tags: called.tags,
  }
  return { request, warnings: warningsOf(options) }
}
