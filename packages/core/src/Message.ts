import * as Schema from "effect/Schema"
import { ProviderData } from "./Json.ts"
import { ApprovalResponsePart, FilePart, Part, TextPart, ToolResultPart } from "./Part.ts"

const providerData = Schema.optionalKey(ProviderData)

/** Instructions that stand above the conversation. */
export const SystemMessage = Schema.Struct({ role: Schema.Literal("system"), content: Schema.String, providerData })
export interface SystemMessage extends Schema.Schema.Type<typeof SystemMessage> {}

/** What the user says and attaches. */
export const UserMessage = Schema.Struct({
  role: Schema.Literal("user"),
  content: Schema.Array(Schema.Union([TextPart, FilePart])),
  providerData,
})
export interface UserMessage extends Schema.Schema.Type<typeof UserMessage> {}

/** Who wrote an assistant message. Reasoning signatures are replayed to this provider and model only. */
export const Origin = Schema.Struct({ provider: Schema.String, model: Schema.String })
export interface Origin extends Schema.Schema.Type<typeof Origin> {}

/** An earlier answer. */
export const AssistantMessage = Schema.Struct({
  role: Schema.Literal("assistant"),
  content: Schema.Array(Part),
  origin: Schema.optionalKey(Origin),
  providerData,
})
export interface AssistantMessage extends Schema.Schema.Type<typeof AssistantMessage> {}

/** Results of the tool calls in the assistant message before, and people's approvals. */
export const ToolMessage = Schema.Struct({
  role: Schema.Literal("tool"),
  content: Schema.Array(Schema.Union([ToolResultPart, ApprovalResponsePart])),
  providerData,
})
export interface ToolMessage extends Schema.Schema.Type<typeof ToolMessage> {}

/** One turn of a conversation. */
export const Message = Schema.Union([SystemMessage, UserMessage, AssistantMessage, ToolMessage])
export type Message = typeof Message.Type

/** The text parts of a message's or an answer's content, joined. */
export const textOf = (content: string | ReadonlyArray<Part>): string => {
  if (typeof content === "string") return content
  let text = ""
  for (const part of content) if (part.type === "text") text += part.text
  return text
}
