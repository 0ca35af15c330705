import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import OpenAI from "openai"
import { describe, expect, it } from "vitest"
import { startUpstream } from "../src/index.ts"
import { collect, drain, makeClient, question } from "./client.ts"

const failed = (failure: unknown): unknown => failure

describe("scripts", () => {
  it("answer in order, then with the default, and may look at the request", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ text: "first" }, ({ body }) => ({ text: `asked ${String(body.model)}` }))
    upstream.always(({ index }) => Promise.resolve({ text: `request ${index}` }))
    const client = makeClient(upstream)
    const say = async () => (await client.chat.completions.create(question)).choices[0]?.message.content
    expect(upstream.pending).toBe(2)
    expect([await say(), await say(), await say()]).toEqual(["first", "asked test-model", "request 2"])
    upstream.reply({ text: "forgotten" })
    upstream.reset()
    expect(await say()).toBe("The quick brown fox jumps over the lazy dog.")
    expect(upstream.requests).toHaveLength(1)
  })

  it("that throw answer 500 with their message", async () => {
    await using upstream = await startUpstream()
    upstream.reply(() => {
      throw new Error("no such case")
    })
    const failure = makeClient(upstream).chat.completions.create(question)
    await expect(failure).rejects.toThrow("The scripted reply failed: no such case")
  })
})

describe("recorded requests", () => {
  it("hold method, path, query, headers, body and raw body", async () => {
    await using upstream = await startUpstream()
    await makeClient(upstream).chat.completions.create(question, {
      query: { "api-version": "1" },
      headers: { "X-A": "b" },
    })
    const [request] = upstream.requests
    expect(request).toMatchObject({
      index: 0,
      method: "POST",
      path: "/v1/chat/completions",
      query: { "api-version": "1" },
    })
    expect(request?.headers).toMatchObject({ authorization: "Bearer sk-test", "x-a": "b" })
    expect(request?.body).toEqual(question)
    expect(JSON.parse(request?.rawBody ?? "")).toEqual(question)
    expect(await request?.closed).toBe("finished")
    expect(request?.end).toBe("finished")
  })

  it("can be waited for, and tell how long after its abort a client was gone", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ fault: { silent: true } })
    const abort = new AbortController()
    const answer = makeClient(upstream).chat.completions.create(question, { signal: abort.signal }).catch(failed)
    const request = await upstream.waitForRequest()
    expect(request.end).toBeUndefined()
    const left = performance.now()
    abort.abort()
    expect(await answer).toBeInstanceOf(OpenAI.APIUserAbortError)
    expect(await request.closed).toBe("aborted")
    expect((request.closedAt ?? Infinity) - left).toBeLessThan(1000)
  })

  it("tell a connection that the server broke from one that the client left", async () => {
    await using upstream = await startUpstream()
    const client = makeClient(upstream)
    upstream.reply({ fault: { resetBeforeHeaders: true } }, { fault: { resetAfterChunks: 2 } })
    expect(await client.chat.completions.create(question).catch(failed)).toBeInstanceOf(OpenAI.APIConnectionError)
    await drain(await client.chat.completions.create({ ...question, stream: true }))
    expect(await Promise.all(upstream.requests.map((request) => request.closed))).toEqual(["cut", "cut"])
  })

  it("that never come end the wait when the upstream closes", async () => {
    const upstream = await startUpstream()
    const waiting = upstream.waitForRequest(3).catch(failed)
    await upstream.close()
    expect(String(await waiting)).toContain("closed before request 3 came")
    await expect(upstream.waitForRequest()).rejects.toThrow("received no request 0")
  })

  it("show the client's own time-out while the headers are slow", async () => {
    await using upstream = await startUpstream()
    upstream.reply({ fault: { delayMs: 60_000 } })
    const failure = await makeClient(upstream).chat.completions.create(question, { timeout: 50 }).catch(failed)
    expect(failure).toBeInstanceOf(OpenAI.APIConnectionTimeoutError)
    expect(await upstream.requests[0]?.closed).toBe("aborted")
  })
})

describe("closing", () => {
  it("ends silent, slow, stalled and paced exchanges at once", async () => {
    const upstream = await startUpstream()
    const client = makeClient(upstream)
    const minute = 60_000
    const faults = [
      { silent: true },
      { delayMs: minute },
      { stallAfterChunks: 1 },
      { firstChunkDelayMs: minute },
      { chunkDelayMs: minute, gzip: true },
    ]
    upstream.reply(...faults.map((fault) => ({ fault })))
    const outcomes = faults.map(async () =>
      client.chat.completions
        .create({ ...question, stream: true })
        .then(collect)
        .catch(failed),
    )
    await upstream.waitForRequest(faults.length - 1)
    const before = performance.now()
    await upstream.close()
    expect(performance.now() - before).toBeLessThan(1000)
    for (const outcome of await Promise.all(outcomes)) expect(outcome).toBeInstanceOf(Error)
    expect(await Promise.all(upstream.requests.map((request) => request.closed))).toEqual(
      Array(faults.length).fill("cut"),
    )
  })

  it("leaves nothing behind that would keep a process alive", async () => {
    const program = `
      import { startUpstream } from "./src/index.ts"
      const upstream = await startUpstream()
      upstream.reply({ fault: { delayMs: 600000 } }, { fault: { firstChunkDelayMs: 600000 } })
      const body = JSON.stringify({ model: "m", messages: [], stream: true })
      const ask = () => fetch(upstream.baseURL + "/chat/completions", { method: "POST", body }).then((r) => r.text())
      const outcomes = [ask(), ask()].map((outcome) => outcome.then(() => "answered", () => "failed"))
      await upstream.waitForRequest(1)
      await upstream.close()
      process.stdout.write((await Promise.all(outcomes)).join())
    `
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      timeout: 15_000,
    })
    expect(stdout).toBe("failed,failed")
  })

  it("can be asked for twice, and refuses what comes later", async () => {
    const upstream = await startUpstream()
    await Promise.all([upstream.close(), upstream.close()])
    const late = makeClient(upstream).chat.completions.create(question)
    await expect(late).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
  })

  it("serves many requests at the same time, each with its own answer", async () => {
    await using upstream = await startUpstream()
    upstream.always(({ body }) => ({ text: String(body.user) }))
    const client = makeClient(upstream)
    const users = Array.from({ length: 50 }, (_, index) => `user-${index}`)
    const texts = users.map(async (user) => {
      const completion = await client.chat.completions.create({ ...question, user })
      return completion.choices[0]?.message.content
    })
    expect(await Promise.all(texts)).toEqual(users)
  })
})
