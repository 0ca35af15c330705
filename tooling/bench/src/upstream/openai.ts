const id = "chatcmpl-benchmark0000000000000000"
const answer =
  "A circuit breaker stops calling a service that keeps failing, waits a while, then lets a few calls through to see whether it has recovered. "

/** A whole answer of Chat Completions. */
export const completion = JSON.stringify({
  id,
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4o-mini-2024-07-18",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: answer.repeat(4), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: 42,
    completion_tokens: 120,
    total_tokens: 162,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  },
  service_tier: "default",
  system_fingerprint: "fp_benchmark",
})

const chunk = (delta: object, finish: string | null, usage: object | null = null) =>
  `data: ${JSON.stringify({
    id,
    object: "chat.completion.chunk",
    created: 1_760_000_000,
    model: "gpt-4o-mini-2024-07-18",
    service_tier: "default",
    system_fingerprint: "fp_benchmark",
    choices: usage === null ? [{ index: 0, delta, logprobs: null, finish_reason: finish }] : [],
    usage,
  })}\n\n`

/** The events of a streamed answer. */
export const chunks = (count: number): ReadonlyArray<string> => [
  chunk({ role: "assistant", content: "", refusal: null }, null),
  ...Array.from({ length: count }, (_, i) => chunk({ content: ` word${i}` }, null)),
  chunk({}, "stop"),
  chunk({}, null, { prompt_tokens: 42, completion_tokens: count, total_tokens: 42 + count }),
  "data: [DONE]\n\n",
]
