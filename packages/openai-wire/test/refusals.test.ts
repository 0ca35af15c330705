import { assert, it } from "@effect/vitest"
import { type JsonObject, type LlmRequest, LlmError, makeRequest, type Tool } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { makeOpenAi, type OpenAiSettings } from "../src/index.ts"

/** Providers on a scripted server of their own; the server tells what arrived. */
const onUpstream = Effect.fnUntraced(function* (settings: Partial<OpenAiSettings> = {}) {
  const upstream = yield* Effect.acquireRelease(
    Effect.promise(() => startUpstream()),
    (started) => Effect.promise(() => started.close()),
  )
  const provider = makeOpenAi({
    id: "openai",
    api: "chat",
    apiKey: Redacted.make("sk-refusals"),
    vendor: false,
    baseURL: upstream.baseURL,
    models: undefined,
    organization: undefined,
    project: undefined,
    headers: {},
    query: {},
    fetch: globalThis.fetch,
    ...settings,
  })
  return { provider, upstream }
})

const asked = (given: Partial<LlmRequest>): LlmRequest => {
  const request = makeRequest({ model: "gpt-4o-mini", prompt: "Hi", ...given })
  if (request instanceof LlmError) throw request
  return request
}

const tool = (name: string, inputSchema: JsonObject = { type: "object", properties: {} }): Tool => ({
  type: "function",
  name,
  inputSchema,
})

const apis = ["chat", "responses"] as const
const closed = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false }
const list = { type: "array", items: { type: "string" } }

/** How a request failed, in one word and the field or feature; nothing was sent for it. */
const refusal = Effect.fnUntraced(function* (request: Partial<LlmRequest>, settings: Partial<OpenAiSettings>) {
  const { provider, upstream } = yield* onUpstream(settings)
  const told: Array<string> = []
  for (const call of [provider.generate(asked(request)), Stream.runDrain(provider.stream(asked(request)))]) {
    const { reason } = yield* Effect.flip(call)
    const where = reason._tag === "InvalidRequest" ? reason.field : reason._tag === "Unsupported" ? reason.feature : ""
    told.push(`${reason._tag} ${where ?? ""}`.trim())
  }
  assert.strictEqual(upstream.requests.length, 0, "nothing was sent")
  assert.strictEqual(told[0], told[1], "both ways alike")
  return told[0]
})

const wrong: ReadonlyArray<readonly [title: string, request: Partial<LlmRequest>, told: string]> = [
  ["a tool's name with a blank", { tools: [tool("ok"), tool("look up")] }, "InvalidRequest tools[1].name"],
  ["a tool's name of 65 letters", { tools: [tool("n".repeat(65))] }, "InvalidRequest tools[0].name"],
  ["a tool without a name", { tools: [tool("")] }, "InvalidRequest tools[0].name"],
  ["two tools of one name", { tools: [tool("a"), tool("b"), tool("a")] }, "InvalidRequest tools[2].name"],
  ["a list as a tool's input", { tools: [tool("a", list)] }, `Unsupported tools[0].inputSchema with type "array"`],
  [
    "a choice at the top of a tool's input",
    { tools: [tool("a", { type: "object", anyOf: [closed] })] },
    `Unsupported tools[0].inputSchema with "anyOf" at the top`,
  ],
  [
    "a toolChoice that the request has not",
    { tools: [tool("a")], toolChoice: { type: "tool", name: "b" } },
    "InvalidRequest toolChoice",
  ],
  ["a named toolChoice without tools", { toolChoice: { type: "tool", name: "b" } }, "InvalidRequest toolChoice"],
  [
    "a list as strict output",
    { output: { type: "json", schema: list, strict: true } },
    `Unsupported output.schema with type "array"`,
  ],
]

for (const api of apis) {
  for (const [title, request, told] of wrong) {
    it.live(`${api}: ${title} is refused before anything is sent`, () =>
      Effect.map(refusal(request, { api }), (got) => assert.strictEqual(got, told)),
    )
  }

  it.live(`${api}: the vendor's own endpoint takes no list as output, other servers do`, () =>
    Effect.gen(function* () {
      const request = { output: { type: "json", schema: list } } as const
      const told = yield* refusal(request, { api, vendor: true })
      assert.strictEqual(told, `Unsupported output.schema with type "array"`)
      const { provider, upstream } = yield* onUpstream({ api })
      yield* provider.generate(asked(request))
      assert.include(upstream.requests[0]?.rawBody, `"strict":false`)
    }),
  )

  it.live(`${api}: output is strict where the schema allows it or it was asked for`, () =>
    Effect.gen(function* () {
      const { provider, upstream } = yield* onUpstream({ api })
      const open = { type: "object", properties: { a: { type: "string" } } }
      const inner = { ...closed, properties: { a: { type: "array", items: open } } }
      const cases = [
        [closed, undefined, true],
        [open, undefined, false],
        [{ ...closed, required: [] }, undefined, false],
        [inner, undefined, false],
        [open, true, true],
        [closed, false, false],
      ] as const
      for (const [schema, strict, expected] of cases) {
        yield* provider.generate(
          asked({ output: { type: "json", schema, ...(strict === undefined ? {} : { strict }) } }),
        )
        assert.include(upstream.requests.at(-1)?.rawBody, `"strict":${expected}`, JSON.stringify({ schema, strict }))
      }
    }),
  )

  it.live(`${api}: the name of an output is made one that the vendor takes`, () =>
    Effect.gen(function* () {
      const { provider, upstream } = yield* onUpstream({ api })
      for (const [name, sent] of [
        ["wéather report!", "w_ather_report_"],
        ["n".repeat(70), "n".repeat(64)],
        ["", "response"],
      ] as const) {
        yield* provider.generate(asked({ output: { type: "json", schema: closed, name } }))
        assert.include(upstream.requests.at(-1)?.rawBody, `"name":"${sent}"`)
      }
    }),
  )

  it.live(`${api}: a choice of which no tool is left is dropped with a warning`, () =>
    Effect.gen(function* () {
      const { provider, upstream } = yield* onUpstream({ api })
      const foreign: Tool = { type: "provider", id: "anthropic.web_search", args: {} }
      const { warnings } = yield* provider.generate(asked({ tools: [foreign], toolChoice: "required" }))
      assert.deepStrictEqual(
        warnings.map(({ setting }) => setting),
        ["tools", "toolChoice"],
      )
      assert.doesNotHaveAnyKeys(upstream.requests[0]?.body ?? {}, ["tools", "tool_choice"])
    }),
  )

  it.live(`${api}: a tool's schema without a type is sent as an object's`, () =>
    Effect.gen(function* () {
      const { provider, upstream } = yield* onUpstream({ api })
      yield* provider.generate(asked({ tools: [tool("a", { properties: {} })] }))
      assert.include(upstream.requests[0]?.rawBody, `"parameters":{"properties":{},"type":"object"}`)
    }),
  )

  it.live(`${api}: what cannot be written as JSON is a wrong request, not a broken network`, () =>
    Effect.gen(function* () {
      let deep: JsonObject = { type: "string" }
      for (let level = 0; level < 20_000; level++) deep = { type: "object", properties: { a: deep } }
      const told = yield* refusal({ tools: [tool("a", deep)] }, { api })
      assert.strictEqual(told, "InvalidRequest")
      const { provider } = yield* onUpstream({ api })
      const error = yield* Effect.flip(provider.generate(asked({ tools: [tool("a", deep)] })))
      assert.strictEqual(error.recovery, "none")
      assert.include(error.message, "nested too deeply")
    }),
  )
}

it.live("responses: the vendor's own tools arrive under either name, those of others are warned of", () =>
  Effect.gen(function* () {
    const { provider, upstream } = yield* onUpstream({ api: "responses", id: "azure" })
    const tools = ["openai.web_search", "azure.file_search", "anthropic.web_search", "web_search"].map((id): Tool => ({
      type: "provider",
      id,
      args: { depth: 1 },
    }))
    const { warnings } = yield* provider.generate(asked({ tools }))
    assert.deepStrictEqual(upstream.requests[0]?.body["tools"], [
      { depth: 1, type: "web_search" },
      { depth: 1, type: "file_search" },
    ])
    assert.deepStrictEqual(
      warnings.map(({ message }) => /"(.*?)"/.exec(message)?.[1]),
      ["anthropic.web_search", "web_search"],
    )
  }),
)

it.live("chat: several choices are refused, one is not", () =>
  Effect.gen(function* () {
    const told = yield* refusal({ providerData: { openai: { n: 2 } } }, {})
    assert.strictEqual(told, "InvalidRequest providerData.openai.n")
    const { provider, upstream } = yield* onUpstream()
    yield* provider.generate(asked({ providerData: { openai: { n: 1 } } }))
    assert.strictEqual(upstream.requests[0]?.body["n"], 1)
  }),
)
