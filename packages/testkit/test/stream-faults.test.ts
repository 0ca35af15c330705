import OpenAI from "openai"
import { describe, expect, it } from "vitest"
import { type Fault, startUpstream, type Upstream } from "../src/index.ts"
import { asked, drain, makeClient, question } from "./client.ts"

interface Seen {
  /** Pieces of text, in order. */
  readonly texts: ReadonlyArray<string>
  readonly finished: boolean
  readonly failure: unknown
}

const chat = async (upstream: Upstream): Promise<Seen> => {
  const stream = await makeClient(upstream).chat.completions.create({ ...question, stream: true })
  const { items, failure } = await drain(stream)
  return {
    texts: items.flatMap((chunk) => chunk.choices[0]?.delta.content || []),
    finished: items.some((chunk) => chunk.choices[0]?.finish_reason === "stop"),
    failure,
  }
}

const responses = async (upstream: Upstream): Promise<Seen> => {
  const { items, failure } = await drain(await makeClient(upstream).responses.create({ ...asked, stream: true }))
  return {
    texts: items.flatMap((event) => (event.type === "response.output_text.delta" ? event.delta : [])),
    finished: items.some((event) => event.type === "response.completed"),
    failure,
  }
}

const wires = [
  ["chat", chat],
  ["responses", responses],
] as const

const text = "one two three four five"

describe.each(wires)("streams on the %s wire", (wire, open) => {
  const see = async (fault: Fault): Promise<Seen> => {
    await using upstream = await startUpstream()
    upstream.always({ text, fault })
    return await open(upstream)
  }

  it.each([0, 1, 4, 5])("are cut by a reset after %i chunks", async (n) => {
    const { texts, finished, failure } = await see({ resetAfterChunks: n })
    expect(texts.join("")).toBe(text.split(" ").slice(0, n).join(" "))
    expect(finished).toBe(false)
    expect(failure).toBeInstanceOf(TypeError)
  })

  it.each([0, 2, 5])("end cleanly but unfinished after %i chunks", async (n) => {
    const seen = await see({ endAfterChunks: n })
    expect(seen).toMatchObject({ finished: false, failure: undefined })
    expect(seen.texts).toHaveLength(n)
  })

  it("arrive up to the cut when they are compressed", async () => {
    const { texts, failure } = await see({ resetAfterChunks: 3, gzip: true })
    expect(texts.join("")).toBe("one two three")
    expect(failure).toBeInstanceOf(TypeError)
  })

  it("are whole when the cut lies behind their end", async () => {
    expect(await see({ resetAfterChunks: 6, stallAfterChunks: 9 })).toMatchObject({
      finished: true,
      failure: undefined,
    })
  })

  it("let the earliest of several cuts win", async () => {
    const { texts, failure } = await see({ resetAfterChunks: 3, endAfterChunks: 1 })
    expect(texts).toEqual(["one"])
    expect(failure).toBeUndefined()
  })

  it.each([0, 2])("carry an error after %i chunks", async (n) => {
    const { texts, finished, failure } = await see({ errorAfterChunks: n, error: "overloaded" })
    expect(texts).toHaveLength(n)
    expect(finished).toBe(false)
    expect(failure).toBeInstanceOf(OpenAI.APIError)
    expect(failure).toMatchObject({ code: "overloaded", message: expect.stringContaining("overloaded") as string })
  })

  it("end empty after the headers", async () => {
    expect(await see({ emptyStream: true })).toEqual({ texts: [], finished: false, failure: undefined })
  })

  it("lack their finish, or their terminator", async () => {
    expect(await see({ missingFinish: true })).toMatchObject({ finished: false, failure: undefined })
    const seen = await see({ missingTerminator: true })
    expect(seen).toMatchObject({ finished: true, failure: undefined })
    expect(seen.texts.join("")).toBe(text)
  })

  it("carry one malformed chunk", async () => {
    const { texts, failure } = await see({ malformedChunkAt: 2 })
    expect(texts).toEqual(["one", " two"])
    expect(failure).toBeInstanceOf(SyntaxError)
  })

  it("repeat one chunk", async () => {
    expect((await see({ duplicateChunkAt: 1 })).texts.join("")).toBe("one two two three four five")
  })

  it("stall, and tell when the client gives up", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text, fault: { stallAfterChunks: 2 } })
    const abort = new AbortController()
    const request = { signal: abort.signal }
    const client = makeClient(upstream)
    const stream: AsyncIterable<unknown> =
      wire === "chat"
        ? await client.chat.completions.create({ ...question, stream: true }, request)
        : await client.responses.create({ ...asked, stream: true }, request)
    let words = 0
    for await (const item of stream) {
      if (/"(?:content|delta)":" ?(?:one|two)"/.test(JSON.stringify(item))) words++
      if (words === 2) break
    }
    const left = performance.now()
    abort.abort()
    const [received] = upstream.requests
    expect(await received?.closed).toBe("aborted")
    expect((received?.closedAt ?? 0) - left).toBeLessThan(1000)
  })

  it("are paced: before the first chunk and between the others", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "one two three", fault: { delayMs: 20, firstChunkDelayMs: 40, chunkDelayMs: 30 } })
    expect((await open(upstream)).texts).toHaveLength(3)
    const [received] = upstream.requests
    await received?.closed
    // A lower bound only: timers may be late but, within their rounding to whole milliseconds, never early.
    expect((received?.closedAt ?? 0) - (received?.receivedAt ?? 0)).toBeGreaterThanOrEqual(20 + 40 + 30 + 30 - 4)
  })
})

describe("chat streams", () => {
  it("fail with finish reason error where the answer itself fails", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text, fault: { failedAfterChunks: 1, error: "server_error" } })
    const response = await fetch(`${upstream.baseURL}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ ...question, stream: true }),
    })
    const events = (await response.text()).trim().split("\n\n")
    expect(events.at(-1)).toContain('"finish_reason":"error"')
    expect(events.at(-1)).toContain('"type":"server_error"')
    expect(events).toHaveLength(3)
  })

  it("end with [DONE], and without it on demand", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ text }, { text, fault: { missingTerminator: true } }, { text, fault: { missingFinish: true } })
    const raw = async () => {
      const body = JSON.stringify({ ...question, stream: true })
      return (await fetch(`${upstream.baseURL}/chat/completions`, { method: "POST", body })).text()
    }
    expect(await raw()).toMatch(/data: \[DONE\]\n\n$/)
    expect(await raw()).not.toContain("[DONE]")
    const unfinished = await raw()
    expect(unfinished).toMatch(/data: \[DONE\]\n\n$/)
    expect(unfinished).not.toContain('"finish_reason":"stop"')
  })
})
