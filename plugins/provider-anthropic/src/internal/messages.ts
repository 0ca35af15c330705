import type {
  CacheControlEphemeral,
  ContentBlockParam,
  MessageParam,
  TextBlockParam,
  TextCitationParam,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages/messages"
import type { AssistantMessage, JsonObject, LlmRequest, Message, Part, ToolResultPart } from "@switchyard/core"
import { defined, isWire, object, string, type Warnings, type Wire } from "@switchyard/transport/provider"
import { CallIds, safe } from "./CallIds.ts"
import { fileBlock } from "./files.ts"
import { isSameModel } from "./models.ts"

/** For whom a conversation is written. */
export interface Reader {
  /** The provider's id, under which its data stands in `providerData`. */
  readonly provider: string
  readonly model: string
  readonly warnings: Warnings
}

interface Writer extends Reader {
  readonly ids: CallIds
}

export interface Conversation {
  readonly system: ReadonlyArray<TextBlockParam>
  readonly messages: ReadonlyArray<MessageParam>
}

interface Turn {
  readonly role: "user" | "assistant"
  content: Array<ContentBlockParam>
}

type Data = JsonObject | undefined

/** The API refuses text of nothing but blanks. */
const isBlank = (text: string): boolean => text.trim() === ""

const cached = (data: Data): Pick<TextBlockParam, "cache_control"> => {
  const control = data?.["cache_control"]
  return control === undefined ? {} : { cache_control: control as unknown as CacheControlEphemeral } // theirs
}

/** The conversation as the API wants it: system prompts apart, turns that alternate, tool results first in theirs. */
export const conversationOf = ({ messages }: LlmRequest, reader: Reader): Conversation => {
  const writer: Writer = { ...reader, ids: new CallIds(messages) }
  const system: Array<TextBlockParam> = []
  const turns: Array<Turn> = []
  let late = false
  for (const message of messages) {
    if (message.role === "system") {
      late ||= turns.length > 0
      const data = message.providerData?.[reader.provider]
      if (!isBlank(message.content)) system.push({ type: "text", text: message.content, ...cached(data) })
    } else append(turns, message.role === "assistant" ? "assistant" : "user", blocksOf(message, writer))
  }
  if (late) reader.warnings.all.push(moved(reader.provider))
  for (const turn of turns) if (turn.role === "user") turn.content = resultsFirst(turn.content)
  trimLast(turns)
  return { system, messages: turns }
}

const moved = (provider: string) => ({
  type: "compatibility" as const,
  message: `${provider}: a system message in the middle of the conversation was moved to its top`,
})

const append = (turns: Array<Turn>, role: Turn["role"], blocks: Array<ContentBlockParam>): void => {
  const last = turns.at(-1)
  if (blocks.length === 0) return
  if (last?.role === role) last.content.push(...blocks)
  else turns.push({ role, content: blocks })
}

const resultsFirst = (blocks: Array<ContentBlockParam>): Array<ContentBlockParam> => [
  ...blocks.filter((block) => block.type === "tool_result"),
  ...blocks.filter((block) => block.type !== "tool_result"),
]

/** An answer that is to be continued must not end in blanks. */
const trimLast = (turns: Array<Turn>): void => {
  const last = turns.at(-1)
  const block = last?.role === "assistant" ? last.content.at(-1) : undefined
  if (block?.type === "text") block.text = block.text.trimEnd()
}

const blocksOf = (message: Exclude<Message, { readonly role: "system" }>, reader: Writer): Array<ContentBlockParam> => {
  const blocks = partsOf(message, reader)
  const last = blocks.at(-1)
  // A breakpoint for the whole message stands on its last block.
  if (last !== undefined) Object.assign(last, cached(message.providerData?.[reader.provider]))
  return blocks
}

const partsOf = (message: Exclude<Message, { readonly role: "system" }>, reader: Writer): Array<ContentBlockParam> => {
  switch (message.role) {
    case "assistant":
      return assistantBlocks(message, reader)
    case "tool":
      return message.content.flatMap((part) => (part.type === "tool-result" ? [resultBlock(part, reader)] : []))
    case "user":
      return message.content.flatMap((part): Array<ContentBlockParam> => {
        if (part.type === "file") return [fileBlock(part, reader.provider)]
        if (isBlank(part.text)) return []
        return [{ type: "text", text: part.text, ...cached(part.providerData?.[reader.provider]) }]
      })
  }
}

/**
 * Blocks in the order of the answer. What only this provider understands goes back to it unchanged; thinking only to the
 * model that thought it, since signatures are bound to it.
 */
const assistantBlocks = (message: AssistantMessage, reader: Writer): Array<ContentBlockParam> => {
  const own = message.origin?.provider === reader.provider
  const sameModel = own && isSameModel(message.origin?.model ?? "", reader.model)
  const blocks: Array<ContentBlockParam> = []
  for (const part of message.content) {
    const data = part.providerData?.[reader.provider]
    if (part.type === "file") reader.warnings.lost("files in an assistant message")
    else if (part.type === "reasoning" && sameModel) blocks.push(...thinkingBlocks(part.text, data))
    else if (part.type === "source" && own) cite(blocks.at(-1), data)
    else blocks.push(...plainBlocks(part, data, own, reader.ids))
  }
  return blocks
}

const plainBlocks = (part: Part, data: Data, own: boolean, ids: CallIds): ReadonlyArray<ContentBlockParam> => {
  if (part.type === "text") return isBlank(part.text) ? [] : [{ type: "text", text: part.text, ...cached(data) }]
  if (part.type === "tool-call" && part.providerExecuted !== true) {
    const { name, inputText } = part
    const extra = defined({ caller: data?.["caller"], toolset_name: data?.["toolset_name"] }) as object // as they came
    return [
      {
        type: "tool_use",
        id: ids.ofCall(part),
        name: safe(name),
        input: inputOf(inputText),
        ...extra,
        ...cached(data),
      },
    ]
  }
  // What a server tool was asked and found, and whatever else only this vendor knows.
  const block = part.type === "custom" && own ? data?.["block"] : undefined
  return isWire(block) ? [{ ...block } as unknown as ContentBlockParam] : [] // as it came
}

/** Input that is no JSON object goes into the wrapper that the vendor documents ("Fine-grained tool streaming"). */
const inputOf = (text: string): Wire => {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text)
    if (isWire(value)) return value
  } catch {
    // Not JSON: wrapped below.
  }
  return { INVALID_JSON: text }
}

const thinkingBlocks = (thinking: string, data: Data): ReadonlyArray<ContentBlockParam> => {
  const redacted = string(data?.["redactedData"])
  if (redacted !== undefined) return [{ type: "redacted_thinking", data: redacted }]
  const signature = string(data?.["signature"])
  return signature === undefined ? [] : [{ type: "thinking", thinking, signature }]
}

/** A citation goes back with the text that it supports. */
const cite = (block: ContentBlockParam | undefined, data: Data): void => {
  const citation = data?.["citation"]
  if (block?.type !== "text" || !isWire(citation)) return
  // The only field of an answer's citation that a request's does not have.
  const { file_id: _, ...rest } = citation
  block.citations = [...(block.citations ?? []), rest as unknown as TextCitationParam] // as it came
}

const resultBlock = (part: ToolResultPart, { provider, ids }: Writer): ToolResultBlockParam => {
  const extra = object(part.providerData?.[provider]) as Partial<ToolResultBlockParam> // theirs
  return { type: "tool_result", tool_use_id: ids.ofResult(part), ...outputOf(part, provider), ...extra }
}

type ResultContent = Exclude<NonNullable<ToolResultBlockParam["content"]>, string>[number]

const outputOf = ({ output }: ToolResultPart, provider: string): Pick<ToolResultBlockParam, "content" | "is_error"> => {
  switch (output.type) {
    case "text":
      return { content: output.value }
    case "json":
      return { content: JSON.stringify(output.value) }
    case "error-text":
      return { content: output.value, is_error: true }
    case "error-json":
      return { content: JSON.stringify(output.value), is_error: true }
    case "denied":
      return {
        content: `The tool call was denied${output.reason === undefined ? "." : `: ${output.reason}`}`,
        is_error: true,
      }
    case "content":
      return {
        content: output.value.flatMap((part): Array<ResultContent> => {
          if (part.type === "file") return [fileBlock(part, provider)]
          return isBlank(part.text) ? [] : [{ type: "text", text: part.text }]
        }),
      }
  }
}
