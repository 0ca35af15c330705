import OpenAI from "openai"
import { describe, expect, it } from "vitest"
import { errorBodies, type ErrorName, type Fault, startUpstream } from "../src/index.ts"
import { asked, collect, makeClient, question } from "./client.ts"

const failureOf = async (fault: Fault): Promise<unknown> => {
  await using upstream = await startUpstream()
  upstream.always({ fault })
  return await makeClient(upstream)
    .chat.completions.create(question)
    .then(
      () => undefined,
      (failure: unknown) => failure,
    )
}

describe("answers with an error status", () => {
  it.each(Object.keys(errorBodies) as ReadonlyArray<ErrorName>)("%s is what the client reports", async (error) => {
    const { status, body } = errorBodies[error]
    const failure = await failureOf({ error })
    expect(failure).toBeInstanceOf(OpenAI.APIError)
    expect(failure).toMatchObject({ status })
    if (typeof body === "string") expect(failure).toHaveProperty("message", expect.stringContaining("html"))
    else expect(failure).toMatchObject({ error: body.error, code: body.error.code })
  })

  it("picks the documented body for a bare status, and invents one for the rest", async () => {
    expect(await failureOf({ status: 429 })).toMatchObject({ status: 429, code: "rate_limit_exceeded" })
    expect(await failureOf({ status: 418 })).toMatchObject({ status: 418, code: null, type: "invalid_request_error" })
    expect(await failureOf({ status: 503, error: "insufficient_quota" })).toMatchObject({
      status: 503,
      code: "insufficient_quota",
    })
    expect(await failureOf({ status: 422, body: { detail: "vLLM style" } })).toMatchObject({ status: 422 })
  })

  it("sends the headers that steer retries", async () => {
    const headers = { "retry-after": "7", "retry-after-ms": "7000", "x-ratelimit-reset-requests": "20s" }
    const failure = await failureOf({ error: "rate_limit_exceeded", headers })
    expect(failure).toBeInstanceOf(OpenAI.RateLimitError)
    if (!(failure instanceof OpenAI.RateLimitError)) return
    for (const [name, value] of Object.entries(headers)) expect(failure.headers?.get(name)).toBe(value)
    expect(failure.requestID).toBe("req_1")
  })

  it("refuses another key with the documented 401, without using up the script or quoting the key", async () => {
    await using upstream = await startUpstream({ apiKey: "sk-right" })
    upstream.reply({ text: "in" })
    const refused = makeClient(upstream, "sk-wrong-secret-1234").chat.completions.create(question)
    await expect(refused).rejects.toMatchObject({ status: 401, code: "invalid_api_key" })
    await expect(refused).rejects.not.toThrow("sk-wrong-secret-1234")
    expect(upstream.pending).toBe(1)
    const right = await makeClient(upstream, "sk-right").chat.completions.create(question)
    expect(right.choices[0]?.message.content).toBe("in")
    const azure = await fetch(`${upstream.baseURL}/models`, { headers: { "api-key": "sk-right" } })
    expect(azure.status).toBe(200)
    expect((await fetch(`${upstream.baseURL}/models`)).status).toBe(401)
  })

  it("refuses unknown routes, malformed JSON and missing parameters as the vendor does", async () => {
    await using upstream = await startUpstream()
    const post = (path: string, body: string) => fetch(`${upstream.baseURL}${path}`, { method: "POST", body })
    expect((await post("/nothing", "{}")).status).toBe(404)
    expect((await post("/chat/completions", "{")).status).toBe(400)
    const missing = await post("/responses", '{"model":"m"}')
    expect(await missing.json()).toMatchObject({ error: { param: "input", type: "invalid_request_error" } })
    expect(upstream.requests).toHaveLength(3)
  })
})

describe("answers that are not what they should be", () => {
  it.each<[string, Fault]>([
    ["an HTML page", { html: true }],
    ["an empty body", { emptyBody: true }],
    ["the wrong content type", { contentType: "text/plain" }],
  ])("%s with status 200 gives the client no choices", async (_, fault) => {
    await using upstream = await startUpstream()
    upstream.always({ fault })
    const answer: unknown = await makeClient(upstream)
      .chat.completions.create(question)
      .catch((failure: unknown) => failure)
    // The client returns nothing at all for an empty body.
    expect(answer ?? {}).not.toHaveProperty("choices")
  })

  it("an HTML page instead of a stream is an empty stream for the client", async () => {
    await using upstream = await startUpstream()
    upstream.always({ fault: { html: true } })
    const { data, response } = await makeClient(upstream)
      .chat.completions.create({ ...question, stream: true })
      .withResponse()
    expect(response.headers.get("content-type")).toContain("text/html")
    expect(await collect(data)).toEqual([])
  })

  it("cut JSON fails to parse", async () => {
    expect(await failureOf({ invalidJson: true })).toBeInstanceOf(SyntaxError)
  })

  it("a body reset half way fails; an error inside a 200 that is not streamed goes unnoticed", async () => {
    expect(String(await failureOf({ resetAfterChunks: 1 }))).toMatch(/terminated|Connection error/)
    expect(await failureOf({ errorAfterChunks: 0 })).toBeUndefined()
  })

  it("compressed answers arrive, streamed or not", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Squeezed text", fault: { gzip: true } })
    const client = makeClient(upstream)
    const { data, response } = await client.responses.create(asked).withResponse()
    expect(data.output_text).toBe("Squeezed text")
    expect(response.headers.get("content-encoding")).toBe("gzip")
    const chunks = await collect(await client.chat.completions.create({ ...question, stream: true }))
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("Squeezed text")
  })

  it("replies and faults can both set headers", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ headers: { "x-one": "reply", "x-two": "reply" }, fault: { headers: { "x-two": "fault" } } })
    const { response } = await makeClient(upstream).chat.completions.create(question).withResponse()
    expect([response.headers.get("x-one"), response.headers.get("x-two")]).toEqual(["reply", "fault"])
  })
})
