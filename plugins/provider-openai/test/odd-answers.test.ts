import { once } from "node:events"
import { createServer } from "node:http"
import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel, type KernelShape, type LlmError, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { openai } from "../src/index.ts"

/** Answers that the vendor does not document and that servers send all the same: nothing of them is lost. */

type Api = "chat" | "responses"

/** A kernel that asks a server which answers every request with one text. */
const asking = <A>(api: Api, type: string, body: string, use: (kernel: KernelShape) => Effect.Effect<A, LlmError>) => {
  const server = createServer((request, response) => {
    request.resume()
    request.on("end", () => response.writeHead(200, { "content-type": type }).end(body))
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
    (baseURL) => Effect.provide(Kernel.use(use), compose([openai({ apiKey: "sk-odd", baseURL, api })])),
    () => stopped,
  ).pipe(Effect.catchTag("ConfigError", Effect.die))
}

const request = { model: "openai/gpt-5", prompt: "hi" }
const whole = (api: Api, body: object) =>
  asking(api, "application/json", JSON.stringify(body), (kernel) => kernel.generate(request))
const partsOf = (api: Api, events: ReadonlyArray<object>) => {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")
  return asking(api, "text/event-stream", body, (kernel) => Stream.runCollect(kernel.stream(request)))
}
const streamed = (api: Api, ...events: ReadonlyArray<object>) => Effect.map(partsOf(api, events), foldCall)

const note = { type: "url_citation", url: "https://example.com", title: "T", start_index: 0, end_index: 3 }
const message = (text: string, ...annotations: ReadonlyArray<object>) => ({
  type: "message",
  id: "m1",
  role: "assistant",
  content: [{ type: "output_text", text, annotations }],
})
const completed = (...output: ReadonlyArray<object>) => ({
  type: "response.completed",
  response: { id: "r", model: "gpt-5", status: "completed", output },
})
const delta = (text: string) => ({ type: "response.output_text.delta", item_id: "m1", content_index: 0, delta: text })
const done = (item: object) => ({ type: "response.output_item.done", item })

it.live("responses: a message that comes in one piece keeps its annotations, as a whole answer does", () =>
  Effect.gen(function* () {
    const item = message("See T.", note)
    const one = yield* streamed("responses", done(item), completed(item))
    const { content } = yield* whole("responses", completed(item).response)
    assert.deepStrictEqual(one.content, content)
    assert.deepStrictEqual(
      content.map(({ type }) => type),
      ["text", "source"],
    )
  }),
)

it.live("responses: an annotation that was streamed is not given again with the item", () =>
  Effect.gen(function* () {
    const item = message("See T.", note, { ...note, url: "https://example.org" })
    const added = { type: "response.output_text.annotation.added", item_id: "m1", content_index: 0, annotation: note }
    const { content } = yield* streamed("responses", delta("See T."), added, done(item), completed(item))
    const urls = content.flatMap((part) =>
      part.type === "source" && part.source.type === "url" ? [part.source.url] : [],
    )
    assert.deepStrictEqual(urls, ["https://example.com", "https://example.org"])
  }),
)

for (const [where, events] of [
  ["the item", [delta("hel"), done(message("hello world"))]],
  ["the last event", [delta("hel"), completed(message("hello world"))]],
  [
    "the part's end",
    [
      delta("hel"),
      {
        type: "response.content_part.done",
        item_id: "m1",
        content_index: 0,
        part: { type: "output_text", text: "hello world" },
      },
    ],
  ],
] as const) {
  it.live(`responses: the rest of a text that only ${where} holds is given`, () =>
    Effect.map(streamed("responses", ...events, completed(message("hello world"))), ({ content, finish }) => {
      assert.deepStrictEqual(content, [{ type: "text", text: "hello world" }])
      assert.strictEqual(finish.unified, "stop")
    }),
  )
}

for (const status of ["queued", "in_progress", "cancelled"]) {
  it.live(`responses: an answer that is ${status} is no success`, () =>
    Effect.gen(function* () {
      const empty = yield* Effect.flip(whole("responses", { id: "r", status, output: [] }))
      assert.strictEqual(empty.reason._tag, "EmptyResponse")
      assert.include(empty.message, status)
      const { reason } = yield* Effect.flip(whole("responses", { id: "r", status, output: [message("half")] }))
      assert.deepStrictEqual(reason._tag === "Truncated" ? reason.partial.content : reason._tag, [
        { type: "text", text: "half" },
      ])
    }),
  )
}

interface Wanted {
  readonly index?: number
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "x",
  model: "m",
  choices: [{ index: 0, delta, finish_reason }],
})
const piece = ({ index, id, ...wanted }: Wanted) =>
  chunk({
    tool_calls: [{ ...(index === undefined ? {} : { index }), ...(id === undefined ? {} : { id }), function: wanted }],
  })

/** The calls as they were handed over, and the names under which they were announced. */
const callsOf = (...pieces: ReadonlyArray<Wanted>) =>
  Effect.map(partsOf("chat", [...pieces.map(piece), chunk({}, "tool_calls")]), (parts: ReadonlyArray<StreamPart>) => ({
    calls: parts.flatMap((part) => (part.type === "tool-call" ? [`${part.id} ${part.name} ${part.inputText}`] : [])),
    announced: parts.flatMap((part) => (part.type === "tool-input-start" ? [`${part.id} ${part.name}`] : [])),
    given: parts.flatMap((part) => (part.type === "tool-input-delta" ? [part.text] : [])).join(""),
  }))

it.live("chat: two calls at one index are two calls, by their ids", () =>
  Effect.map(
    callsOf(
      { index: 0, id: "a", name: "look", arguments: "{}" },
      { index: 0, id: "b", name: "find", arguments: `{"x"` },
      { index: 0, arguments: ":1}" },
    ),
    ({ calls }) => assert.deepStrictEqual(calls, ["a look {}", `b find {"x":1}`]),
  ),
)

it.live("chat: an id that is repeated without an index goes on with its call", () =>
  Effect.map(
    callsOf(
      { id: "a", name: "look", arguments: `{"x"` },
      { id: "b", name: "find", arguments: "{}" },
      { id: "a", name: "look", arguments: ":1}" },
    ),
    ({ calls }) => assert.deepStrictEqual(calls, [`a look {"x":1}`, "b find {}"]),
  ),
)

it.live("chat: two calls of one id at two indices stay two calls", () =>
  Effect.map(
    callsOf({ index: 0, id: "c", name: "look", arguments: "{}" }, { index: 1, id: "c", name: "find" }),
    ({ calls }) => assert.deepStrictEqual(calls, ["c look {}", "c find "]),
  ),
)

it.live("chat: an id that is made up for each piece of one index begins no new call", () =>
  Effect.map(
    callsOf({ index: 0, id: "a", name: "look", arguments: `{"x"` }, { index: 0, id: "b", arguments: ":1}" }),
    ({ calls }) => assert.deepStrictEqual(calls, [`a look {"x":1}`]),
  ),
)

it.live("chat: a tool's name that comes late is not lost, and the call is announced with it", () =>
  Effect.map(callsOf({ index: 0, id: "a", arguments: `{"x"` }, { index: 0, name: "look", arguments: ":1}" }), (seen) =>
    assert.deepStrictEqual(seen, {
      calls: [`a look {"x":1}`],
      announced: ["a look"],
      given: `{"x":1}`,
    }),
  ),
)

it.live("chat: content as a list of parts is read, whole and streamed, with the thoughts among them", () =>
  Effect.gen(function* () {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
      { type: "text", text: "One " },
      { type: "text", text: "two" },
    ]
    const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" }
    const one = yield* whole("chat", { id: "x", model: "m", choices: [choice] })
    const two = yield* streamed("chat", chunk({ content }), chunk({}, "stop"))
    for (const answer of [one, two]) {
      assert.deepStrictEqual(answer.content, [
        { type: "reasoning", text: "Hm." },
        { type: "text", text: "One two" },
      ])
    }
  }),
)

for (const api of ["chat", "responses"] as const) {
  it.live(`${api}: an error that is one string keeps its reason, whole and streamed`, () =>
    Effect.gen(function* () {
      const error = "rate limited: slow down"
      for (const call of [whole(api, { error }), streamed(api, { error })]) {
        const failed = yield* Effect.flip(call)
        assert.strictEqual(failed.reason._tag, "RateLimited")
        assert.include(failed.message, error)
      }
    }),
  )
}
