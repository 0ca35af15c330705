import OpenAI from "openai"
import { describe, expect, it } from "vitest"
import { readEvents } from "../src/index.ts"
import { bodyOf, failureOf, json, openTransport, serve, signal } from "./servers.ts"

const prompt = { model: "test-model", messages: [{ role: "user" as const, content: "Hello" }] }
const client = (base: string): OpenAI =>
  new OpenAI({ apiKey: "test-key", baseURL: `${base}/v1`, fetch: openTransport().fetch, maxRetries: 0 })

const completion = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "test-model",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
}

const chunk = (content: string): string =>
  `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }] })}\n\n`

describe("the openai client on the transport", () => {
  it("completes a chat", async () => {
    let seen: unknown
    const base = await serve(async (request, response) => {
      seen = [
        request.method,
        request.url,
        request.headers.authorization,
        JSON.parse((await bodyOf(request)).toString()),
      ]
      response.setHeader("x-request-id", "req_1")
      json(response, completion)
    })
    const answer = await client(base).chat.completions.create(prompt)
    expect(answer).toEqual(completion)
    expect(answer._request_id).toBe("req_1")
    expect(seen).toEqual(["POST", "/v1/chat/completions", "Bearer test-key", prompt])
  })

  it("streams through the SDK's own iterator, also under a caller's signal", async () => {
    const base = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" })
      for (let n = 0; n < 100; n++) response.write(chunk(`word${n} `))
      response.end("data: [DONE]\n\n")
    })
    const { signal: unused } = new AbortController()
    for (const options of [{}, { signal: unused }]) {
      let text = ""
      const stream = await client(base).chat.completions.create({ ...prompt, stream: true }, options)
      for await (const part of stream) text += part.choices[0]?.delta.content ?? ""
      expect(text).toBe(Array.from({ length: 100 }, (_, n) => `word${n} `).join(""))
    }
  })

  it("hands its raw response to readEvents", async () => {
    const base = await serve((_request, response) => response.end(`${chunk("Hi")}data: [DONE]\n\n`))
    const response = await client(base)
      .chat.completions.create({ ...prompt, stream: true })
      .asResponse()
    const events = await readEvents(response).next()
    expect(events?.at(-1)?.data).toBe("[DONE]")
  })

  it("reports an error status as the SDK's error, after one request", async () => {
    let requests = 0
    const base = await serve((_request, response) => {
      requests++
      response.setHeader("retry-after", "7")
      json(response, { error: { message: "Slow down", type: "rate_limit", code: "rate_limited" } }, 429)
    })
    const error = await failureOf(client(base).chat.completions.create(prompt))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error).toMatchObject({ status: 429, code: "rate_limited" })
    expect(error instanceof OpenAI.APIError && error.headers?.get("retry-after")).toBe("7")
    expect(requests).toBe(1)
  })

  it("reports a refused connection with the cause", async () => {
    const error = await failureOf(client("http://127.0.0.1:1").chat.completions.create(prompt))
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError)
    expect(error).toMatchObject({ cause: { code: "ECONNREFUSED" } })
  })

  it("leaving the loop closes the socket within 50 ms", async () => {
    const closed = signal<number>()
    const base = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve(performance.now()))
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write(chunk("first"))
    })
    let since = 0
    for await (const _ of await client(base).chat.completions.create({ ...prompt, stream: true })) {
      since = performance.now()
      break
    }
    expect((await closed.promise) - since).toBeLessThan(50)
  })

  it("the caller's abort in mid-stream closes the socket within 50 ms", async () => {
    const closed = signal<number>()
    const base = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve(performance.now()))
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write(chunk("first"))
    })
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const stream = await client(base).chat.completions.create({ ...prompt, stream: true }, options)
    let since = 0
    for await (const _ of stream) {
      since = performance.now()
      controller.abort()
    }
    expect((await closed.promise) - since).toBeLessThan(50)
  })

  it("the caller's abort reaches a raw response that readEvents reads", async () => {
    const closed = signal<number>()
    const base = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve(performance.now()))
      response.write(chunk("first"))
    })
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const raw = await client(base)
      .chat.completions.create({ ...prompt, stream: true }, options)
      .asResponse()
    const reader = readEvents(raw)
    expect((await reader.next())?.length).toBe(1)
    const pending = failureOf(reader.next())
    const since = performance.now()
    controller.abort()
    expect(await pending).toMatchObject({ name: "AbortError" })
    expect((await closed.promise) - since).toBeLessThan(50)
  })

  it("uploads a file as a form", async () => {
    const seen = signal<string>()
    const base = await serve(async (request, response) => {
      seen.resolve(`${request.headers["content-type"]} ${(await bodyOf(request)).toString()}`)
      json(response, { id: "file-1", object: "file" })
    })
    const file = new File(["one line"], "lines.jsonl")
    expect(await client(base).files.create({ file, purpose: "batch" })).toMatchObject({ id: "file-1" })
    const sent = await seen.promise
    expect(sent).toMatch(/^multipart\/form-data; ?boundary=/)
    expect(sent).toContain("one line")
  })
})
