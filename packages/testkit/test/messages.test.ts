import { describe, expect, it } from "vitest"
import {
  anthropicErrorBodies,
  type ErrorName,
  type Reply,
  startAnthropicUpstream,
  type Upstream,
} from "../src/index.ts"

const question = { model: "test-model", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] }
const version = { "anthropic-version": "2023-06-01" }

const post = (upstream: Upstream, body: object, headers: Readonly<Record<string, string>> = version) =>
  fetch(`${upstream.baseURL}/v1/messages`, { method: "POST", headers, body: JSON.stringify(body) })

type Event = Readonly<Record<string, unknown>>

/** The events of a stream, whose names must be their types. */
const events = async (response: Response): Promise<ReadonlyArray<Event>> =>
  (await response.text())
    .split("\n\n")
    .filter((block) => block.startsWith("event: "))
    .map((block) => {
      const [, name, data] = /^event: (\S+)\ndata: (.*)$/s.exec(block) ?? []
      const event: Event = JSON.parse(data ?? "")
      expect(event["type"]).toBe(name)
      return event
    })

const deltas = (all: ReadonlyArray<Event>) =>
  all.flatMap((event) => (event["type"] === "content_block_delta" ? [event["delta"]] : []))

describe("POST /v1/messages", () => {
  it("answers whole, with every kind of content in the vendor's blocks", async () => {
    await using upstream = await startAnthropicUpstream()
    upstream.always({
      reasoning: "Hm.",
      encryptedReasoning: "SIG",
      text: "One two.",
      citations: [{ url: "https://x.test", title: "X", start: 4, end: 7 }],
      toolCalls: [{ id: "c1", name: "look", arguments: `{"a": 1}` }],
      usage: { input: 10, cachedInput: 6, cacheWrite: 1, output: 5, reasoning: 2 },
    })
    const response = await post(upstream, question)
    expect(response.headers.get("request-id")).toBe("req_1")
    const citation = { type: "web_search_result_location", cited_text: "two", title: "X", url: "https://x.test" }
    expect(await response.json()).toMatchObject({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "test-model",
      content: [
        { type: "thinking", thinking: "Hm.", signature: "SIG" },
        { type: "text", text: "One ", citations: null },
        { type: "text", text: "two", citations: [citation] },
        { type: "text", text: ".", citations: null },
        { type: "tool_use", id: "c1", name: "look", input: { a: 1 } },
      ],
      stop_reason: "tool_use",
      usage: {
        input_tokens: 3,
        cache_read_input_tokens: 6,
        cache_creation_input_tokens: 1,
        output_tokens: 5,
        output_tokens_details: { thinking_tokens: 2 },
      },
    })
  })

  it("streams the same in the vendor's order of events", async () => {
    await using upstream = await startAnthropicUpstream()
    upstream.always({
      reasoning: "Hm.",
      text: "Two words",
      toolCalls: [{ id: "c1", name: "look", arguments: `{"city":"Lima"}` }],
    })
    const all = await events(await post(upstream, { ...question, stream: true }))
    const types = all.map((event) => event["type"])
    expect(types.slice(0, 3)).toEqual(["message_start", "content_block_start", "ping"])
    expect(types.slice(-2)).toEqual(["message_delta", "message_stop"])
    expect(types.filter((type) => type === "content_block_stop")).toHaveLength(3)
    expect(deltas(all)).toMatchObject([
      { type: "thinking_delta", thinking: "Hm." },
      { type: "signature_delta", signature: "sig-1" },
      { type: "text_delta", text: "Two" },
      { type: "text_delta", text: " words" },
      { type: "input_json_delta", partial_json: "" },
      { type: "input_json_delta", partial_json: `{"cit` },
      { type: "input_json_delta", partial_json: `y":"L` },
      { type: "input_json_delta", partial_json: `ima"}` },
    ])
    expect(all.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" }, usage: { output_tokens: 12 } })
  })

  it("redacted thinking, scripted blocks, refusals, stop reasons and no usage", async () => {
    await using upstream = await startAnthropicUpstream()
    const searched = { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } }
    upstream.reply(
      { encryptedReasoning: "DATA", blocks: [searched], stopReason: "pause_turn", usage: null },
      { refusal: "No." },
    )
    const first: Event = await (await post(upstream, question)).json()
    expect(first).toMatchObject({
      content: [{ type: "redacted_thinking", data: "DATA" }, searched],
      stop_reason: "pause_turn",
    })
    expect(first).not.toHaveProperty("usage")
    expect(await (await post(upstream, question)).json()).toMatchObject({
      content: [{ type: "text", text: "No." }],
      stop_reason: "refusal",
      stop_details: { type: "refusal" },
    })
  })

  it("ends early, in error, or without its marks, as faults say", async () => {
    await using upstream = await startAnthropicUpstream()
    const streamed = async (reply: Reply) => {
      upstream.always(reply)
      return events(await post(upstream, { ...question, stream: true }))
    }
    const text = "One two three"
    expect(deltas(await streamed({ text, fault: { endAfterChunks: 2 } }))).toHaveLength(2)
    const failed = await streamed({ text, fault: { error: "overloaded_error", errorAfterChunks: 1 } })
    expect(deltas(failed)).toHaveLength(1)
    expect(failed.at(-1)).toMatchObject({ type: "error", error: { type: "overloaded_error" }, request_id: "req_2" })
    const unfinished = await streamed({ text, fault: { missingFinish: true } })
    expect(unfinished.map((event) => event["type"]).slice(-2)).toEqual(["content_block_stop", "message_stop"])
    const unmarked = await streamed({ text, fault: { missingTerminator: true } })
    expect(unmarked.at(-1)?.["type"]).toBe("message_delta")
  })
})

describe("what the vendor refuses before any script", () => {
  const refused = async (response: Response) => {
    const { status } = response
    const body: { readonly error: { readonly type: string }; readonly request_id: string } = await response.json()
    expect(body.request_id).toBe(response.headers.get("request-id"))
    return [status, body.error.type]
  }

  it("keys, routes, the version header, missing fields", async () => {
    await using upstream = await startAnthropicUpstream({ apiKey: "sk-ant" })
    const keyed = { ...version, "x-api-key": "sk-ant" }
    expect(await refused(await post(upstream, question))).toEqual([401, "authentication_error"])
    const wrong = { ...version, "x-api-key": "sk-other" }
    expect(await refused(await post(upstream, question, wrong))).toEqual([401, "authentication_error"])
    expect(await refused(await fetch(`${upstream.baseURL}/v1/nothing`, { headers: keyed }))).toEqual([
      404,
      "not_found_error",
    ])
    const unversioned = { "x-api-key": "sk-ant" }
    expect(await refused(await post(upstream, question, unversioned))).toEqual([400, "invalid_request_error"])
    const { max_tokens: _, ...unbounded } = question
    expect(await refused(await post(upstream, unbounded, keyed))).toEqual([400, "invalid_request_error"])
    const bearer = { ...version, authorization: "Bearer sk-ant" }
    expect((await post(upstream, question, bearer)).status).toBe(200)
  })

  it("sampling settings, in the version of the API that has none", async () => {
    await using upstream = await startAnthropicUpstream()
    const sampled = { ...question, temperature: 1 }
    expect((await post(upstream, sampled)).status).toBe(200)
    const later = await post(upstream, sampled, { "anthropic-version": "2026-10-21" })
    expect(later.status).toBe(400)
    expect(await later.json()).toMatchObject({ error: { message: "temperature: Extra inputs are not permitted" } })
  })
})

it("sends every documented error, with the request's id", async () => {
  await using upstream = await startAnthropicUpstream()
  // Every name of the table is one of its keys.
  for (const name of Object.keys(anthropicErrorBodies) as ReadonlyArray<ErrorName>) {
    const { status, body } = anthropicErrorBodies[name]
    upstream.always({ fault: { error: name } })
    const response = await post(upstream, question)
    expect(response.status, name).toBe(status)
    if (typeof body === "string") expect(await response.text(), name).toBe(body)
    else expect(await response.json(), name).toEqual({ ...body, request_id: response.headers.get("request-id") })
  }
  upstream.always({ fault: { status: 599 } })
  expect(await (await post(upstream, question)).json()).toMatchObject({ error: { type: "api_error" } })
})

it("GET /v1/models lists ids under any prefix", async () => {
  await using upstream = await startAnthropicUpstream({ models: ["a", "b"] })
  const response = await fetch(`${upstream.baseURL}/proxy/v1/models`, { headers: version })
  expect(await response.json()).toMatchObject({
    data: [{ type: "model", id: "a" }, { id: "b" }],
    has_more: false,
    first_id: "a",
    last_id: "b",
  })
})
