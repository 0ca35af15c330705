const id = "msg_benchmark0000000000000000"
const model = "claude-sonnet-4-5-20250929"
const answer =
  "A circuit breaker stops calling a service that keeps failing, waits a while, then lets a few calls through to see whether it has recovered. "

const usage = {
  input_tokens: 42,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 120,
  service_tier: "standard",
}

/** A whole answer of the Messages API. */
export const message = JSON.stringify({
  id,
  type: "message",
  role: "assistant",
  model,
  content: [{ type: "text", text: answer.repeat(4) }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage,
})

const event = (data: { readonly type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`

const start = {
  type: "message_start",
  message: {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
}

/** The events of a streamed answer. */
export const events = (count: number): ReadonlyArray<string> => [
  event(start),
  event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as { type: string }),
  event({ type: "ping" }),
  ...Array.from({ length: count }, (_, i) => {
    const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: ` word${i}` } }
    return event(delta)
  }),
  event({ type: "content_block_stop", index: 0 } as { type: string }),
  event({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage } as { type: string }),
  event({ type: "message_stop" }),
]
