import { describe, expect, it } from "vitest"
import { startUpstream } from "../src/index.ts"
import { asked, collect, drain, makeClient } from "./client.ts"

const call = { id: "call_1", name: "weather", arguments: '{"city":"Bern"}' }
const everything = {
  reasoning: "Think it over",
  text: "Hello there",
  refusal: "Not that",
  toolCalls: [call, { id: "call_2", name: "clock", arguments: "{}" }],
  images: ["iVBORw0KGgo="],
  citations: [{ url: "https://example.org", title: "Example" }],
}

describe("POST /responses", () => {
  it("answers with output items and usage in the vendor's names", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ ...everything, usage: { input: 20, cachedInput: 5, output: 7, reasoning: 3 } })
    const response = await makeClient(upstream).responses.create({ ...asked, temperature: 0.5 })
    expect(response.status).toBe("completed")
    expect(response.temperature).toBe(0.5)
    expect(response.output_text).toBe("Hello there")
    expect(response.output.map((item) => item.type)).toEqual([
      "reasoning",
      "message",
      "image_generation_call",
      "function_call",
      "function_call",
    ])
    expect(response.output[3]).toMatchObject({ call_id: "call_1", name: "weather", arguments: call.arguments })
    expect(response.output[1]).toMatchObject({
      content: [{ annotations: [{ url: "https://example.org", end_index: 11 }] }, {}],
    })
    expect(response.usage).toMatchObject({
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 5 },
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 27,
    })
  })

  it("streams the vendor's events in order, numbered from 0", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ reasoning: "Hm", text: "Hi you", toolCalls: [{ ...call, arguments: "{}" }] })
    const events = await collect(await makeClient(upstream).responses.create({ ...asked, stream: true }))
    expect(events.map((event) => event.type.replace("response.", ""))).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "reasoning_summary_part.added",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.done",
      "reasoning_summary_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "completed",
    ])
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()])
  })

  it("streams what the client's own accumulator accepts, equal to the answer that is not streamed", async () => {
    await using upstream = await startUpstream()
    upstream.always({ ...everything, id: "resp_same" })
    const client = makeClient(upstream)
    const streamed = await client.responses.stream(asked).finalResponse()
    const whole = await client.responses.create(asked)
    const shape = (output: ReadonlyArray<object>) =>
      JSON.parse(JSON.stringify(output).replaceAll(/"((?:msg|rs|fc|ig)_)\d+/g, '"$1n')) as unknown
    const parsedAway = JSON.parse(
      JSON.stringify(streamed.output, (key: string, value: unknown) => (key.startsWith("parsed") ? undefined : value)),
    ) as ReadonlyArray<object>
    expect(shape(parsedAway)).toEqual(shape(whole.output))
    expect(streamed.output_text).toBe("Hello there")
    expect(streamed.usage).toEqual(whole.usage)
  })

  it.each([
    ["length", "max_output_tokens"],
    ["content_filter", "content_filter"],
  ] as const)("maps finish %s to an incomplete response", async (finish, reason) => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Cut off", finish })
    const client = makeClient(upstream)
    expect(await client.responses.create(asked)).toMatchObject({ status: "incomplete", incomplete_details: { reason } })
    const events = await collect(await client.responses.create({ ...asked, stream: true }))
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { incomplete_details: { reason } } })
  })

  it("carries encrypted reasoning only when it is asked for, final in the done item", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Yes", reasoning: "", encryptedReasoning: "gAAAA-final" })
    const client = makeClient(upstream)
    expect((await client.responses.create(asked)).output[0]).not.toHaveProperty("encrypted_content")
    const include = ["reasoning.encrypted_content" as const]
    const events = await collect(await client.responses.create({ ...asked, include, stream: true }))
    const states = events.flatMap((event) =>
      (event.type === "response.output_item.added" || event.type === "response.output_item.done") &&
      event.item.type === "reasoning"
        ? [event.item]
        : [],
    )
    expect(states).toHaveLength(2)
    expect(states[0]?.encrypted_content).not.toBe("gAAAA-final")
    expect(states[1]).toMatchObject({ encrypted_content: "gAAAA-final", summary: [] })
  })

  it("adds fields and events that nobody documents", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Hello there", unknownFields: true })
    const client = makeClient(upstream)
    const events = await collect(await client.responses.create({ ...asked, stream: true }))
    expect(events.map((event) => String(event.type))).toContain("response.vendor_progress.updated")
    expect(events.at(-1)).toMatchObject({ type: "response.completed", x_vendor_trace: "eu-1" })
  })

  it("sends an error event in both shapes, and a failed response", async () => {
    await using upstream = await startUpstream()
    const client = makeClient(upstream)
    const error = "rate_limit_exceeded" as const
    for (const errorShape of ["nested", "flat"] as const) {
      upstream.reply({ fault: { errorAfterChunks: 2, error, errorShape } })
      const { items, failure } = await drain(await client.responses.create({ ...asked, stream: true }))
      expect(items.filter((event) => event.type === "response.output_text.delta")).toHaveLength(2)
      expect(failure).toMatchObject({ code: "rate_limit_exceeded", status: undefined })
    }
    upstream.reply({ fault: { failedAfterChunks: 1, error } }, { fault: { failedAfterChunks: 1, error } })
    const { items, failure } = await drain(await client.responses.create({ ...asked, stream: true }))
    expect(failure).toBeUndefined()
    expect(items.at(-1)).toMatchObject({ type: "response.failed", response: { error: { code: error } } })
    expect(items.map((event) => event.sequence_number)).toEqual([...items.keys()])
    expect(await client.responses.create(asked)).toMatchObject({ status: "failed", error: { code: error } })
  })
})
