import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolApprovalResponsePart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider"
import type {
  ApprovalResponsePart,
  AssistantMessage,
  FilePart,
  Message,
  Part,
  ProviderData,
  TextPart,
  ToolCallPart,
  ToolOutput,
  ToolResultPart,
} from "@switchyard/core"
import { toFileData } from "./files.ts"
import { plain } from "./plain.ts"
import { aiSdkKey, type Naming, switchyardKey, toOptions, withSwitchyard } from "./providerData.ts"

/** Who is asked: under which names its data goes, and the names that its own answers carry as their origin's model. */
export interface Target extends Naming {
  readonly models: ReadonlyArray<string>
}

type Options = { providerOptions?: SharedV4ProviderOptions }

const optionsOf = (data: ProviderData | undefined, target: Target): Options => {
  const providerOptions = data === undefined ? undefined : toOptions(data, target)
  return providerOptions === undefined ? {} : { providerOptions }
}

const textPart = (part: TextPart, target: Target): LanguageModelV4TextPart => ({
  type: "text",
  text: part.text,
  ...optionsOf(part.providerData, target),
})

const filePart = (part: FilePart, target: Target): LanguageModelV4FilePart => ({
  type: "file",
  ...toFileData(part, target),
  ...(part.filename === undefined ? {} : { filename: part.filename }),
  ...optionsOf(part.providerData, target),
})

/** What a tool is called with, parsed: the AI SDK's prompts have no place for the text. Text that is not JSON stays text. */
const inputOf = (text: string): unknown => {
  if (text.trim() === "") return {}
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const toolCall = (part: ToolCallPart, target: Target): LanguageModelV4ToolCallPart => {
  const input = inputOf(part.inputText)
  const { providerOptions } = optionsOf(part.providerData, target)
  // Another Switchyard behind the bridge gets the exact text; a vendor has no use for it.
  const inexact =
    target.namespace === switchyardKey && (typeof input === "string" || JSON.stringify(input) !== part.inputText)
  const options = inexact ? withSwitchyard(providerOptions, { inputText: part.inputText }) : providerOptions
  return {
    type: "tool-call",
    toolCallId: part.id,
    toolName: part.name,
    input,
    ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
    ...(options === undefined ? {} : { providerOptions: options }),
  }
}

type ContentItem = Extract<LanguageModelV4ToolResultOutput, { readonly type: "content" }>["value"][number]

const contentItem = (part: TextPart | FilePart, target: Target): ContentItem => {
  if (part.type === "file") return filePart(part, target)
  if (part.providerData?.[aiSdkKey]?.["custom"] === true) {
    return { type: "custom", ...optionsOf(part.providerData, target) }
  }
  return textPart(part, target)
}

const outputOf = (output: ToolOutput, target: Target): LanguageModelV4ToolResultOutput => {
  switch (output.type) {
    case "content":
      return { type: "content", value: output.value.map((part) => contentItem(part, target)) }
    case "denied":
      return { type: "execution-denied", ...(output.reason === undefined ? {} : { reason: output.reason }) }
    default:
      return output as LanguageModelV4ToolResultOutput // the same four; JSON is JSON
  }
}

const toolResult = (part: ToolResultPart, target: Target): LanguageModelV4ToolResultPart => ({
  type: "tool-result",
  toolCallId: part.id,
  toolName: part.name,
  output: outputOf(part.output, target),
  ...optionsOf(part.providerData, target),
})

const approval = (part: ApprovalResponsePart, target: Target): LanguageModelV4ToolApprovalResponsePart => ({
  type: "tool-approval-response",
  approvalId: part.id,
  approved: part.approved,
  ...(part.reason === undefined ? {} : { reason: part.reason }),
  ...optionsOf(part.providerData, target),
})

/** A vendor answers with the dated version of the model that was asked: both are one model. */
const undated = (model: string): string => model.replace(/-\d{4}-?\d{2}-?\d{2}$/, "")

const isOwn = ({ origin }: AssistantMessage, target: Target): boolean => {
  if (origin === undefined || origin.provider !== target.id) return false
  // Another Switchyard behind the bridge knows by its own notes which of its models wrote what.
  if (target.namespace === switchyardKey) return true
  const model = undated(origin.model)
  return target.models.some((name) => undated(name) === model)
}

type AssistantContent = Extract<LanguageModelV4Message, { readonly role: "assistant" }>["content"]

/** One part of an answer; `undefined` for what the AI SDK's prompts have no place for. */
const assistantPart = (part: Part, own: boolean, target: Target): AssistantContent[number] | undefined => {
  switch (part.type) {
    case "text":
      return textPart(part, target)
    case "file":
      return filePart(part, target)
    case "tool-call":
      return toolCall(part, target)
    case "tool-result":
      return toolResult(part, target)
    case "reasoning":
      return own ? { type: "reasoning", text: part.text, ...optionsOf(part.providerData, target) } : undefined
    case "custom":
      return own ? custom(part.kind, part.providerData, target) : undefined
    default:
      return undefined
  }
}

/** Kind of the custom parts that hold a file of the model's reasoning: it is no part of the answer. */
export const reasoningFileKind = "ai-sdk.reasoning-file"

const custom = (kind: string, data: ProviderData | undefined, target: Target): AssistantContent[number] | undefined => {
  if (kind === reasoningFileKind) {
    const { mediaType = "", data: base64, url } = data?.[aiSdkKey] ?? {}
    const parsed = typeof url === "string" ? URL.parse(url) : null
    const content =
      parsed === null ? { type: "data" as const, data: String(base64) } : { type: "url" as const, url: parsed }
    return { type: "reasoning-file", mediaType: String(mediaType), data: content, ...optionsOf(data, target) }
  }
  const dotted = kind.includes(".") ? kind : `${switchyardKey}.${kind}`
  return { type: "custom", kind: dotted as `${string}.${string}`, ...optionsOf(data, target) }
}

const assistant = (message: AssistantMessage, target: Target): LanguageModelV4Message => {
  const own = isOwn(message, target)
  const content: AssistantContent = []
  const left: Array<readonly [number, unknown]> = []
  message.content.forEach((part, index) => {
    const sent = assistantPart(part, own, target)
    if (sent !== undefined) content.push(sent)
    else if (part.type === "source" || part.type === "approval-request" || part.type === "approval-response")
      left.push([index, { ...part, providerData: toOptions(part.providerData, target) }])
  })
  const { providerOptions } = optionsOf(message.providerData, target)
  if (left.length === 0 || target.namespace !== switchyardKey) {
    return { role: "assistant", content, ...(providerOptions === undefined ? {} : { providerOptions }) }
  }
  // Another Switchyard behind the bridge gets what the AI SDK's prompts have no place for.
  const options = withSwitchyard(providerOptions, { parts: plain(left) ?? [] })
  return { role: "assistant", content, providerOptions: options }
}

const toMessage = (message: Message, target: Target): LanguageModelV4Message => {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content, ...optionsOf(message.providerData, target) }
    case "user":
      return {
        role: "user",
        content: message.content.map((part) =>
          part.type === "text" ? textPart(part, target) : filePart(part, target),
        ),
        ...optionsOf(message.providerData, target),
      }
    case "assistant":
      return assistant(message, target)
    case "tool":
      return {
        role: "tool",
        content: message.content.map((part) =>
          part.type === "tool-result" ? toolResult(part, target) : approval(part, target),
        ),
        ...optionsOf(message.providerData, target),
      }
  }
}

/**
 * Messages as an AI SDK prompt. Reasoning and custom parts go back to the model that wrote them and to no other; sources and
 * approval requests have no place in a prompt.
 */
export const toPrompt = (messages: ReadonlyArray<Message>, target: Target): LanguageModelV4Prompt =>
  messages.map((message) => toMessage(message, target))
