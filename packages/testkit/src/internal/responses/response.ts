import type { WireError } from "../../errorBodies.ts"
import type { ReplyUsage } from "../../Reply.ts"
import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"
import { outputItems } from "./items.ts"

const usageOf = (usage: ReplyUsage): JsonObject => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cachedInput ?? 0, cache_write_tokens: usage.cacheWrite ?? 0 },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
  total_tokens: usage.input + usage.output,
})

/** Parameters that the vendor echoes, with the values it fills in when they were not sent. */
const echoed = (request: JsonObject): JsonObject => ({
  instructions: request.instructions ?? null,
  max_output_tokens: request.max_output_tokens ?? null,
  metadata: request.metadata ?? {},
  parallel_tool_calls: request.parallel_tool_calls ?? true,
  previous_response_id: request.previous_response_id ?? null,
  reasoning: request.reasoning ?? { effort: null, summary: null },
  store: request.store ?? true,
  temperature: request.temperature ?? 1,
  text: request.text ?? { format: { type: "text" } },
  tool_choice: request.tool_choice ?? "auto",
  tools: request.tools ?? [],
  top_p: request.top_p ?? 1,
  truncation: request.truncation ?? "disabled",
})

const envelope = (exchange: Exchange, status: string, fields: JsonObject): JsonObject => ({
  id: exchange.reply.id ?? `resp_${exchange.number}`,
  object: "response",
  created_at: exchange.created,
  status,
  background: false,
  error: null,
  incomplete_details: null,
  model: exchange.model,
  output: [],
  ...echoed(exchange.request),
  service_tier: "default",
  usage: null,
  ...(exchange.reply.unknownFields ? { x_vendor_trace: { region: "eu-1" }, x_vendor_flag: null } : {}),
  ...fields,
})

/** The response before the model has put anything out: what `response.created` carries. */
export const openResponse = (exchange: Exchange): JsonObject => envelope(exchange, "in_progress", {})

const incompleteReason = { length: "max_output_tokens", content_filter: "content_filter" } as const

/** The whole response: `completed`, or `incomplete` when the reply finishes with `length` or `content_filter`. */
export const closedResponse = (exchange: Exchange): JsonObject => {
  const cut = exchange.finish === "length" || exchange.finish === "content_filter" ? exchange.finish : undefined
  return envelope(exchange, cut ? "incomplete" : "completed", {
    incomplete_details: cut ? { reason: incompleteReason[cut] } : null,
    output: outputItems(exchange),
    usage: exchange.usage ? usageOf(exchange.usage) : null,
    ...(cut ? {} : { completed_at: exchange.created }),
  })
}

export const failedResponse = (exchange: Exchange, error: WireError): JsonObject =>
  envelope(exchange, "failed", { error: { code: error.code ?? "server_error", message: error.message } })
