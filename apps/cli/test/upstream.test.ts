import { startUpstream, type Upstream } from "@switchyard/testkit"
import { describe, expect, it } from "vitest"
import { expectFailure, folderWith, secret, switchyard } from "./program.ts"

const bounded = { timeout: 30_000 }

const at = (upstream: Upstream) => ({ env: { OPENAI_API_KEY: secret, OPENAI_BASE_URL: upstream.baseURL } })

const ask = ["call", "-m", "openai/small", "Say hello"]

describe.concurrent("with OPENAI_API_KEY and OPENAI_BASE_URL", bounded, () => {
  it("call sends what the flags say, and prints the answer and nothing else", async () => {
    await using upstream = await startUpstream({ apiKey: secret })
    upstream.reply({ text: `{"greeting":"hello"}` })
    await using folder = await folderWith({
      "schema.json": `{ "type": "object", "properties": { "greeting": { "type": "string" } } }`,
      "notes.md": "We ship in May.",
    })
    const flags = ["--system", "Be brief", "--temperature", "0.5", "--max-tokens", "99", "--timeout", "1m"]
    const files = ["--schema", "schema.json", "--context", "notes.md"]
    const result = await switchyard([...ask, ...flags, ...files], { ...at(upstream), cwd: folder.path })
    expect(result).toMatchObject({ code: 0, stdout: `{"greeting":"hello"}\n`, stderr: "" })
    const [request] = upstream.requests
    expect(request?.path).toBe("/v1/chat/completions")
    expect(request?.body).toMatchObject({ model: "small", temperature: 0.5, response_format: { type: "json_schema" } })
    expect(request?.rawBody).toMatch(/"max(_completion)?_tokens":99/)
    for (const text of ["Be brief", "We ship in May.", "Say hello", "greeting"])
      expect(request?.rawBody).toContain(text)
  })

  it("--stream and --no-stream decide what is asked for; --json is the whole response", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "Hello you" })
    const streamed = await switchyard([...ask, "--stream"], at(upstream))
    const whole = await switchyard([...ask, "--no-stream", "--json"], at(upstream))
    expect(streamed).toMatchObject({ code: 0, stdout: "Hello you\n", stderr: "" })
    expect(JSON.parse(whole.stdout)).toMatchObject({
      content: [{ text: "Hello you" }],
      usage: { output: { total: 12 } },
    })
    expect(upstream.requests.map(({ body }) => body["stream"] === true)).toEqual([true, false])
  })

  it("without a model the documentation still answers, and says how to name one", async () => {
    await using upstream = await startUpstream()
    const { code, stdout, notes } = await switchyard(["call", "What is a retry?"], at(upstream))
    expect({ code, requests: upstream.requests.length }).toEqual({ code: 0, requests: 0 })
    expect(stdout).toContain("A retry is another attempt")
    expect(notes).toEqual([expect.stringContaining("--model openai/NAME")])
  })

  it("explain sends nothing, and doctor says that the key is there without printing it", async () => {
    await using upstream = await startUpstream()
    const vendor = { env: { OPENAI_API_KEY: secret } }
    const [explain, doctor, debug, hosted] = await Promise.all([
      switchyard(["explain", "-m", "openai/small", "Hi"], at(upstream)),
      switchyard(["doctor"], at(upstream)),
      switchyard(["doctor", "--json", "--debug"], at(upstream)),
      switchyard(["doctor"], vendor),
    ])
    expect(explain).toMatchObject({ code: 0, stdout: expect.stringContaining("1.  openai/small") })
    expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/ok +provider +openai: \w+ is present/) })
    expect(hosted.stdout).toContain("openai: OPENAI_API_KEY is present")
    expect(hosted.stdout).toMatch(/ok +route +auto: openai\//)
    for (const { stdout, stderr } of [explain, doctor, debug, hosted]) expect(stdout + stderr).not.toContain(secret)
    expect(upstream.requests).toHaveLength(0)
  })

  it("demo asks that server as well", async () => {
    await using upstream = await startUpstream()
    upstream.always({ text: "From the server" })
    const env = { ...at(upstream).env, OPENAI_MODEL: "small" }
    const { code, stdout } = await switchyard(["demo"], { env })
    expect(code).toBe(0)
    expect(stdout.match(/^From the server$/gm)).toHaveLength(5)
    expect(stdout).toContain("openai/small |")
    upstream.always({ fault: { error: "invalid_api_key" } })
    const refused = await switchyard(["demo"], { env })
    expect(refused).toMatchObject({ code: 1, notes: [expect.stringContaining("openai/small failed")] })
    expect(upstream.requests).toHaveLength(6)
  })
})

describe.concurrent("a call that fails is one line that says what to do, exit code 1", bounded, () => {
  it("a refused key, a page of HTML, silence, a cut stream, nobody there", async () => {
    await using upstream = await startUpstream({ apiKey: secret })
    const wrong = { env: { OPENAI_API_KEY: "sk-wrong-0123456789", OPENAI_BASE_URL: upstream.baseURL } }
    const refused = await switchyard(ask, wrong)
    expectFailure(refused, 1, "openai/small", "Check the API key")
    expect(refused.stderr).not.toContain("sk-wrong")

    upstream.reply({ fault: { html: true } })
    expectFailure(await switchyard(ask, at(upstream)), 1, "a page of HTML", "check the base URL")

    upstream.reply({ fault: { silent: true } })
    const started = performance.now()
    expectFailure(await switchyard([...ask, "--timeout", "300ms"], at(upstream)), 1, "300 ms", "with --timeout")
    expect(performance.now() - started).toBeLessThan(5000)
    expect(await upstream.requests.at(-1)?.closed).toBe("aborted")

    upstream.reply({ chunks: ["Hello ", "you"], fault: { endAfterChunks: 1 } })
    const cut = await switchyard([...ask, "--stream"], at(upstream))
    expect(cut).toMatchObject({ code: 1, stdout: "Hello ", notes: [expect.stringContaining("the answer was cut")] })
  })

  it("nobody there; --debug adds the route and the stack", async () => {
    const nobody = { env: { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", OPENAI_API_KEY: secret } }
    const [plain, debug] = await Promise.all([switchyard(ask, nobody), switchyard([...ask, "--debug"], nobody)])
    expectFailure(plain, 1, "nothing listens at that address", "Check that the address is right")
    expect(debug.notes.slice(1, 3)).toEqual([
      expect.stringMatching(/^route .*openai\/small/),
      expect.stringMatching(/^attempt 1 openai\/small failed/),
    ])
    expect(debug.stderr).toMatch(/\n {4}at /)
    expect(debug.stderr).not.toContain(secret)
  })
})

describe.concurrent("Ctrl-C", bounded, () => {
  it.each([
    ["in mid-call", ["--no-stream"], { silent: true }],
    ["in mid-stream", ["--stream"], { stallAfterChunks: 1 }],
  ])("%s closes the socket and ends within a second, exit code 130", async (_, flags, fault) => {
    await using upstream = await startUpstream()
    upstream.reply({ fault })
    let signalled = 0
    const { code, notes } = await switchyard([...ask, ...flags], {
      ...at(upstream),
      started: (child) => {
        const interrupt = async () => {
          await upstream.waitForRequest()
          signalled = performance.now()
          child.kill("SIGINT")
        }
        void interrupt()
      },
    })
    expect(performance.now() - signalled).toBeLessThan(1000)
    expect({ code, notes }).toEqual({ code: 130, notes: [] })
    expect(await upstream.requests[0]?.closed).toBe("aborted")
  })
})
