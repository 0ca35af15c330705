import { assert, it } from "@effect/vitest"
import { foldCall, type FunctionTool, type LlmRequestInput, type MessageInput, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { greedy, type Models, tiny, using, withNative } from "./native.ts"

const weather: FunctionTool = {
  type: "function",
  name: "weather",
  description: "The weather in a city",
  inputSchema: {
    type: "object",
    properties: { city: { enum: ["Oslo", "Rome"] }, days: { type: "integer" } },
    required: ["city", "days"],
  },
}
const now: FunctionTool = { type: "function", name: "now", inputSchema: { type: "object", properties: {} } }

const models = { tiny: { ...tiny, contextSize: 2048 } }
const parts = (request: Partial<LlmRequestInput>, given: Models = models) =>
  using(
    (kernel) =>
      Stream.runCollect(
        kernel.stream({ ...greedy, maxOutputTokens: 200, prompt: "Hi", tools: [weather, now], ...request }),
      ),
    given,
  )
const kinds = (all: ReadonlyArray<StreamPart>) => [...new Set(all.map(({ type }) => type))]

withNative("tools", () => {
  it.live("required: some tool is called, with input of its schema, streamed as it is written", () =>
    Effect.gen(function* () {
      const all = yield* parts({ toolChoice: { type: "tool", name: "weather" } })
      const { content, finish, usage } = foldCall(all)
      assert.strictEqual(finish.unified, "tool-calls")
      const [call] = content
      if (call?.type !== "tool-call") return assert.fail("a tool call")
      assert.strictEqual(call.name, "weather")
      const input: unknown = JSON.parse(call.inputText)
      assert.hasAllKeys(input, ["city", "days"])
      const written = all.flatMap((part) => (part.type === "tool-input-delta" ? [part.text] : []))
      assert.isAbove(written.length, 5)
      assert.strictEqual(written.join(""), call.inputText)
      assert.isAbove(usage.output.total ?? 0, 10)
    }),
  )

  it.live("required: the model chooses which", () =>
    Effect.map(parts({ toolChoice: "required" }), (all) => {
      const { content, finish } = foldCall(all)
      assert.strictEqual(finish.unified, "tool-calls")
      for (const part of content) {
        if (part.type !== "tool-call") assert.fail(`a tool call, not ${part.type}`)
        assert.include(["weather", "now"], part.name)
        assert.doesNotThrow(() => JSON.parse(part.inputText))
      }
    }),
  )

  it.live("several calls in one answer have ids of their own", () =>
    Effect.map(
      // Qwen's template knows parallel calls; a random model goes on calling until it is cut.
      parts({ toolChoice: "required" }, { tiny: { ...models.tiny, template: "qwen" } }),
      (all) => {
        const ids = foldCall(all).content.flatMap((part) => (part.type === "tool-call" ? [part.id] : []))
        assert.isAbove(ids.length, 0)
        assert.strictEqual(new Set(ids).size, ids.length)
      },
    ),
  )

  it.live("auto and none: text is text", () =>
    Effect.gen(function* () {
      for (const toolChoice of ["auto", "none"] as const) {
        const all = yield* parts({ toolChoice, maxOutputTokens: 12 })
        assert.notInclude(kinds(all), "tool-call", toolChoice)
        assert.strictEqual(foldCall(all).finish.unified, "length")
      }
    }),
  )

  it.live("a call that is cut is handed over as far as it came, as cut", () =>
    Effect.map(parts({ toolChoice: { type: "tool", name: "weather" }, maxOutputTokens: 16 }), (all) => {
      const { content, finish } = foldCall(all)
      assert.strictEqual(finish.unified, "length")
      const [call] = content
      if (call?.type !== "tool-call") return assert.fail("a tool call")
      assert.throws(() => JSON.parse(call.inputText))
    }),
  )

  it.live("with JSON output at once, or one that is not there, are refused", () =>
    Effect.gen(function* () {
      const both = yield* Effect.flip(parts({ output: { type: "json" } }))
      assert.strictEqual(both.reason._tag, "Unsupported")
      const missing = yield* Effect.flip(parts({ toolChoice: { type: "tool", name: "other" } }))
      assert.strictEqual(missing.reason._tag, "InvalidRequest")
      assert.include(missing.message, `"other"`)
      const spaced = yield* Effect.flip(parts({ tools: [{ ...now, name: "two words" }] }))
      assert.strictEqual(spaced.reason._tag, "InvalidRequest")
      const schema = { type: "object", properties: { a: { $ref: "#/elsewhere" } } }
      const odd = yield* Effect.flip(parts({ tools: [{ ...now, inputSchema: schema }] }))
      assert.include(odd.message, "tools.now.inputSchema.properties.a")
    }),
  )

  it.live("that a vendor runs are warned of", () =>
    Effect.map(parts({ tools: [{ type: "provider", id: "openai.web_search" }], maxOutputTokens: 4 }), (all) =>
      assert.deepStrictEqual(
        foldCall(all).warnings.map(({ setting }) => setting),
        ["tools"],
      ),
    ),
  )
})

/** A conversation as another vendor left it: reasoning with a signature, two calls at once, results of every kind. */
const elsewhere: ReadonlyArray<MessageInput> = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Weather in Oslo and Rome?" },
  {
    role: "assistant",
    origin: { provider: "anthropic", model: "claude" },
    content: [
      { type: "reasoning", text: "SECRET-THOUGHT", providerData: { anthropic: { signature: "sig" } } },
      { type: "text", text: "Let me look." },
      { type: "tool-call", id: "call_0", name: "weather", inputText: `{"city":"Oslo","days":1}` },
      { type: "tool-call", id: "toolu_2", name: "weather", inputText: `{"city":` },
      { type: "source", id: "s", source: { type: "url", url: "https://example.com" } },
    ],
  },
  {
    role: "tool",
    content: [
      { type: "tool-result", id: "call_0", name: "weather", output: { type: "json", value: { degrees: 3 } } },
      { type: "tool-result", id: "toolu_2", name: "weather", output: { type: "error-text", value: "bad input" } },
      { type: "tool-result", id: "orphan", name: "weather", output: { type: "denied" } },
    ],
  },
]

withNative("a conversation that comes from another vendor", () => {
  for (const template of ["chatML", "mistral", "llama3.1", "qwen", "deepSeek", "harmony"] as const) {
    it.live(`goes on after its tool results, in the form of ${template}`, () =>
      Effect.gen(function* () {
        const given = { tiny: { ...models.tiny, template } }
        const ask = (messages: ReadonlyArray<MessageInput>) =>
          using((kernel) => kernel.generate({ ...greedy, messages, maxOutputTokens: 6 }), given)
        const whole = yield* ask(elsewhere)
        assert.strictEqual(whole.finish.unified, "length")
        assert.deepStrictEqual(whole.warnings, [])
        const without = yield* ask(elsewhere.slice(0, 2))
        const more = (whole.usage.input.total ?? 0) - (without.usage.input.total ?? 0)
        assert.isAbove(more, 100, "calls and results are in the prompt")
        const [, , assistant, results] = elsewhere
        if (assistant?.role !== "assistant" || typeof assistant.content === "string" || results === undefined) return
        const unthought = { ...assistant, content: assistant.content.filter(({ type }) => type !== "reasoning") }
        const plain = yield* ask([...elsewhere.slice(0, 2), unthought, results])
        assert.strictEqual(plain.usage.input.total, whole.usage.input.total, "the other's reasoning is left out")
      }),
    )
  }

  it.live("gets calls whose ids are not those of the conversation", () =>
    Effect.map(
      using(
        (kernel) =>
          kernel.generate({
            ...greedy,
            maxOutputTokens: 200,
            messages: [...elsewhere, { role: "user", content: "And tomorrow?" }],
            tools: [weather],
            toolChoice: "required",
          }),
        models,
      ),
      ({ content }) => {
        const ids = content.flatMap((part) => (part.type === "tool-call" ? [part.id] : []))
        assert.isAbove(ids.length, 0)
        for (const id of ids) assert.notInclude(["call_0", "toolu_2", "orphan"], id)
      },
    ),
  )

  it.live("may carry text files, and is refused with an image that would be left out", () =>
    Effect.gen(function* () {
      const asking = (mediaType: string) =>
        using((kernel) =>
          kernel.generate({
            ...greedy,
            messages: [
              {
                role: "user",
                content: [
                  { type: "text", text: "What is this?" },
                  { type: "file", mediaType, source: { type: "base64", base64: "aGVsbG8gdGhlcmU=" } },
                ],
              },
            ],
          }),
        )
      const { usage } = yield* asking("text/plain")
      assert.isAbove(usage.input.total ?? 0, 20)
      const { reason } = yield* Effect.flip(asking("image/png"))
      assert.strictEqual(reason._tag, "Unsupported")
      if (reason._tag === "Unsupported") assert.strictEqual(reason.feature, "input of image/png")
    }),
  )
})
