import { describe, expect, it } from "vitest"
import { startUpstream } from "../src/index.ts"
import { collect, makeClient, question } from "./client.ts"

const weather = { id: "call_1", name: "weather", arguments: '{"city":"Zürich","days":3}' }
const clock = { id: "call_2", name: "clock", arguments: "{}" }

describe("POST /chat/completions", () => {
  it("answers with text, the requested model and usage in the vendor's names", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ text: "Hello", usage: { input: 20, cachedInput: 5, cacheWrite: 2, output: 7, reasoning: 3 } })
    const completion = await makeClient(upstream).chat.completions.create(question)
    expect(completion.model).toBe("test-model")
    expect(completion.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { role: "assistant", content: "Hello" },
    })
    expect(completion.usage).toMatchObject({
      prompt_tokens: 20,
      completion_tokens: 7,
      total_tokens: 27,
      prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 3 },
    })
  })

  it("answers with tool calls, refusal, reasoning and citations", async () => {
    await using upstream = await startUpstream()
    const citations = [{ url: "https://example.org", title: "Example", start: 0, end: 4 }]
    upstream.reply(
      { toolCalls: [weather, clock] },
      { refusal: "No." },
      { text: "Rain", reasoning: "Clouds", citations },
    )
    const client = makeClient(upstream)
    const calls = (await client.chat.completions.create(question)).choices[0]
    expect(calls?.finish_reason).toBe("tool_calls")
    expect(calls?.message.content).toBeNull()
    expect(calls?.message.tool_calls).toMatchObject([
      { id: "call_1", type: "function", function: { name: "weather", arguments: weather.arguments } },
      { id: "call_2" },
    ])
    expect((await client.chat.completions.create(question)).choices[0]?.message.refusal).toBe("No.")
    const cited = (await client.chat.completions.create(question)).choices[0]?.message
    expect(cited).toMatchObject({ content: "Rain", reasoning_content: "Clouds" })
    expect(cited?.annotations?.[0]).toMatchObject({ type: "url_citation", url_citation: { end_index: 4 } })
  })

  it("streams role, one delta per word, finish, and usage only when asked for", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "One two  three" })
    const client = makeClient(upstream)
    const plain = await collect(await client.chat.completions.create({ ...question, stream: true }))
    expect(plain.map((chunk) => chunk.choices[0]?.delta.content)).toEqual(["", "One", " two", "  three", undefined])
    expect(plain[0]?.choices[0]?.delta.role).toBe("assistant")
    expect(plain.at(-1)?.choices[0]?.finish_reason).toBe("stop")
    expect(plain.every((chunk) => chunk.usage === undefined)).toBe(true)
    const counted = await collect(
      await client.chat.completions.create({ ...question, stream: true, stream_options: { include_usage: true } }),
    )
    expect(counted.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 12 } })
    expect(counted.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
  })

  it("streams tool calls as a head and argument fragments that the client's helper puts together", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Looking", toolCalls: [weather, clock] })
    const client = makeClient(upstream)
    const chunks = await collect(await client.chat.completions.create({ ...question, stream: true }))
    const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
    expect(deltas[0]).toEqual({
      index: 0,
      id: "call_1",
      type: "function",
      function: { name: "weather", arguments: "" },
    })
    expect(deltas.filter((delta) => delta.id === undefined && delta.index === 0).length).toBeGreaterThan(2)
    const final = await client.chat.completions.stream(question).finalChatCompletion()
    expect(
      final.choices[0]?.message.tool_calls?.map((call) => call.type === "function" && call.function),
    ).toMatchObject([
      { name: "weather", arguments: weather.arguments },
      { name: "clock", arguments: "{}" },
    ])
    expect(final.choices[0]?.finish_reason).toBe("tool_calls")
  })

  it("streams reasoning before text, and refusals", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ reasoning: "Let me think", text: "Yes" }, { refusal: "I cannot help" })
    const client = makeClient(upstream)
    const thought = await collect(await client.chat.completions.create({ ...question, stream: true }))
    const keys = thought.map((chunk) => Object.keys(chunk.choices[0]?.delta ?? {}).join())
    expect(keys).toEqual(["role,content,refusal", ...Array(3).fill("reasoning_content"), "content", ""])
    const refused = await collect(await client.chat.completions.create({ ...question, stream: true }))
    expect(refused.map((chunk) => chunk.choices[0]?.delta.refusal ?? "").join("")).toBe("I cannot help")
  })

  it.each([
    [3, 3],
    [1, 1],
    [["Ab", "cd", "efgh"], 3],
  ])("cuts streamed text into the pieces asked for: %j", async (chunks, count) => {
    await using upstream = await startUpstream()
    upstream.reply({ text: "Abcdefgh", chunks })
    const stream = await makeClient(upstream).chat.completions.create({ ...question, stream: true })
    const texts = (await collect(stream)).flatMap((chunk) => chunk.choices[0]?.delta.content || [])
    expect(texts.join("")).toBe("Abcdefgh")
    expect(texts).toHaveLength(count)
  })

  it("adds fields and events that nobody documents, and the client still reads the answer", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Hello there", unknownFields: true })
    const client = makeClient(upstream)
    const whole = await client.chat.completions.create(question)
    expect(whole).toHaveProperty("x_vendor_trace")
    const chunks = await collect(await client.chat.completions.create({ ...question, stream: true }))
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("Hello there")
    expect(chunks.some((chunk) => String(chunk.object) === "vendor.progress")).toBe(true)
  })

  it("takes a finish reason and an explicit null for usage", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Cut", finish: "length", usage: null })
    const completion = await makeClient(upstream).chat.completions.create(question)
    expect(completion.choices[0]?.finish_reason).toBe("length")
    expect(completion.usage).toBeUndefined()
  })
})
