import type { WireError } from "../../errorBodies.ts"
import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"
import type { Frame, Transcript } from "../Transcript.ts"
import { responseEvents } from "./events.ts"
import { failedResponse } from "./response.ts"

const frame = (type: string, sequence_number: number, fields: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`

/** Servers nest the error; the published schema has it flat. Clients meet both. */
const errorFields = (error: WireError, shape: "nested" | "flat"): JsonObject =>
  shape === "nested" ? { error } : { code: error.code, message: error.message, param: error.param }

/** A streamed response: named events, numbered from 0. The position of a frame is its sequence number. */
export const responseStream = (exchange: Exchange): Transcript => {
  const extra = exchange.reply.unknownFields ? { x_vendor_trace: "eu-1" } : {}
  const frames = Array.from(responseEvents(exchange), ({ kind, type, fields }, index): Frame => ({
    kind,
    text: frame(type, index, { ...fields, ...extra }),
  }))
  return {
    contentType: "text/event-stream; charset=utf-8",
    streamed: true,
    frames,
    error: (error, position, shape) => frame("error", position, errorFields(error, shape)),
    failed: (error, position) => frame("response.failed", position, { response: failedResponse(exchange, error) }),
  }
}
