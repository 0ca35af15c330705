// A process of its own: answers at once with canned bytes over keep-alive connections, so that only the client is measured.
// It speaks Anthropic's wire under /messages and OpenAI's elsewhere.
import { createServer } from "node:http"
import { events, message } from "./anthropic.ts"
import { chunks, completion } from "./openai.ts"

/** `burst-N` comes in one write, `paced-N` one event per turn of the event loop. */
const streams = (make: (count: number) => ReadonlyArray<string>) =>
  new Map([60, 1000].map((count) => [String(count), { paced: make(count), burst: make(count).join("") }]))

const wires = {
  openai: { whole: completion, streams: streams(chunks) },
  anthropic: { whole: message, streams: streams(events) },
}

const server = createServer((request, response) => {
  const wire = request.url?.includes("/messages") === true ? wires.anthropic : wires.openai
  let body = ""
  request.setEncoding("utf8")
  request.on("data", (text: string) => (body += text))
  request.on("end", () => {
    if (!body.includes(`"stream":true`)) {
      const length = Buffer.byteLength(wire.whole)
      response.writeHead(200, { "content-type": "application/json", "content-length": length })
      return response.end(wire.whole)
    }
    response.writeHead(200, { "content-type": "text/event-stream" })
    const [, manner, count = ""] = /"model":"(burst|paced)-(\d+)"/.exec(body) ?? []
    const stream = wire.streams.get(count)
    if (manner === "burst" || stream === undefined) return response.end(stream?.burst)
    let at = 0
    const next = (): void => {
      const text = stream.paced[at++]
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
