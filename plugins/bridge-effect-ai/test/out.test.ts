import { assert, describe, it } from "@effect/vitest"
import { Kernel, type Provider, type ProviderResponse, type StreamPart, type Part, Providers } from "@switchyard/core"
import { type Reply, startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as ExecutionPlan from "effect/ExecutionPlan"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type AiError, Chat, EmbeddingModel, LanguageModel, Model, Prompt, Tool, Toolkit } from "effect/ai"
import { CallSettings, layerEmbeddingModel, layerLanguageModel, metadataKey, model } from "../src/index.ts"
import { answer, kernelOf, scripted } from "./stubs.ts"
import { stackOn } from "./upstream.ts"

const over = (response: Partial<ProviderResponse>, settings: CallSettings = {}) => {
  const { provider, requests } = scripted(response)
  const { model: _, dimensions: __, ...defaults } = settings
  const layer = layerLanguageModel({ model: "stub/one", ...defaults }).pipe(Layer.provide(kernelOf(provider)))
  return { requests, layer }
}

const streaming = (...parts: ReadonlyArray<StreamPart>): Provider => ({
  id: "stub",
  models: ["one"],
  describe: () => undefined,
  stream: () => Stream.fromArray(parts),
})

const overStream = (...parts: ReadonlyArray<StreamPart>) =>
  layerLanguageModel({ model: "stub/one" }).pipe(Layer.provide(kernelOf(streaming(...parts))))

const marks = (metadata: object): { readonly [field: string]: unknown } =>
  (metadata as Record<string, Record<string, unknown> | undefined>)[metadataKey] ?? {}

const Weather = Tool.make("weather", {
  description: "Forecast",
  parameters: Schema.Struct({ city: Schema.String }),
  success: Schema.Struct({ celsius: Schema.Finite }),
})
const Clock = Tool.make("clock", { parameters: Schema.Struct({ zone: Schema.String }), success: Schema.String })
const kit = Toolkit.make(Weather, Clock)
const handlers = kit.toLayer({
  weather: ({ city }) => Effect.succeed({ celsius: city.length }),
  clock: ({ zone }) => Effect.succeed(`12:00 ${zone}`),
})

describe("answers", () => {
  const response = answer({
    content: [{ type: "text", text: "Hello." }],
    finish: { unified: "length", raw: "max_tokens" },
    usage: {
      input: { total: 9, uncached: 4, cacheRead: 5 },
      output: { total: 3, text: 2, reasoning: 1 },
      cost: { amount: 0.1, currency: "USD" },
    },
    warnings: [{ type: "other", message: "careful", setting: "topK" }],
    id: "a-1",
    providerData: { stub: { tier: "flex" } },
  })

  it.effect("text, usage, finish, who answered, warnings, cost", () =>
    Effect.gen(function* () {
      const given = yield* LanguageModel.generateText({ prompt: "Hi" })
      assert.strictEqual(given.text, "Hello.")
      assert.strictEqual(given.finishReason, "length")
      const { inputTokens, outputTokens } = given.usage
      assert.deepInclude(inputTokens, { total: 9, uncached: 4, cacheRead: 5, cacheWrite: undefined })
      assert.deepInclude(outputTokens, { total: 3, text: 2, reasoning: 1 })
      const head = given.content[0]
      assert.deepInclude(head, { type: "response-metadata", id: "a-1", modelId: "one-2026-01-02" })
      const last = given.content.at(-1)
      assert.deepStrictEqual(last?.metadata["stub"], { tier: "flex" })
      assert.deepInclude(marks(last?.metadata ?? {}), {
        provider: "stub",
        model: "one-2026-01-02",
        raw: "max_tokens",
        cost: { amount: 0.1, currency: "USD" },
        warnings: response.warnings,
      })
    }).pipe(Effect.provide(over(response).layer)),
  )

  it.effect("the same, streamed, with the warnings before the content", () =>
    Effect.gen(function* () {
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
      assert.deepStrictEqual(
        parts.map(({ type }) => type),
        ["response-metadata", "response-metadata", "text-start", "text-delta", "text-end", "finish"],
      )
      assert.deepStrictEqual(marks(parts[0]?.metadata ?? {})["warnings"], response.warnings)
      assert.deepInclude(marks(parts.at(-1)?.metadata ?? {}), { provider: "stub", raw: "max_tokens" })
    }).pipe(Effect.provide(over(response).layer)),
  )

  it.effect("what effect/ai has no name for is kept in the finish", () => {
    const content: ReadonlyArray<Part> = [
      { type: "custom", kind: "canvas", providerData: { stub: { a: 1 } } },
      { type: "text", text: "Hello." },
      { type: "file", mediaType: "image/png", source: { type: "url", url: "https://example.com/a.png" } },
      { type: "tool-call", id: "w1", name: "web_search", inputText: "{}", providerExecuted: true },
    ]
    return Effect.gen(function* () {
      const given = yield* LanguageModel.generateText({ prompt: "Hi" })
      assert.deepStrictEqual(
        given.content.map(({ type }) => type),
        ["response-metadata", "text", "finish"],
      )
      const unnamed = [content[0], content[2], content[3]]
      assert.deepStrictEqual(marks(given.content.at(-1)?.metadata ?? {})["parts"], unnamed)
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
      assert.deepStrictEqual(marks(parts.at(-1)?.metadata ?? {})["parts"], unnamed)
    }).pipe(Effect.provide(over({ content }).layer))
  })

  it.effect("files, citations, reasoning", () => {
    const content: ReadonlyArray<Part> = [
      { type: "reasoning", text: "hm", providerData: { stub: { signature: "s" } } },
      { type: "file", mediaType: "image/png", source: { type: "base64", base64: "iVBORw" } },
      { type: "source", id: "1", source: { type: "url", url: "https://example.com", title: "T" } },
      { type: "source", id: "2", source: { type: "document", title: "D", mediaType: "text/plain", line: 3 } },
    ]
    return Effect.gen(function* () {
      const { content: given } = yield* LanguageModel.generateText({ prompt: "Hi" })
      const [, reasoning, file, url, document] = given
      assert.deepStrictEqual(reasoning?.metadata["stub"], { signature: "s" })
      assert.deepStrictEqual(marks(reasoning?.metadata ?? {})["origin"], { provider: "stub", model: "one-2026-01-02" })
      assert.deepStrictEqual(file?.type === "file" ? [...file.data] : [], [...Buffer.from("iVBORw", "base64")])
      assert.strictEqual(url?.type === "source" && url.sourceType === "url" ? url.url.href : "", "https://example.com/")
      assert.deepInclude(document, { sourceType: "document", title: "D", mediaType: "text/plain" })
    }).pipe(Effect.provide(over({ content }).layer))
  })
})

describe("tools", () => {
  const calls: ReadonlyArray<Part> = [
    { type: "tool-call", id: "1", name: "weather", inputText: '{ "city": "Lima" }' },
    { type: "tool-call", id: "2", name: "clock", inputText: '{"zone":"UTC"}' },
  ]
  const wanting = () => over({ content: calls, finish: { unified: "tool-calls" } })

  it.effect("are told to the model, called, and their results come back", () => {
    const { layer, requests } = wanting()
    return Effect.gen(function* () {
      const given = yield* LanguageModel.generateText({ prompt: "Hi", toolkit: kit, toolChoice: "required" })
      assert.deepStrictEqual(
        given.toolResults.map(({ result }) => result),
        [{ celsius: 4 }, "12:00 UTC"],
      )
      const [request] = requests
      assert.deepStrictEqual(request?.toolChoice, "required")
      const [weather, clock] = request?.tools ?? []
      assert.deepInclude(weather, { type: "function", name: "weather", description: "Forecast" })
      assert.deepNestedInclude(weather, { "inputSchema.properties.city": { type: "string" } })
      assert.deepInclude(clock, { name: "clock" })
    }).pipe(Effect.provide([layer, handlers]))
  })

  it.effect("the same, streamed", () =>
    Effect.gen(function* () {
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi", toolkit: kit }))
      const results = parts.flatMap((part) => (part.type === "tool-result" ? [part.result] : []))
      assert.sameDeepMembers(results, [{ celsius: 4 }, "12:00 UTC"])
    }).pipe(Effect.provide([wanting().layer, handlers])),
  )

  it.effect("a choice of one, and of some", () => {
    const { layer, requests } = over({})
    return Effect.gen(function* () {
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit: kit, toolChoice: { tool: "clock" } })
      yield* LanguageModel.generateText({
        prompt: "Hi",
        toolkit: kit,
        toolChoice: { oneOf: ["clock"], mode: "required" },
      })
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit: kit, toolChoice: { oneOf: ["weather"] } })
      yield* LanguageModel.generateText({ prompt: "Hi" })
      assert.deepStrictEqual(
        requests.map(({ toolChoice, tools }) => [
          toolChoice,
          tools?.map((tool) => tool.type === "function" && tool.name),
        ]),
        [
          [{ type: "tool", name: "clock" }, ["weather", "clock"]],
          ["required", ["clock"]],
          ["auto", ["weather"]],
          [undefined, undefined],
        ],
      )
    }).pipe(Effect.provide([layer, handlers]))
  })

  it.effect("a provider's own tool goes by its id, and its call and result come by the user's name", () => {
    const Search = Tool.providerDefined({
      id: "stub.web_search",
      customName: "Search",
      providerName: "web_search",
      args: Schema.Struct({ depth: Schema.Finite }),
      parameters: Schema.Struct({ query: Schema.String }),
      success: Schema.Struct({ hits: Schema.Finite }),
    })
    const { layer, requests } = over({
      content: [
        { type: "tool-call", id: "1", name: "web_search", inputText: '{"query":"x"}', providerExecuted: true },
        {
          type: "tool-result",
          id: "1",
          name: "web_search",
          output: { type: "json", value: { hits: 3 } },
          providerExecuted: true,
        },
      ],
    })
    return Effect.gen(function* () {
      const given = yield* LanguageModel.generateText({ prompt: "Hi", toolkit: Toolkit.make(Search({ depth: 2 })) })
      assert.deepStrictEqual(requests[0]?.tools, [{ type: "provider", id: "stub.web_search", args: { depth: 2 } }])
      assert.deepStrictEqual(
        given.toolCalls.map(({ name }) => name),
        ["Search"],
      )
      assert.deepStrictEqual(
        given.toolResults.map(({ result }) => result),
        [{ hits: 3 }],
      )
      const history = Prompt.fromResponseParts(given.content)
      yield* LanguageModel.generateText({ prompt: history, toolkit: Toolkit.make(Search({ depth: 2 })) })
      const [back] = requests[1]?.messages ?? []
      assert.deepStrictEqual(
        back?.role === "assistant" ? back.content.map((part) => "name" in part && part.name) : [],
        ["web_search", "web_search"],
      )
    }).pipe(Effect.provide(layer))
  })

  const stray = over({ content: [{ type: "tool-call", id: "1", name: "nobody", inputText: "{}" }] })

  it.effect("a call of a tool that nobody declared is a ToolNotFoundError, or data where it was asked for", () =>
    Effect.gen(function* () {
      const whole = yield* Effect.flip(LanguageModel.generateText({ prompt: "Hi", toolkit: kit }))
      assert.strictEqual((whole as AiError.AiError).reason._tag, "ToolNotFoundError")
      const streamed = yield* Effect.flip(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" })))
      assert.strictEqual(streamed.reason._tag, "ToolNotFoundError")
      const given = yield* LanguageModel.generateText({
        prompt: "Hi",
        disableToolCallResolution: true,
        toolCallValidation: "deferred",
      })
      assert.deepInclude(given.toolCalls[0], { name: "nobody", params: {} })
    }).pipe(Effect.provide([stray.layer, handlers])),
  )

  it.effect("input that is no JSON is refused by the tool's schema, not by the bridge", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(LanguageModel.generateText({ prompt: "Hi", toolkit: kit }))
      assert.strictEqual((failed as AiError.AiError).reason._tag, "ToolParameterValidationError")
    }).pipe(
      Effect.provide([
        over({ content: [{ type: "tool-call", id: "1", name: "weather", inputText: '{"ci' }] }).layer,
        handlers,
      ]),
    ),
  )
})

describe("settings", () => {
  it.effect("of the layer hold for every call, and those around a call win", () => {
    const { layer, requests } = over({}, { temperature: 1, topP: 0.5, tags: { a: "b" } })
    const ask = LanguageModel.generateText({ prompt: "Hi" })
    return Effect.gen(function* () {
      yield* ask
      yield* ask.pipe(Effect.provideService(CallSettings, { temperature: 0, maxOutputTokens: 7, seed: 1 }))
      yield* Stream.runDrain(
        LanguageModel.streamText({ prompt: "Hi" }).pipe(Stream.provideService(CallSettings, { stop: ["x"] })),
      )
      yield* ask.pipe(Effect.provideService(CallSettings, { model: "stub/two" }))
      const [first, second, third, fourth] = requests
      assert.deepInclude(first, { model: "one", temperature: 1, topP: 0.5, tags: { a: "b" } })
      assert.deepInclude(second, { temperature: 0, topP: 0.5, maxOutputTokens: 7, seed: 1 })
      assert.deepInclude(third, { temperature: 1, stop: ["x"] })
      assert.deepInclude(fourth, { model: "two" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("JSON can be streamed", () => {
    const { layer, requests } = over({ content: [{ type: "text", text: "{}" }] })
    return Effect.gen(function* () {
      const ask = LanguageModel.streamText({ prompt: "Hi" })
      yield* Stream.runDrain(ask.pipe(Stream.provideService(CallSettings, { output: { type: "json" } })))
      assert.deepStrictEqual(requests[0]?.output, { type: "json" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("an answer that may begin again is refused before anything is sent", () => {
    const { layer, requests } = over({}, { policy: { stream: "restart" } })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" })))
      assert.deepInclude(error.reason, { _tag: "InvalidRequestError", parameter: "policy.stream" })
      assert.deepStrictEqual(requests, [])
    }).pipe(Effect.provide(layer))
  })
})

describe("streams", () => {
  const begun: ReadonlyArray<StreamPart> = [
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", text: "One" },
  ]
  const done: StreamPart = { type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } }

  it.effect("one that is cut fails after what had come", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const read = Stream.runForEach(LanguageModel.streamText({ prompt: "Hi" }), (part) =>
        Effect.sync(() => void (part.type === "text-delta" && seen.push(part.delta))),
      )
      const error = yield* Effect.flip(read)
      assert.deepStrictEqual(seen, ["One"])
      assert.strictEqual(error.reason._tag, "InternalProviderError")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, "cut")
    }).pipe(Effect.provide(overStream(...begun))),
  )

  it.effect("one that begins again before anything was shown goes on, and fails otherwise", () =>
    Effect.gen(function* () {
      const ask = Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
      const [start, ...rest] = begun
      const restart: StreamPart = { type: "restart", reason: "Network" }
      const end: ReadonlyArray<StreamPart> = [{ type: "text-end", id: "1" }, done]
      if (start === undefined) return
      const fine = yield* ask.pipe(Effect.provide(overStream(start, restart, ...begun, ...end)))
      assert.strictEqual(fine.filter(({ type }) => type === "text-delta").length, 1)
      const failed = yield* Effect.flip(ask.pipe(Effect.provide(overStream(start, ...rest, restart, ...begun, ...end))))
      assert.include(failed.message, "begun again")
    }),
  )

  it.effect("tool input is shown as it is written", () =>
    Effect.gen(function* () {
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi", toolkit: kit }))
      const shown = parts.flatMap((part) =>
        part.type === "tool-params-start"
          ? [part.name]
          : part.type === "tool-params-delta"
            ? [part.delta]
            : part.type === "tool-params-end"
              ? ["."]
              : [],
      )
      assert.deepStrictEqual(shown, ["weather", '{"city":', '"Lima"}', "."])
      assert.isTrue(parts.some((part) => part.type === "tool-result"))
    }).pipe(
      Effect.provide([
        overStream(
          { type: "stream-start", warnings: [] },
          { type: "tool-input-start", id: "1", name: "weather" },
          { type: "tool-input-delta", id: "1", text: '{"city":' },
          { type: "tool-input-delta", id: "1", text: '"Lima"}' },
          { type: "tool-input-end", id: "1" },
          { type: "tool-call", id: "1", name: "weather", inputText: '{"city":"Lima"}' },
          { ...done, reason: { unified: "tool-calls" } },
        ),
        handlers,
      ]),
    ),
  )

  it.effect("a vendor's data says whose it is: at once by its own key, else at the end", () =>
    Effect.gen(function* () {
      const thought = (key: string): ReadonlyArray<StreamPart> => [
        { type: "stream-start", warnings: [] },
        { type: "response-metadata", model: "one-2026" },
        { type: "reasoning-start", id: "1" },
        { type: "reasoning-delta", id: "1", text: "hm" },
        { type: "reasoning-end", id: "1", providerData: { [key]: { signature: "s" } } },
        { type: "text-start", id: "2" },
        { type: "text-delta", id: "2", text: "Hi" },
        { type: "text-end", id: "2" },
        done,
      ]
      for (const [key, at] of [
        ["stub", 3],
        ["vendor", 6],
      ] as const) {
        const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" })).pipe(
          Effect.provide(overStream(...thought(key))),
        )
        const end = parts.findIndex(({ type }) => type === "reasoning-end")
        assert.strictEqual(end, at, key)
        const metadata = parts[end]?.metadata ?? {}
        assert.deepStrictEqual(marks(metadata)["origin"], { provider: "stub", model: "one-2026" })
        assert.deepStrictEqual(metadata[key], { signature: "s" })
      }
    }),
  )
})

/** A stack that speaks the Responses API to a server that answers each request with the next reply. */
const onTheWire = Effect.fnUntraced(function* (...replies: ReadonlyArray<Reply>) {
  const upstream = yield* Effect.acquireRelease(
    Effect.promise(() => startUpstream({ apiKey: "sk-test-0123456789" })),
    (started) => Effect.promise(() => started.close()),
  )
  let next = 0
  upstream.always(() => replies[next++] ?? {})
  const stack = stackOn({ baseURL: upstream.baseURL, apiKey: "sk-test-0123456789" }, "responses")
  return { upstream, stack, layer: layerLanguageModel({ model: "openai/gpt-5" }).pipe(Layer.provide(stack)) }
})

describe("on the wire", () => {
  for (const way of ["generateText", "streamText"] as const) {
    it.live(`a chat gives the model its own reasoning back, also after it was kept as JSON, ${way}`, () =>
      Effect.gen(function* () {
        const first: Reply = {
          reasoning: "Think.",
          encryptedReasoning: "REASONING-STATE",
          toolCalls: [{ id: "c1", name: "weather", arguments: '{ "city":"Lima" }' }],
        }
        const { upstream, layer } = yield* onTheWire(first, { text: "19 C." })
        yield* Effect.gen(function* () {
          const chat = yield* Chat.fromPrompt([{ role: "system", content: "Be brief." }])
          const ask = { prompt: "Weather?", toolkit: kit } as const
          if (way === "generateText") yield* chat.generateText(ask)
          else yield* Stream.runDrain(chat.streamText(ask))
          const later = yield* Chat.fromJson(yield* chat.exportJson)
          const { text } = yield* later.generateText({ prompt: [] })
          assert.strictEqual(text, "19 C.")
        }).pipe(Effect.provide([layer, handlers]))
        const raw = upstream.requests[1]?.rawBody ?? ""
        assert.include(raw, "REASONING-STATE")
        assert.include(raw, JSON.stringify('{ "city":"Lima" }'), "the exact text of the call")
        assert.include(raw, JSON.stringify('{"celsius":4}'), "the tool's result")
        assert.include(raw, "Be brief.")
        assert.notInclude(raw, metadataKey)
      }),
    )
  }

  it.live("an object by its schema", () =>
    Effect.gen(function* () {
      const { upstream, layer } = yield* onTheWire({ text: '{"name":"Ada","age":36}' }, { text: "no JSON" })
      const Person = Schema.Struct({ name: Schema.String, age: Schema.Int }).annotate({ identifier: "Person" })
      const ask = LanguageModel.generateObject({ prompt: "Who?", schema: Person })
      yield* Effect.gen(function* () {
        assert.deepStrictEqual((yield* ask).value, { name: "Ada", age: 36 })
        assert.strictEqual((yield* Effect.flip(ask)).reason._tag, "StructuredOutputError")
      }).pipe(Effect.provide(layer))
      const raw = upstream.requests[0]?.rawBody ?? ""
      assert.include(raw, '"json_schema"')
      assert.include(raw, '"Person"')
    }),
  )

  it.live("a plan goes on to the next model when the first is down", () =>
    Effect.gen(function* () {
      const { upstream, stack } = yield* onTheWire({ fault: { error: "server_error" } }, { text: "Fine." })
      const plan = ExecutionPlan.make(
        { provide: model({ model: "openai/gpt-5" }), while: (error: AiError.AiError) => error.isRetryable },
        { provide: model({ model: "openai/gpt-4o" }) },
      )
      const ask = Effect.all([LanguageModel.generateText({ prompt: "Hi" }), Model.ModelName, Model.ProviderName])
      const [{ text }, name, provider] = yield* ask.pipe(Effect.withExecutionPlan(plan), Effect.provide(stack))
      assert.deepStrictEqual([text, name, provider], ["Fine.", "openai/gpt-4o", "switchyard"])
      assert.deepStrictEqual(
        upstream.requests.map(({ body }) => body["model"]),
        ["gpt-5", "gpt-4o"],
      )
    }),
  )

  it.live("embeddings, several in one request, with dimensions", () =>
    Effect.gen(function* () {
      const { upstream, stack } = yield* onTheWire({ usage: { input: 5, output: 0 } })
      upstream.always({ usage: { input: 5, output: 0 } })
      const layer = layerEmbeddingModel({ model: "openai/text-embedding-3-small", dimensions: 3 })
      yield* Effect.gen(function* () {
        const embedding = yield* EmbeddingModel.EmbeddingModel
        assert.strictEqual(yield* EmbeddingModel.Dimensions, 3)
        const together = yield* Effect.forEach(["a", "b"], embedding.embed, { concurrency: "unbounded" })
        assert.deepStrictEqual(
          together.map(({ vector }) => vector.length),
          [3, 3],
        )
        assert.strictEqual(upstream.requests.length, 1)
        const many = yield* embedding.embedMany(["a", "b"])
        assert.deepStrictEqual(
          many.embeddings.map(({ vector }) => vector),
          together.map(({ vector }) => vector),
        )
        assert.strictEqual(many.usage.inputTokens, 5)
        const shorter = embedding.embedMany(["a"]).pipe(Effect.provideService(CallSettings, { dimensions: 2 }))
        assert.strictEqual((yield* shorter).embeddings[0]?.vector.length, 2)
        upstream.always({ fault: { error: "rate_limit_exceeded" } })
        const error = yield* Effect.flip(embedding.embedMany(["a"]))
        assert.deepStrictEqual([error.reason._tag, error.method], ["RateLimitError", "embedMany"])
      }).pipe(Effect.provide(layer.pipe(Layer.provide(stack))))
    }),
  )

  it.live("texts with different settings are not embedded in one request", () =>
    Effect.gen(function* () {
      const { upstream, stack } = yield* onTheWire()
      const layer = layerEmbeddingModel({ model: "openai/text-embedding-3-small" }).pipe(Layer.provide(stack))
      yield* Effect.gen(function* () {
        const { embed } = yield* EmbeddingModel.EmbeddingModel
        const sized = (dimensions: number) => embed("a").pipe(Effect.provideService(CallSettings, { dimensions }))
        const both = yield* Effect.all([sized(2), sized(4)], { concurrency: "unbounded" })
        assert.deepStrictEqual(
          both.map(({ vector }) => vector.length),
          [2, 4],
        )
        assert.strictEqual(upstream.requests.length, 2)
      }).pipe(Effect.provide(layer))
    }),
  )
})

it.effect("without the registry of providers a kernel is enough", () =>
  Effect.gen(function* () {
    const { provider, requests } = scripted({
      content: [{ type: "text", text: "a", providerData: { stub: { b: 1 } } }],
    })
    const kernel = Layer.provide(Kernel.layer, Providers.layer(provider))
    const layer = layerLanguageModel({ model: "stub/one" }).pipe(Layer.provide(kernel))
    const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" })).pipe(Effect.provide(layer))
    const end = parts.find(({ type }) => type === "text-end")
    assert.deepStrictEqual(marks(end?.metadata ?? {})["origin"], { provider: "stub", model: "one-2026-01-02" })
    assert.strictEqual(requests.length, 1)
  }),
)
