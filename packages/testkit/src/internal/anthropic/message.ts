import type { WireError } from "../../errorBodies.ts"
import type { Reply, ReplyFinish, ReplyUsage } from "../../Reply.ts"
import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"
import { blocksOf } from "./blocks.ts"

const stopReasons: Readonly<Record<ReplyFinish, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  content_filter: "refusal",
  tool_calls: "tool_use",
}

/** Why it ended, in the fields that both the message and `message_delta` have. */
export const stopOf = ({ reply, finish }: Exchange): JsonObject => {
  const reason = reply.stopReason ?? (reply.refusal === undefined ? stopReasons[finish] : "refusal")
  const details = { type: "refusal", category: null, explanation: null }
  return {
    stop_reason: reason,
    stop_sequence: reason === "stop_sequence" ? "END" : null,
    stop_details: reason === "refusal" ? details : null,
  }
}

/** The vendor counts cached tokens beside `input_tokens`, not inside. */
export const usageOf = (usage: ReplyUsage): JsonObject => ({
  input_tokens: Math.max(0, usage.input - (usage.cachedInput ?? 0) - (usage.cacheWrite ?? 0)),
  cache_creation_input_tokens: usage.cacheWrite ?? 0,
  cache_read_input_tokens: usage.cachedInput ?? 0,
  output_tokens: usage.output,
  output_tokens_details: usage.reasoning === undefined ? null : { thinking_tokens: usage.reasoning },
  server_tool_use: null,
})

export const unknownFields = (reply: Reply): JsonObject =>
  reply.unknownFields ? { x_vendor_trace: { region: "eu-1", hops: [1, 2] }, x_vendor_flag: null } : {}

export const envelope = (exchange: Exchange, fields: JsonObject): JsonObject => ({
  id: exchange.reply.id ?? `msg_${exchange.number}`,
  type: "message",
  role: "assistant",
  model: exchange.model,
  content: [],
  container: null,
  diagnostics: null,
  ...unknownFields(exchange.reply),
  ...fields,
})

/** The body of a message that is not streamed. */
export const message = (exchange: Exchange): JsonObject =>
  envelope(exchange, {
    content: blocksOf(exchange).map(({ whole }) => ({ ...whole, ...unknownFields(exchange.reply) })),
    ...stopOf(exchange),
    ...(exchange.usage ? { usage: usageOf(exchange.usage) } : {}),
  })

/** An error where an answer should be: the vendor's envelope. */
export const errorBody =
  (requestId: string) =>
  ({ type, message }: WireError): JsonObject => ({ type: "error", error: { type, message }, request_id: requestId })
