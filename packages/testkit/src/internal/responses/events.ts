import type { ReplyToolCall } from "../../Reply.ts"
import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"
import { fragments, pieces } from "../pieces.ts"
import type { Frame } from "../Transcript.ts"
import {
  annotations,
  asksForEncryptedReasoning,
  functionCallItem,
  imageItem,
  itemId,
  messageItem,
  messageStatus,
  reasoningItem,
  refusalPart,
  textPart,
} from "./items.ts"
import { closedResponse, openResponse } from "./response.ts"

/** One event before it is numbered. */
export interface ResponseEvent {
  readonly kind: Frame["kind"]
  readonly type: string
  readonly fields: JsonObject
}

const event = (kind: Frame["kind"], type: string, fields: JsonObject): ResponseEvent => ({ kind, type, fields })

/** Where a piece belongs: item, position in the output, and part or summary inside the item. */
type Place = JsonObject & { readonly item_id: string; readonly output_index: number }

function* reasoningEvents(exchange: Exchange, reasoning: string, output_index: number): Generator<ResponseEvent> {
  const item = reasoningItem(exchange, reasoning)
  const place: Place = { item_id: item.id, output_index, summary_index: 0 }
  // The opening item carries an unfinished encrypted state: only the one of `output_item.done` may be replayed.
  const early = asksForEncryptedReasoning(exchange) ? { encrypted_content: `gAAAA-${exchange.number}-early` } : {}
  yield event("opening", "response.output_item.added", { output_index, item: { ...item, summary: [], ...early } })
  if (reasoning !== "") {
    const summary = (text: string) => ({ type: "summary_text", text })
    yield event("opening", "response.reasoning_summary_part.added", { ...place, part: summary("") })
    for (const delta of pieces(reasoning, undefined)) {
      yield event("content", "response.reasoning_summary_text.delta", { ...place, delta })
    }
    yield event("closing", "response.reasoning_summary_text.done", { ...place, text: reasoning })
    yield event("closing", "response.reasoning_summary_part.done", { ...place, part: summary(reasoning) })
  }
  yield event("closing", "response.output_item.done", { output_index, item })
}

function* textEvents(exchange: Exchange, text: string, place: Place): Generator<ResponseEvent> {
  const marks = annotations(exchange)
  yield event("opening", "response.content_part.added", { ...place, part: textPart("", []) })
  for (const delta of pieces(text, exchange.reply.chunks)) {
    yield event("content", "response.output_text.delta", { ...place, delta, logprobs: [] })
  }
  for (const [annotation_index, annotation] of marks.entries()) {
    yield event("closing", "response.output_text.annotation.added", { ...place, annotation_index, annotation })
  }
  yield event("closing", "response.output_text.done", { ...place, text, logprobs: [] })
  yield event("closing", "response.content_part.done", { ...place, part: textPart(text, marks) })
}

function* refusalEvents(refusal: string, place: Place): Generator<ResponseEvent> {
  yield event("opening", "response.content_part.added", { ...place, part: refusalPart("") })
  for (const delta of pieces(refusal, undefined)) yield event("content", "response.refusal.delta", { ...place, delta })
  yield event("closing", "response.refusal.done", { ...place, refusal })
  yield event("closing", "response.content_part.done", { ...place, part: refusalPart(refusal) })
}

function* messageEvents(exchange: Exchange, output_index: number): Generator<ResponseEvent> {
  const { text } = exchange
  const { refusal } = exchange.reply
  const place = (content_index: number): Place => ({ item_id: itemId(exchange, "msg"), output_index, content_index })
  const content = [
    ...(text === undefined ? [] : [textPart(text, annotations(exchange))]),
    ...(refusal === undefined ? [] : [refusalPart(refusal)]),
  ]
  yield event("opening", "response.output_item.added", { output_index, item: messageItem(exchange, [], "in_progress") })
  if (text !== undefined) yield* textEvents(exchange, text, place(0))
  if (refusal !== undefined) yield* refusalEvents(refusal, place(content.length - 1))
  const item = messageItem(exchange, content, messageStatus(exchange))
  yield event("closing", "response.output_item.done", { output_index, item })
}

function* imageEvents(
  exchange: Exchange,
  base64: string,
  index: number,
  output_index: number,
): Generator<ResponseEvent> {
  const item = imageItem(exchange, base64, index)
  const place: Place = { item_id: itemId(exchange, "ig", index), output_index }
  const opening = { ...item, status: "in_progress", result: null }
  yield event("opening", "response.output_item.added", { output_index, item: opening })
  yield event("opening", "response.image_generation_call.in_progress", place)
  yield event("opening", "response.image_generation_call.generating", place)
  yield event("closing", "response.image_generation_call.completed", place)
  yield event("content", "response.output_item.done", { output_index, item })
}

function* functionCallEvents(
  exchange: Exchange,
  call: ReplyToolCall,
  index: number,
  output_index: number,
): Generator<ResponseEvent> {
  const item = functionCallItem(exchange, call, index)
  const place: Place = { item_id: itemId(exchange, "fc", index), output_index }
  const opening = { ...item, status: "in_progress", arguments: "" }
  yield event("opening", "response.output_item.added", { output_index, item: opening })
  for (const delta of fragments(call.arguments)) {
    yield event("content", "response.function_call_arguments.delta", { ...place, delta })
  }
  yield event("closing", "response.function_call_arguments.done", { ...place, arguments: call.arguments })
  yield event("closing", "response.output_item.done", { output_index, item })
}

function* outputEvents(exchange: Exchange): Generator<ResponseEvent> {
  const { reply } = exchange
  let output = 0
  if (reply.reasoning !== undefined) yield* reasoningEvents(exchange, reply.reasoning, output++)
  if (exchange.text !== undefined || reply.refusal !== undefined) yield* messageEvents(exchange, output++)
  for (const [index, image] of (reply.images ?? []).entries()) yield* imageEvents(exchange, image, index, output++)
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    yield* functionCallEvents(exchange, call, index, output++)
  }
}

/** Every event of a streamed response, in the vendor's order. */
export function* responseEvents(exchange: Exchange): Generator<ResponseEvent> {
  const open = openResponse(exchange)
  yield event("opening", "response.created", { response: open })
  yield event("opening", "response.in_progress", { response: open })
  if (exchange.reply.unknownFields) yield event("opening", "response.vendor_progress.updated", { stage: "queued" })
  yield* outputEvents(exchange)
  const response = closedResponse(exchange)
  yield event("finish", `response.${String(response.status)}`, { response })
}
