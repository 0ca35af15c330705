import { once } from "node:events"
import { createServer } from "node:http"
import { inspect } from "node:util"
import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel, type KernelShape } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { openai } from "../src/index.ts"

type Options = Parameters<typeof openai>[0]

/** A server that answers every request with one text, and a kernel that asks it. */
const asking = <A, E>(
  reply: { readonly type: string; readonly body: string; readonly status?: number },
  options: Options,
  use: (kernel: KernelShape) => Effect.Effect<A, E>,
) => {
  const server = createServer((request, response) => {
    request.resume()
    request.on("end", () => response.writeHead(reply.status ?? 200, { "content-type": reply.type }).end(reply.body))
  })
  const listening = Effect.promise(async () => {
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/v1` : ""
  })
  const stopped = Effect.sync(() => {
    server.close()
    server.closeAllConnections()
  })
  return Effect.acquireUseRelease(
    listening,
    (baseURL) => Effect.provide(Kernel.use(use), compose([openai({ apiKey: "sk-odd", baseURL, ...options })])),
    () => stopped,
  )
}

const request = { model: "openai/gpt-5", prompt: "hi" }
const sse = (...events: ReadonlyArray<object>) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")
const streamed = (kernel: KernelShape) => Effect.map(Stream.runCollect(kernel.stream(request)), foldCall)

const message = {
  type: "message",
  id: "m1",
  role: "assistant",
  content: [{ type: "output_text", text: "whole text", annotations: [] }],
}
const call = { type: "function_call", id: "f1", call_id: "c1", name: "look", arguments: `{"a":1}` }
const completed = (...output: ReadonlyArray<object>) => ({
  type: "response.completed",
  response: { id: "r", model: "gpt-5", status: "completed", output },
})
const added = { type: "response.output_item.added", item: { ...call, arguments: "" } }

it.live("responses: a message that only the last event holds is not lost", () =>
  asking({ type: "text/event-stream", body: sse(completed(message)) }, { api: "responses" }, (kernel) =>
    Effect.map(streamed(kernel), ({ content, finish }) => {
      assert.deepStrictEqual(content, [{ type: "text", text: "whole text" }])
      assert.strictEqual(finish.unified, "stop")
    }),
  ),
)

it.live("responses: a message that comes in one piece is not lost, and not doubled by the last event", () =>
  asking(
    { type: "text/event-stream", body: sse({ type: "response.output_item.done", item: message }, completed(message)) },
    { api: "responses" },
    (kernel) =>
      Effect.map(streamed(kernel), ({ content }) =>
        assert.deepStrictEqual(content, [{ type: "text", text: "whole text" }]),
      ),
  ),
)

it.live("responses: a tool call whose end is only in the last event is handed over", () =>
  asking({ type: "text/event-stream", body: sse(added, completed(call)) }, { api: "responses" }, (kernel) =>
    Effect.map(streamed(kernel), ({ content, finish }) => {
      assert.deepStrictEqual(content, [{ type: "tool-call", id: "c1", name: "look", inputText: `{"a":1}` }])
      assert.strictEqual(finish.unified, "tool-calls")
    }),
  ),
)

it.live("responses: a tool call that was announced and never came is no success", () =>
  asking({ type: "text/event-stream", body: sse(added, completed()) }, { api: "responses" }, (kernel) =>
    Effect.map(Effect.flip(streamed(kernel)), ({ reason }) =>
      assert.include(["Truncated", "EmptyResponse"], reason._tag),
    ),
  ),
)

const completion = {
  id: "x",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }],
}

it.live("chat: a server that answers whole though it was asked to stream is read", () =>
  asking({ type: "application/json", body: JSON.stringify(completion) }, {}, (kernel) =>
    Effect.map(streamed(kernel), ({ content }) => assert.deepStrictEqual(content, [{ type: "text", text: "whole" }])),
  ),
)

it.live("chat: an error in JSON under a 200 is that error, also where a stream was asked for", () =>
  asking({ type: "application/json", body: `{"error":{"code":"overloaded","message":"busy"}}` }, {}, (kernel) =>
    Effect.map(Effect.flip(streamed(kernel)), ({ reason }) => assert.strictEqual(reason._tag, "Overloaded")),
  ),
)

it.live("chat: an image and a citation have the same ids, streamed or not", () => {
  const image = { image_url: { url: "data:image/png;base64,AAAA" } }
  const note = { type: "url_citation", url_citation: { url: "https://example.com", title: "T" } }
  const answer = { role: "assistant", content: "see", images: [image], annotations: [note] }
  const whole = {
    type: "application/json",
    body: JSON.stringify({ ...completion, choices: [{ index: 0, message: answer, finish_reason: "stop" }] }),
  }
  const flowing = {
    type: "text/event-stream",
    body: sse({ ...completion, choices: [{ index: 0, delta: answer, finish_reason: "stop" }] }),
  }
  return Effect.gen(function* () {
    const one = yield* asking(whole, {}, (kernel) => kernel.generate(request))
    const two = yield* asking(flowing, {}, streamed)
    assert.deepStrictEqual(two.content, one.content)
  })
})

it.live("secrets in headers and query are redacted where the server quotes them", () => {
  const secrets = ["Zq9-header-secret", "Zq9-query-secret"] as const
  const body = JSON.stringify({
    error: { message: `bad key ${secrets[0]} in ${secrets[1]}`, code: secrets[0], type: secrets[1] },
  })
  const options = { headers: { "api-key": secrets[0] }, query: { token: secrets[1] } }
  return asking({ type: "application/json", status: 401, body }, options, (kernel) =>
    Effect.map(Effect.flip(kernel.generate(request)), (error) => {
      const shown = `${error.message} ${JSON.stringify(error)} ${inspect(error, { depth: 10 })}`
      for (const secret of secrets) assert.notInclude(shown, secret)
      assert.strictEqual(error.reason._tag, "Unauthorized")
    }),
  )
})

it.live("a header that cannot be sent is a wrong request, and its value is not repeated", () =>
  asking({ type: "application/json", body: "{}" }, {}, (kernel) =>
    Effect.map(Effect.flip(kernel.generate({ ...request, headers: { "x-note": "Zq9Secret\nBad" } })), (error) => {
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.notInclude(inspect(error, { depth: 10 }), "Zq9Secret")
    }),
  ),
)

for (const baseURL of ["not a url", "ftp://example.com"]) {
  it.live(`a base URL like "${baseURL}" is refused when the stack is built`, () =>
    asking({ type: "application/json", body: "{}" }, { baseURL }, (kernel) => kernel.generate(request)).pipe(
      Effect.flip,
      Effect.map((error) => {
        assert.strictEqual(error._tag === "LlmError" ? error.context.operation : error._tag, "compose")
        assert.include(error.message, "baseURL is not an http or https URL")
      }),
    ),
  )
}

it.live("a base URL with a password is refused when the stack is built, and the password is not repeated", () =>
  asking({ type: "application/json", body: "{}" }, { baseURL: "http://user:Zq9-password@127.0.0.1:9/v1" }, (kernel) =>
    kernel.generate(request),
  ).pipe(
    Effect.flip,
    Effect.map((error) => {
      assert.strictEqual(error._tag === "LlmError" ? error.context.operation : error._tag, "compose")
      assert.include(error.message, "baseURL holds a user name or a password")
      assert.notInclude(inspect(error, { depth: 10 }), "Zq9-password")
    }),
  ),
)

it.live("402, as servers of prepaid accounts send it, is a spent quota", () =>
  asking({ type: "application/json", body: `{"error":{"message":"top up"}}`, status: 402 }, { api: "chat" }, (kernel) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(kernel.generate(request))
      assert.deepInclude(error.reason, { _tag: "QuotaExhausted", message: "top up (HTTP 402)" })
    }),
  ),
)
