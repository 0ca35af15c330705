// A process of its own: answers at once with canned bytes over keep-alive connections, so that only the client is measured.
import { createServer } from "node:http"

const id = "chatcmpl-benchmark0000000000000000"
const answer =
  "A circuit breaker stops calling a service that keeps failing, waits a while, then lets a few calls through to see whether it has recovered. "

const completion = JSON.stringify({
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

const chunks = (count: number): ReadonlyArray<string> => [
  chunk({ role: "assistant", content: "", refusal: null }, null),
  ...Array.from({ length: count }, (_, i) => chunk({ content: ` word${i}` }, null)),
  chunk({}, "stop"),
  chunk({}, null, { prompt_tokens: 42, completion_tokens: count, total_tokens: 42 + count }),
  "data: [DONE]\n\n",
]
const bursts = new Map([60, 1000].map((count) => [`burst-${count}`, chunks(count).join("")]))
const paced = new Map([60, 1000].map((count) => [`paced-${count}`, chunks(count)]))

const server = createServer((request, response) => {
  let body = ""
  request.setEncoding("utf8")
  request.on("data", (text: string) => (body += text))
  request.on("end", () => {
    if (!body.includes(`"stream":true`)) {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(completion) })
      return response.end(completion)
    }
    response.writeHead(200, { "content-type": "text/event-stream" })
    const model = /"model":"([^"]*)"/.exec(body)?.[1] ?? ""
    const list = paced.get(model)
    if (list === undefined) return response.end(bursts.get(model))
    let at = 0
    const next = (): void => {
      const text = list[at++]
      if (text === undefined) return void response.end()
      response.write(text)
      setImmediate(next)
    }
    next()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.send?.(server.address()))
process.on("disconnect", () => process.exit(0))
