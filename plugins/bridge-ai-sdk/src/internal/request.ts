import type { JSONSchema7, LanguageModelV4CallOptions } from "@ai-sdk/provider"
import type { LlmRequest, ProviderTool, Tool, ToolChoice, Warning } from "@switchyard/core"
import { type Target, toPrompt } from "./prompt.ts"
import { aiSdkKey, toOptions } from "./providerData.ts"
import type { Gaps } from "./speaker.ts"

/** The options of one call, and what of the request they have no place for. */
export interface Translated {
  readonly options: LanguageModelV4CallOptions
  readonly warnings: ReadonlyArray<Warning>
}

type Options = LanguageModelV4CallOptions
type OfferedTool = NonNullable<Options["tools"]>[number]

/** `id/tool` names of this provider are named as its vendor's package does; `args` are the vendor's own. */
const providerTool = (tool: ProviderTool, target: Target): OfferedTool => {
  const own = `${target.id}.`
  const id = tool.id.startsWith(own) ? `${target.namespace}.${tool.id.slice(own.length)}` : tool.id
  const dot = id.indexOf(".")
  const dotted = (dot < 0 ? `${target.namespace}.${id}` : id) as `${string}.${string}` // one of the two has a dot
  return { type: "provider", id: dotted, name: id.slice(dot + 1), args: { ...tool.args } }
}

const toTool = (tool: Tool, target: Target): OfferedTool => {
  if (tool.type === "provider") return providerTool(tool, target)
  const providerOptions = toOptions(tool.providerData, target)
  const inputExamples = tool.providerData?.[aiSdkKey]?.["inputExamples"]
  return {
    type: "function",
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    inputSchema: tool.inputSchema as JSONSchema7, // JSON Schema is not checked here: the vendor does
    ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    ...(Array.isArray(inputExamples) ? { inputExamples } : {}),
    ...(providerOptions === undefined ? {} : { providerOptions }),
  }
}

const choice = (given: ToolChoice): NonNullable<Options["toolChoice"]> =>
  typeof given === "string" ? { type: given } : { type: "tool", toolName: given.name }

const unsupported = (setting: string, message: string): Warning => ({ type: "unsupported", setting, message })

const warningsOf = (request: LlmRequest, gaps: Gaps): ReadonlyArray<Warning> => {
  const { reasoningEffort, tools = [], toolChoice, output } = request
  const out: Array<Warning> = []
  if (gaps.reasoning && reasoningEffort !== undefined) {
    out.push(
      unsupported(
        "reasoningEffort",
        "models of the AI SDK before specification V4 have no such setting: give the vendor's own in providerData",
      ),
    )
  }
  if (gaps.strictTools && tools.some((tool) => tool.type === "function" && tool.strict !== undefined)) {
    out.push(unsupported("tools", "strict tools are not known to models of the AI SDK's specification V2"))
  }
  if (gaps.strictOutput && output?.type === "json" && output.strict !== undefined) {
    out.push(unsupported("output", "output.strict is not known to models of the AI SDK's specification V2"))
  }
  if (toolChoice !== undefined && tools.length === 0) {
    out.push(unsupported("toolChoice", "toolChoice was left out: the request has no tools"))
  }
  if (gaps.approvals && request.messages.some(({ role, content }) => role === "tool" && hasApproval(content))) {
    out.push(unsupported("messages", "approvals are not known to models of the AI SDK's specification V2"))
  }
  return out
}

const hasApproval = (content: string | ReadonlyArray<{ readonly type: string }>): boolean =>
  typeof content !== "string" && content.some((part) => part.type === "approval-response")

/** Vendors' packages take strictness as an option of their own, of one name. */
const strictly = (
  options: Options["providerOptions"],
  strict: boolean,
  target: Target,
): Options["providerOptions"] => ({
  ...options,
  [target.namespace]: { strictJsonSchema: strict, ...options?.[target.namespace] },
})

const responseFormat = (output: NonNullable<LlmRequest["output"]>): NonNullable<Options["responseFormat"]> =>
  output.type === "text"
    ? { type: "text" }
    : {
        type: "json",
        ...(output.schema === undefined ? {} : { schema: output.schema as JSONSchema7 }), // as for tools
        ...(output.name === undefined ? {} : { name: output.name }),
      }

const settings = [
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "presencePenalty",
  "frequencyPenalty",
  "seed",
] as const satisfies ReadonlyArray<keyof LlmRequest & keyof Options>

/** A request as options of a call. Tags, tenant and policy are the kernel's and are not sent. */
export const toCallOptions = (request: LlmRequest, target: Target, gaps: Gaps): Translated => {
  const options: Options = { prompt: toPrompt(request.messages, target) }
  for (const name of settings) {
    const value = request[name]
    if (value !== undefined) options[name] = value
  }
  const { stop, tools, toolChoice, output, reasoningEffort, headers } = request
  if (stop !== undefined) options.stopSequences = [...stop]
  if (headers !== undefined) options.headers = { ...headers }
  if (reasoningEffort !== undefined && !gaps.reasoning) options.reasoning = reasoningEffort
  if (tools !== undefined && tools.length > 0) {
    options.tools = tools.map((tool) => toTool(tool, target))
    if (toolChoice !== undefined) options.toolChoice = choice(toolChoice)
  }
  let providerOptions = toOptions(request.providerData, target)
  if (output !== undefined) {
    options.responseFormat = responseFormat(output)
    const strict = output.type === "json" ? output.strict : undefined
    if (strict !== undefined && !gaps.strictOutput) providerOptions = strictly(providerOptions, strict, target)
  }
  if (providerOptions !== undefined) options.providerOptions = providerOptions
  return { options, warnings: warningsOf(request, gaps) }
}
