import type { Fault } from "./Fault.ts"
import type { RecordedRequest } from "./RecordedRequest.ts"

/** Why the model stopped, in the words of the chat completions wire. */
export type ReplyFinish = "stop" | "length" | "content_filter" | "tool_calls"

/** One function call the model asks for. `arguments` is the exact text on the wire, valid JSON or not. */
export interface ReplyToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** Token counts. `cachedInput` and `cacheWrite` are parts of `input`; `reasoning` is a part of `output`. */
export interface ReplyUsage {
  readonly input: number
  readonly cachedInput?: number
  readonly cacheWrite?: number
  readonly output: number
  readonly reasoning?: number
}

/** A web citation over `text.slice(start, end)`; the whole text when the range is left out. */
export interface ReplyCitation {
  readonly url: string
  readonly title: string
  readonly start?: number
  readonly end?: number
}

/**
 * What the upstream answers to one request, in no vendor's shape: the request decides whether it becomes a chat
 * completion, a response, a message, embeddings or a list of models, streamed or not. Every field has a default, so `{}` is a
 * valid answer, and `{ fault }` is a default answer that goes wrong.
 */
export interface Reply {
  /** Id of the answer. Default: `chatcmpl-1`, `resp_2`, `msg_3` ... counted per upstream. */
  readonly id?: string
  /** Model named in the answer. Default: the one asked for. */
  readonly model?: string
  /** Text of the answer. Default: a nine-word sentence, unless the reply has another kind of content. `""` is empty. */
  readonly text?: string
  /**
   * Chat: `reasoning_content`. Responses: a reasoning item whose summary is this text; `""` gives an empty summary.
   * Messages: a `thinking` block.
   */
  readonly reasoning?: string
  /**
   * Responses: `encrypted_content`, sent when the request includes `reasoning.encrypted_content`. Messages: the `signature`
   * of the thinking block; without `reasoning`, the data of a `redacted_thinking` block.
   */
  readonly encryptedReasoning?: string
  /** The model declines in so many words: `refusal` on OpenAI's wire; on Anthropic's a text, and the stop reason `refusal`. */
  readonly refusal?: string
  readonly toolCalls?: ReadonlyArray<ReplyToolCall>
  /**
   * Generated PNG images, base64. Responses: `image_generation_call` items. Chat: `images`, as aggregators send them.
   * Messages: none, since that wire has no images in answers.
   */
  readonly images?: ReadonlyArray<string>
  readonly citations?: ReadonlyArray<ReplyCitation>
  /** Messages: content blocks sent as they are, after the thinking and before the text: what server tools did. */
  readonly blocks?: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** Default: `tool_calls` when there are tool calls, else `stop`. Responses map the middle two to `incomplete`. */
  readonly finish?: ReplyFinish
  /** Messages: the `stop_reason` itself, such as `pause_turn`. Default: by `finish`. */
  readonly stopReason?: string
  /** Token counts; `null` leaves usage out of the answer. Default: 9 in, 12 out. */
  readonly usage?: ReplyUsage | null
  /** One vector per input. Default: unit vectors derived from the input text, equal for equal texts. */
  readonly embeddings?: ReadonlyArray<ReadonlyArray<number>>
  /** Ids for `GET /v1/models`. Default: the ones given when the upstream was started. */
  readonly models?: ReadonlyArray<string>
  /** Extra response headers, such as `x-ratelimit-remaining-tokens`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Into how many pieces streamed text is cut, or the pieces themselves. Default: one piece per word. */
  readonly chunks?: number | ReadonlyArray<string>
  /** Adds fields, and streamed events, that no documentation lists: a client must let them pass. */
  readonly unknownFields?: boolean
  /** What goes wrong with this answer. */
  readonly fault?: Fault
}

/** A reply, or a function that makes one from the request it answers. */
export type ReplyScript = Reply | ((request: RecordedRequest) => Reply | Promise<Reply>)
