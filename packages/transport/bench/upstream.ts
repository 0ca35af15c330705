/** A local upstream with canned answers, run as its own process: prints its port, then serves until it is ended. */
import { createServer } from "node:http"

const delta = (n: number): string =>
  `data: ${JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "bench-model",
    system_fingerprint: "fp_bench",
    choices: [{ index: 0, delta: { content: `word${n} ` }, logprobs: null, finish_reason: null }],
    usage: null,
  })}\n\n`

const answer = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "bench-model",
  choices: [{ index: 0, message: { role: "assistant", content: "word ".repeat(160) }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 160, total_tokens: 170 },
})

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    const chunks = Number(/\/s(\d+)\//.exec(request.url ?? "")?.[1] ?? 0)
    response.writeHead(200, { "content-type": chunks > 0 ? "text/event-stream" : "application/json" })
    for (let n = 0; n < chunks; n++) response.write(delta(n))
    response.end(chunks > 0 ? "data: [DONE]\n\n" : answer)
  })
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address === "object" && address !== null) process.stdout.write(`${address.port}\n`)
})
