import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"
import type { Frame, Transcript } from "../Transcript.ts"
import { blocksOf } from "./blocks.ts"
import { envelope, errorBody, stopOf, unknownFields, usageOf } from "./message.ts"

const frame = (kind: Frame["kind"], type: string, fields: JsonObject): Frame => ({
  kind,
  text: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`,
})

function* blockFrames(exchange: Exchange): Generator<Frame> {
  const extra = unknownFields(exchange.reply)
  for (const [index, { opening, content, closing }] of blocksOf(exchange).entries()) {
    const delta = (fields: JsonObject) => ({ index, delta: fields, ...extra })
    yield frame("opening", "content_block_start", { index, content_block: { ...opening, ...extra } })
    if (index === 0) yield frame("opening", "ping", {})
    for (const fields of content) {
      // The empty piece before a tool's input is no content.
      yield frame(fields.partial_json === "" ? "opening" : "content", "content_block_delta", delta(fields))
    }
    for (const fields of closing) yield frame("closing", "content_block_delta", delta(fields))
    yield frame("closing", "content_block_stop", { index })
  }
}

function* frames(exchange: Exchange): Generator<Frame> {
  const { reply, usage } = exchange
  const started = usage ? { usage: { ...usageOf(usage), output_tokens: Math.min(1, usage.output) } } : {}
  const open = envelope(exchange, { stop_reason: null, stop_sequence: null, stop_details: null, ...started })
  yield frame("opening", "message_start", { message: open })
  if (reply.unknownFields) {
    yield { kind: "opening", text: ": vendor keep-alive\n\n" }
    yield frame("opening", "vendor_progress", { stage: "queued" })
  }
  yield* blockFrames(exchange)
  yield frame("finish", "message_delta", {
    delta: { container: null, ...stopOf(exchange) },
    ...(usage ? { usage: usageOf(usage) } : {}),
    ...unknownFields(reply),
  })
  yield frame("terminator", "message_stop", {})
}

/** A streamed message: named events, without numbers. */
export const messageStream = (exchange: Exchange): Transcript => {
  const failed = errorBody(`req_${exchange.number}`)
  const error: Transcript["failed"] = (what) => frame("closing", "error", failed(what)).text
  return {
    contentType: "text/event-stream; charset=utf-8",
    streamed: true,
    frames: [...frames(exchange)],
    error,
    failed: error,
  }
}
