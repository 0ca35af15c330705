import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel, type KernelShape, Providers } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { anthropic } from "../src/index.ts"

/** A server that answers every request as it is told to, and a kernel that asks it. */
const asking = <A, E>(
  answer: (response: ServerResponse) => void,
  use: (kernel: KernelShape) => Effect.Effect<A, E>,
) => {
  const server = createServer((request, response) => {
    request.resume()
    request.on("end", () => answer(response))
  })
  const listening = Effect.promise(async () => {
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : ""
  })
  const stopped = Effect.sync(() => {
    server.close()
    server.closeAllConnections()
  })
  return Effect.acquireUseRelease(
    listening,
    (baseURL) => Effect.provide(Kernel.use(use), compose([anthropic({ baseURL })])),
    () => stopped,
  )
}

type Events = ReadonlyArray<Readonly<Record<string, unknown>>>

const sse = (events: Events) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")
const streaming =
  (events: Events, open = false) =>
  (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(sse(events))
    if (!open) response.end()
  }

const request = { model: "anthropic/claude-opus-5-5", prompt: "hi" }
const streamed = (kernel: KernelShape) => Effect.map(Stream.runCollect(kernel.stream(request)), foldCall)

const message = (more: object = {}) => ({ type: "message_start", message: { id: "m", model: "x", ...more } })
const started = (content_block: object) => ({ type: "content_block_start", index: 0, content_block })
const delta = (fields: object) => ({ type: "content_block_delta", index: 0, delta: fields })
const stopped = { type: "content_block_stop", index: 0 }
const ended = (usage: object = {}) => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage })
const text = [started({ type: "text", text: "" }), delta({ type: "text_delta", text: "One" })]

it.live("the answer is whole at message_stop, though the server leaves the stream open", () =>
  asking(streaming([message(), ...text, stopped, ended(), { type: "message_stop" }], true), (kernel) =>
    Effect.map(Effect.timeout(streamed(kernel), 2000), ({ content, finish }) => {
      assert.deepStrictEqual(content, [{ type: "text", text: "One" }])
      assert.strictEqual(finish.unified, "stop")
    }),
  ),
)

it.live("a block that was never closed is cut, whatever the stop reason says", () =>
  asking(streaming([message(), ...text, ended(), { type: "message_stop" }]), (kernel) =>
    Effect.map(Effect.flip(streamed(kernel)), ({ reason }) => assert.strictEqual(reason._tag, "Truncated")),
  ),
)

const disorders: ReadonlyArray<readonly [string, Events, string]> = [
  ["a piece of a block that never began", [delta({ type: "text_delta", text: "One" })], "InvalidResponse"],
  ["a piece after the end of its block", [...text, stopped, delta({ type: "text_delta", text: "Two" })], "Truncated"],
  ["a block that begins twice", [...text, ...text, stopped], "Truncated"],
]
for (const [what, events, tag] of disorders) {
  it.live(`${what} fails the stream: without it, content would be lost`, () =>
    asking(streaming([message(), ...events, ended(), { type: "message_stop" }]), (kernel) =>
      Effect.map(Effect.flip(streamed(kernel)), ({ reason }) => {
        assert.strictEqual(reason._tag, tag)
        const cause = reason._tag === "Truncated" ? reason.because : reason
        assert.strictEqual(cause?._tag, "InvalidResponse")
        assert.include(cause?.message ?? "", "out of order")
      }),
    ),
  )
}

it.live("citations with which a block begins are kept, before those that come later", () => {
  const citation = (title: string) => ({ type: "search_result_location", source: `https://x.test/${title}`, title })
  const block = { type: "text", text: "", citations: [citation("a")] }
  const later = delta({ type: "citations_delta", citation: citation("b") })
  const events = [started(block), delta({ type: "text_delta", text: "One" }), later, stopped]
  return asking(streaming([message(), ...events, ended(), { type: "message_stop" }]), (kernel) =>
    Effect.map(streamed(kernel), ({ content }) => {
      assert.deepStrictEqual(
        content.flatMap((part) => (part.type === "source" && part.source.type === "url" ? [part.source.title] : [])),
        ["a", "b"],
      )
    }),
  )
})

it.live("counts that come later win, and what is null says nothing", () =>
  asking(
    streaming([
      message({ usage: { input_tokens: 7, cache_read_input_tokens: 3, output_tokens: 1 } }),
      ...text,
      stopped,
      ended({ input_tokens: null, cache_read_input_tokens: null, output_tokens: 9 }),
      { type: "message_stop" },
    ]),
    (kernel) =>
      Effect.map(streamed(kernel), ({ usage }) => {
        assert.deepStrictEqual(usage.input, { total: 10, uncached: 7, cacheRead: 3 })
        assert.strictEqual(usage.output.total, 9)
      }),
  ),
)

it.live("blocks and deltas of a later API are kept whole", () =>
  asking(
    streaming([
      message(),
      started({ type: "compaction", content: "So " }),
      delta({ type: "compaction_delta", content: "far.", signature: "S" }),
      stopped,
      ended(),
      { type: "message_stop" },
    ]),
    (kernel) =>
      Effect.map(streamed(kernel), ({ content }) =>
        assert.deepStrictEqual(content, [
          {
            type: "custom",
            kind: "anthropic.compaction",
            providerData: { anthropic: { block: { type: "compaction", content: "So far.", signature: "S" } } },
          },
        ]),
      ),
  ),
)

it.live("a server that answers whole though it was asked to stream is read", () => {
  const body = { id: "m", model: "x", content: [{ type: "text", text: "whole" }], stop_reason: "end_turn" }
  return asking(
    (response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
    (kernel) =>
      Effect.map(streamed(kernel), ({ content }) => assert.deepStrictEqual(content, [{ type: "text", text: "whole" }])),
  )
})

it.effect("models are described by family, under the names of clouds too; others not at all", () =>
  Effect.gen(function* () {
    const provider = (yield* Providers).all[0]?.provider
    const described = (name: string) => {
      const info = provider?.describe(name)
      return info && [info.contextWindow, info.maxOutput, info.reasoning, info.acceptsPrefill]
    }
    assert.deepStrictEqual(described("claude-haiku-5-5"), [1_000_000, 128_000, true, false])
    assert.deepStrictEqual(described("claude-sonnet-4-6"), [1_000_000, 128_000, true, false])
    assert.deepStrictEqual(described("claude-haiku-4-5@20251001"), [200_000, 64_000, true, true])
    assert.deepStrictEqual(described("us.anthropic.claude-3-5-sonnet-20241022-v2:0"), [200_000, 8192, false, true])
    assert.isUndefined(described("gpt-5"))
  }).pipe(Effect.provide(compose([anthropic({ apiKey: "sk-ant-x" })]))),
)
