import type { Exchange } from "../Exchange.ts"
import { isJsonObject, type JsonObject } from "../Json.ts"
import { fragments, pieces } from "../pieces.ts"
import type { Frame, Transcript } from "../Transcript.ts"
import { chatAnnotations, chatId, chatImages, chatUsage, unknownChatFields } from "./message.ts"

type ChunkFrame = { readonly kind: Frame["kind"]; readonly chunk: JsonObject }

const data = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`

const wantsUsage = (exchange: Exchange): boolean =>
  isJsonObject(exchange.request.stream_options) && exchange.request.stream_options.include_usage === true

const envelope = (exchange: Exchange, choices: ReadonlyArray<JsonObject>): JsonObject => ({
  id: chatId(exchange),
  object: "chat.completion.chunk",
  created: exchange.created,
  model: exchange.model,
  service_tier: "default",
  system_fingerprint: "fp_test",
  choices,
  // Asked for usage, the vendor sends `null` on every chunk but the last.
  ...(wantsUsage(exchange) ? { usage: null } : {}),
  ...unknownChatFields(exchange.reply),
})

const delta = (exchange: Exchange, fields: JsonObject, finish: string | null = null): JsonObject =>
  envelope(exchange, [
    { index: 0, delta: { ...fields, ...unknownChatFields(exchange.reply) }, logprobs: null, finish_reason: finish },
  ])

function* toolCallDeltas(exchange: Exchange): Generator<ChunkFrame> {
  for (const [index, call] of (exchange.reply.toolCalls ?? []).entries()) {
    const head = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }
    yield { kind: "opening", chunk: delta(exchange, { tool_calls: [head] }) }
    for (const fragment of fragments(call.arguments)) {
      const part = { index, function: { arguments: fragment } }
      yield { kind: "content", chunk: delta(exchange, { tool_calls: [part] }) }
    }
  }
}

function* chunks(exchange: Exchange): Generator<ChunkFrame> {
  const { reply } = exchange
  yield { kind: "opening", chunk: delta(exchange, { role: "assistant", content: "", refusal: null }) }
  if (reply.unknownFields) {
    yield { kind: "opening", chunk: { ...envelope(exchange, []), object: "vendor.progress", stage: "queued" } }
  }
  for (const piece of pieces(reply.reasoning ?? "", undefined)) {
    yield { kind: "content", chunk: delta(exchange, { reasoning_content: piece }) }
  }
  for (const piece of pieces(exchange.text ?? "", reply.chunks)) {
    yield { kind: "content", chunk: delta(exchange, { content: piece }) }
  }
  for (const piece of pieces(reply.refusal ?? "", undefined)) {
    yield { kind: "content", chunk: delta(exchange, { refusal: piece }) }
  }
  yield* toolCallDeltas(exchange)
  if (reply.images) yield { kind: "content", chunk: delta(exchange, { images: chatImages(reply) }) }
  if (reply.citations) yield { kind: "closing", chunk: delta(exchange, { annotations: chatAnnotations(exchange) }) }
  yield { kind: "finish", chunk: delta(exchange, {}, exchange.finish) }
  if (exchange.usage && wantsUsage(exchange)) {
    yield { kind: "closing", chunk: { ...envelope(exchange, []), usage: chatUsage(exchange.usage) } }
  }
}

const keepAlive: Frame = { kind: "opening", text: ": vendor keep-alive\n\n" }

/** A streamed chat completion: deltas, the finish reason, usage if asked for, `[DONE]`. */
export const chatStream = (exchange: Exchange): Transcript => ({
  contentType: "text/event-stream; charset=utf-8",
  streamed: true,
  frames: [
    ...(exchange.reply.unknownFields ? [keepAlive] : []),
    ...Array.from(chunks(exchange), ({ kind, chunk }): Frame => ({ kind, text: data(chunk) })),
    { kind: "terminator", text: "data: [DONE]\n\n" },
  ],
  error: (error) => data({ error }),
  failed: (error) => data({ ...delta(exchange, { content: "" }, "error"), error }),
})
