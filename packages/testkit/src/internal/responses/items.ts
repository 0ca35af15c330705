import type { ReplyCitation, ReplyToolCall } from "../../Reply.ts"
import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"

export type ReasoningItem = JsonObject & { readonly id: string; readonly summary: ReadonlyArray<JsonObject> }
export type MessagePart = JsonObject & { readonly type: "output_text" | "refusal" }

/** Ids of one answer: `msg_3`, `fc_3_0`. */
export const itemId = (exchange: Exchange, prefix: string, index?: number): string =>
  index === undefined ? `${prefix}_${exchange.number}` : `${prefix}_${exchange.number}_${index}`

export const asksForEncryptedReasoning = (exchange: Exchange): boolean =>
  Array.isArray(exchange.request.include) && exchange.request.include.includes("reasoning.encrypted_content")

export const reasoningItem = (exchange: Exchange, reasoning: string): ReasoningItem => ({
  id: itemId(exchange, "rs"),
  type: "reasoning",
  summary: reasoning === "" ? [] : [{ type: "summary_text", text: reasoning }],
  ...(asksForEncryptedReasoning(exchange)
    ? { encrypted_content: exchange.reply.encryptedReasoning ?? `gAAAA-${exchange.number}-complete` }
    : {}),
})

const annotation = (citation: ReplyCitation, text: string): JsonObject => ({
  type: "url_citation",
  url: citation.url,
  title: citation.title,
  start_index: citation.start ?? 0,
  end_index: citation.end ?? text.length,
})

export const annotations = (exchange: Exchange): ReadonlyArray<JsonObject> =>
  (exchange.reply.citations ?? []).map((citation) => annotation(citation, exchange.text ?? ""))

export const textPart = (text: string, marks: ReadonlyArray<JsonObject>): MessagePart => ({
  type: "output_text",
  text,
  annotations: marks,
  logprobs: [],
})

export const refusalPart = (refusal: string): MessagePart => ({ type: "refusal", refusal })

export const messageItem = (exchange: Exchange, content: ReadonlyArray<JsonObject>, status: string): JsonObject => ({
  id: itemId(exchange, "msg"),
  type: "message",
  status,
  role: "assistant",
  content,
})

export const functionCallItem = (exchange: Exchange, call: ReplyToolCall, index: number): JsonObject => ({
  id: itemId(exchange, "fc", index),
  type: "function_call",
  status: "completed",
  call_id: call.id,
  name: call.name,
  arguments: call.arguments,
})

export const imageItem = (exchange: Exchange, base64: string, index: number): JsonObject => ({
  id: itemId(exchange, "ig", index),
  type: "image_generation_call",
  status: "completed",
  result: base64,
})

/** An answer cut short leaves its message `incomplete`, like the response around it. */
export const messageStatus = (exchange: Exchange): string =>
  exchange.finish === "length" || exchange.finish === "content_filter" ? "incomplete" : "completed"

/** Everything the model put out, in the order in which it is streamed. */
export const outputItems = (exchange: Exchange): ReadonlyArray<JsonObject> => {
  const { reply, text } = exchange
  const content = [
    ...(text === undefined ? [] : [textPart(text, annotations(exchange))]),
    ...(reply.refusal === undefined ? [] : [refusalPart(reply.refusal)]),
  ]
  return [
    ...(reply.reasoning === undefined ? [] : [reasoningItem(exchange, reply.reasoning)]),
    ...(content.length === 0 ? [] : [messageItem(exchange, content, messageStatus(exchange))]),
    ...(reply.images ?? []).map((base64, index) => imageItem(exchange, base64, index)),
    ...(reply.toolCalls ?? []).map((call, index) => functionCallItem(exchange, call, index)),
  ]
}
