import type { WireError } from "../../errorBodies.ts"
import type { Reply, ReplyCitation, ReplyToolCall, ReplyUsage } from "../../Reply.ts"
import type { Exchange } from "../Exchange.ts"
import type { JsonObject } from "../Json.ts"

export const chatId = (exchange: Exchange): string => exchange.reply.id ?? `chatcmpl-${exchange.number}`

export const chatUsage = (usage: ReplyUsage): JsonObject => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: {
    cached_tokens: usage.cachedInput ?? 0,
    audio_tokens: 0,
    ...(usage.cacheWrite === undefined ? {} : { cache_write_tokens: usage.cacheWrite }),
  },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning ?? 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

export const chatToolCall = (call: ReplyToolCall): JsonObject => ({
  id: call.id,
  type: "function",
  function: { name: call.name, arguments: call.arguments },
})

const annotation = (citation: ReplyCitation, text: string): JsonObject => ({
  type: "url_citation",
  url_citation: {
    url: citation.url,
    title: citation.title,
    start_index: citation.start ?? 0,
    end_index: citation.end ?? text.length,
  },
})

export const chatAnnotations = (exchange: Exchange): ReadonlyArray<JsonObject> =>
  (exchange.reply.citations ?? []).map((citation) => annotation(citation, exchange.text ?? ""))

/** Images in the message, as aggregators in front of image models send them; OpenAI's own chat wire has none. */
export const chatImages = (reply: Reply): ReadonlyArray<JsonObject> =>
  (reply.images ?? []).map((base64, index) => ({
    type: "image_url",
    index,
    image_url: { url: `data:image/png;base64,${base64}` },
  }))

export const unknownChatFields = (reply: Reply): JsonObject =>
  reply.unknownFields ? { x_vendor_trace: { region: "eu-1", hops: [1, 2] }, x_vendor_flag: null } : {}

const message = (exchange: Exchange): JsonObject => {
  const { reply } = exchange
  return {
    role: "assistant",
    content: exchange.text ?? null,
    refusal: reply.refusal ?? null,
    annotations: chatAnnotations(exchange),
    ...(reply.reasoning === undefined ? {} : { reasoning_content: reply.reasoning }),
    ...(reply.toolCalls ? { tool_calls: reply.toolCalls.map(chatToolCall) } : {}),
    ...(reply.images ? { images: chatImages(reply) } : {}),
    ...unknownChatFields(reply),
  }
}

/** The body of a chat completion that is not streamed. */
export const chatCompletion = (exchange: Exchange): JsonObject => ({
  id: chatId(exchange),
  object: "chat.completion",
  created: exchange.created,
  model: exchange.model,
  choices: [
    {
      index: 0,
      message: message(exchange),
      logprobs: null,
      finish_reason: exchange.finish,
      ...unknownChatFields(exchange.reply),
    },
  ],
  ...(exchange.usage ? { usage: chatUsage(exchange.usage) } : {}),
  service_tier: "default",
  system_fingerprint: "fp_test",
  ...unknownChatFields(exchange.reply),
})

/** The same body for an answer that failed upstream of the server: finish reason `error`, as aggregators send it. */
export const failedChatCompletion = (exchange: Exchange, error: WireError): JsonObject => ({
  id: chatId(exchange),
  object: "chat.completion",
  created: exchange.created,
  model: exchange.model,
  choices: [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: "error", error }],
})
