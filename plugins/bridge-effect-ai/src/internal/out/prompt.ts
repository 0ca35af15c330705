import type { AssistantMessage, Json, JsonObject, Message, Origin, Part, ToolMessage } from "@switchyard/core"
import type { Prompt, Tool } from "../ai.ts"
import { fromPromptFile } from "../files.ts"
import { dataOf, fromMetadata, isObject, type Metadata, metadataKey, text } from "../marks.ts"
import { inputTextOf } from "../toolCall.ts"
import { fromResult } from "../toolResult.ts"

/** What a tool is called by its user, as the provider calls it. */
export type Names = Pick<Tool.NameMapper<ReadonlyArray<Tool.Any>>, "getProviderName" | "getCustomName">

/** A conversation of effect/ai as messages of Switchyard. Nothing is lost; what was marked on the way in is read back. */
export const toMessages = (prompt: Prompt.Prompt, names: Names): ReadonlyArray<Message> =>
  prompt.content.map((message): Message => {
    switch (message.role) {
      case "system":
        return { role: "system", content: message.content, ...dataOf(message.options) }
      case "user":
        return { role: "user", content: message.content.map(toUserPart), ...dataOf(message.options) }
      case "assistant":
        return toAssistant(message, names)
      case "tool":
        return {
          role: "tool",
          content: message.content.map((part) => toToolPart(part, names)),
          ...dataOf(message.options),
        }
    }
  })

const toUserPart = (part: Prompt.UserMessagePart) =>
  part.type === "file" ? fromPromptFile(part) : ({ type: "text", text: part.text, ...dataOf(part.options) } as const)

const toAssistant = (message: Prompt.AssistantMessage, names: Names): AssistantMessage => {
  const { providerData, marks } = fromMetadata(message.options)
  const content: Array<Part> = []
  let origin = originOf(marks["origin"])
  for (const part of message.content) {
    origin ??= markedOrigin(part.options)
    content.push(toPart(part, names))
  }
  restore(content, marks["parts"])
  return {
    role: "assistant",
    content,
    ...(origin === undefined ? {} : { origin }),
    ...(providerData === undefined ? {} : { providerData }),
  }
}

export const originOf = (given: Json | undefined): Origin | undefined => {
  if (!isObject(given)) return undefined
  const { provider, model } = given
  return typeof provider === "string" && typeof model === "string" ? { provider, model } : undefined
}

const markedOrigin = (options: Metadata): Origin | undefined => {
  const marks = options[metadataKey]
  return isObject(marks) ? originOf(marks["origin"]) : undefined
}

/** Puts the parts that effect/ai has no name for back in their places. */
const restore = (content: Array<Part>, kept: Json | undefined): void => {
  if (!Array.isArray(kept)) return
  for (const one of kept) {
    if (!isObject(one) || typeof one["at"] !== "number" || !isObject(one["part"])) continue
    // It was a part when it was put there.
    content.splice(one["at"], 0, one["part"] as unknown as Part)
  }
}

const toPart = (part: Prompt.AssistantMessagePart, names: Names): Part => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, text: part.text, ...dataOf(part.options) }
    case "file":
      return fromPromptFile(part)
    case "tool-call": {
      const { providerData, marks } = fromMetadata(part.options)
      return {
        type: "tool-call",
        id: part.id,
        name: names.getProviderName(part.name),
        inputText: inputTextOf(part.params, text(marks["inputText"])),
        ...(part.providerExecuted ? { providerExecuted: true } : {}),
        ...(providerData === undefined ? {} : { providerData }),
      }
    }
    case "tool-result":
      return toToolResult(part, names)
    case "tool-approval-request":
      return { type: "approval-request", id: part.approvalId, toolCallId: part.toolCallId, ...dataOf(part.options) }
  }
}

const toToolPart = (part: Prompt.ToolMessagePart, names: Names): ToolMessage["content"][number] =>
  part.type === "tool-result"
    ? toToolResult(part, names)
    : {
        type: "approval-response",
        id: part.approvalId,
        approved: part.approved,
        ...(part.reason === undefined ? {} : { reason: part.reason }),
        ...dataOf(part.options),
      }

const toToolResult = (part: Prompt.ToolResultPart, names: Names): Extract<Part, { type: "tool-result" }> => {
  const own = part.options[metadataKey]
  const { output, theirs } = fromResult(part, isObject(own) ? own : noMarks)
  const { providerData } = fromMetadata(part.options, theirs)
  return {
    type: "tool-result",
    id: part.id,
    name: names.getProviderName(part.name),
    output,
    ...(part.providerExecuted ? { providerExecuted: true } : {}),
    ...(providerData === undefined ? {} : { providerData }),
  }
}

const noMarks: JsonObject = {}
