import type {
  LanguageModelV4CustomPart,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningFilePart,
  LanguageModelV4ToolApprovalResponsePart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider"
import type {
  ApprovalResponsePart,
  AssistantMessage,
  CustomPart,
  FilePart,
  Json,
  JsonObject,
  Message,
  Part,
  ProviderData,
  TextPart,
  ToolCallPart,
  ToolOutput,
  ToolResultPart,
} from "@switchyard/core"
import { dataOf } from "../content.ts"
import { fromFileData } from "../files.ts"
import { isObject, plain, without } from "../plain.ts"
import { reasoningFileKind } from "../prompt.ts"
import { fromOptions, notes, switchyardKey, withAiSdk } from "../providerData.ts"
import { base64Of } from "../v3.ts"
import { wholeMediaType } from "./mediaType.ts"

interface Given {
  readonly providerOptions?: unknown
}

/** The bridge's own notes and the vendors' data, told apart. */
const read = (given: Given): { readonly data: ProviderData | undefined; readonly own: JsonObject | undefined } => {
  if (given.providerOptions === undefined) return { data: undefined, own: undefined }
  const all = fromOptions(given.providerOptions)
  const own = all?.[switchyardKey]
  if (all === undefined || own === undefined) return { data: all, own }
  const left = without(own, ...notes)
  const others = without(all, switchyardKey)
  const data: ProviderData = Object.keys(left).length > 0 ? { ...others, [switchyardKey]: left } : others
  return { data: Object.keys(data).length > 0 ? data : undefined, own }
}

const textPart = (part: Given & { readonly text: string }): TextPart => ({
  type: "text",
  text: part.text,
  ...dataOf(read(part).data),
})

const filePart = (part: Omit<LanguageModelV4FilePart, "type">): FilePart => {
  const { data } = read(part)
  const { source, extra } = fromFileData(part.data)
  return {
    type: "file",
    mediaType: wholeMediaType(part.mediaType, part.data.type === "data" ? part.data.data : undefined),
    source,
    ...(part.filename === undefined ? {} : { filename: part.filename }),
    ...dataOf(extra === undefined ? data : withAiSdk(data, extra)),
  }
}

/** The text that a model wrote, if it is known and still says what the input says. */
const inputText = (input: unknown, exact: Json | undefined): string => {
  const written = JSON.stringify(input) ?? "{}"
  const text = typeof input === "string" ? input : written
  if (typeof exact !== "string") return text
  try {
    return JSON.stringify(JSON.parse(exact)) === written ? exact : text
  } catch {
    // Not JSON: the AI SDK replaces such input by an empty object, or hands it on as text.
    return written === "{}" ? exact : text
  }
}

const toolCall = (part: LanguageModelV4ToolCallPart): ToolCallPart => {
  const { data, own } = read(part)
  return {
    type: "tool-call",
    id: part.toolCallId,
    name: part.toolName,
    inputText: inputText(part.input, own?.["inputText"]),
    ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
    ...dataOf(data),
  }
}

type Content = Extract<LanguageModelV4ToolResultOutput, { readonly type: "content" }>["value"][number]

const contentItem = (item: Content): TextPart | FilePart => {
  if (item.type === "text") return textPart(item)
  if (item.type === "file") return filePart(item)
  return { type: "text", text: "", providerData: withAiSdk(read(item).data, { custom: true }) }
}

const outputOf = (output: LanguageModelV4ToolResultOutput): ToolOutput => {
  switch (output.type) {
    case "content":
      return { type: "content", value: output.value.map(contentItem) }
    case "execution-denied":
      return { type: "denied", ...(output.reason === undefined ? {} : { reason: output.reason }) }
    case "json":
    case "error-json":
      return { type: output.type, value: plain(output.value) ?? null }
    default:
      return { type: output.type, value: output.value }
  }
}

const toolResult = (part: LanguageModelV4ToolResultPart, providerExecuted: boolean): ToolResultPart => {
  const { output } = part
  // Options of the output are the part's: vendors read them there.
  const options = "providerOptions" in output ? { ...output.providerOptions, ...part.providerOptions } : undefined
  return {
    type: "tool-result",
    id: part.toolCallId,
    name: part.toolName,
    output: outputOf(output),
    ...(providerExecuted ? { providerExecuted } : {}),
    ...dataOf(read(options === undefined ? part : { providerOptions: options }).data),
  }
}

const approval = (part: LanguageModelV4ToolApprovalResponsePart): ApprovalResponsePart => ({
  type: "approval-response",
  id: part.approvalId,
  approved: part.approved,
  ...(part.reason === undefined ? {} : { reason: part.reason }),
  ...dataOf(read(part).data),
})

const reasoningFile = (part: LanguageModelV4ReasoningFilePart): CustomPart => {
  const content =
    part.data.type === "url" ? { url: part.data.originalUrl ?? part.data.url.href } : { data: base64Of(part.data.data) }
  const data = withAiSdk(read(part).data, { mediaType: part.mediaType, ...content })
  return { type: "custom", kind: reasoningFileKind, providerData: data }
}

/** Kinds of the bridge's own have no dot in Switchyard; a file that the AI SDK has no place for comes back as one. */
const custom = (part: LanguageModelV4CustomPart): Part => {
  const { data, own } = read(part)
  const file = own?.["file"]
  if (part.kind === `${switchyardKey}.file` && isObject(file)) {
    return { ...(file as unknown as FilePart), ...dataOf(data) } // the kernel checks it
  }
  const prefix = `${switchyardKey}.`
  const kind = part.kind.startsWith(prefix) ? part.kind.slice(prefix.length) : part.kind
  return { type: "custom", kind, ...dataOf(data) }
}

type AssistantPart = Extract<LanguageModelV4Message, { readonly role: "assistant" }>["content"][number]

const assistantPart = (part: AssistantPart): Part => {
  switch (part.type) {
    case "text":
      return textPart(part)
    case "reasoning":
      return { type: "reasoning", text: part.text, ...dataOf(read(part).data) }
    case "file":
      return filePart(part)
    case "reasoning-file":
      return reasoningFile(part)
    case "custom":
      return custom(part)
    case "tool-call":
      return toolCall(part)
    case "tool-result":
      return toolResult(part, true)
  }
}

/** Who wrote the message: noted on its parts when they were handed out. */
const originOf = (content: ReadonlyArray<AssistantPart>): AssistantMessage["origin"] => {
  for (const { providerOptions } of content) {
    const origin: unknown = providerOptions?.[switchyardKey]?.["origin"]
    if (!isObject(origin)) continue
    const { provider, model } = origin
    if (typeof provider === "string" && typeof model === "string") return { provider, model }
  }
  return undefined
}

const assistant = (message: Extract<LanguageModelV4Message, { readonly role: "assistant" }>): AssistantMessage => {
  const { data, own } = read(message)
  const content = message.content.map(assistantPart)
  const left = own?.["parts"]
  if (Array.isArray(left)) {
    for (const each of left) if (Array.isArray(each)) content.splice(Number(each[0]), 0, each[1] as unknown as Part) // the kernel checks it
  }
  const origin = originOf(message.content)
  return { role: "assistant", content, ...(origin === undefined ? {} : { origin }), ...dataOf(data) }
}

const toMessage = (message: LanguageModelV4Message): Message => {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content, ...dataOf(read(message).data) }
    case "user":
      return {
        role: "user",
        content: message.content.map((part) => (part.type === "text" ? textPart(part) : filePart(part))),
        ...dataOf(read(message).data),
      }
    case "assistant":
      return assistant(message)
    case "tool":
      return {
        role: "tool",
        content: message.content.map((part) =>
          part.type === "tool-result" ? toolResult(part, false) : approval(part),
        ),
        ...dataOf(read(message).data),
      }
  }
}

/** An AI SDK prompt as messages. Options of parts and messages become their provider data, key by key. */
export const fromPrompt = (prompt: LanguageModelV4Prompt): ReadonlyArray<Message> => prompt.map(toMessage)
