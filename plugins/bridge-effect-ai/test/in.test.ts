import { assert, describe, it } from "@effect/vitest"
import {
  compose,
  type FinishPart,
  fold,
  foldCall,
  Kernel,
  type LlmError,
  type LlmRequestInput,
  type Part,
  textOf,
} from "@switchyard/core"
import { checkGrammar } from "@switchyard/testkit/conformance"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Deferred from "effect/Deferred"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AiError, EmbeddingModel, LanguageModel, OpenAiStructuredOutput, type Response, Tool } from "effect/ai"
import { CallSettings, effectAi, type SettingsCarrier } from "../src/index.ts"
import { foreign, nothingUsed, stopped } from "./stubs.ts"

const text: ReadonlyArray<Response.PartEncoded> = [{ type: "text", text: "Hello." }, stopped]
const streamedText: ReadonlyArray<Response.StreamPartEncoded> = [
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: "Hello." },
  { type: "text-end", id: "0" },
  stopped,
]

type Ask = Omit<LlmRequestInput, "model">

const asking = <E, R>(plugin: Parameters<typeof compose>[0][number] & { readonly layer: Layer.Layer<never, E, R> }) => {
  const layer = compose([plugin]) as Layer.Layer<Kernel, LlmError>
  return {
    layer,
    generate: (ask: Ask, model = "vendor/big") =>
      Kernel.use((kernel) => kernel.generate({ ...ask, model })).pipe(Effect.provide(layer)),
    stream: (ask: Ask, model = "vendor/big") =>
      Stream.unwrap(Kernel.use((kernel) => Effect.succeed(kernel.stream({ ...ask, model })))).pipe(
        Stream.provide(layer),
      ),
  }
}

const over = (
  parts: ReadonlyArray<Response.PartEncoded> = text,
  streamed: ReadonlyArray<Response.StreamPartEncoded> = streamedText,
  settings?: SettingsCarrier,
) => {
  const { calls, layer } = foreign(parts, streamed)
  const entry = settings === undefined ? layer : { layer, settings }
  return { calls, ...asking(effectAi({ id: "vendor", models: { big: entry } })) }
}

const hi: Ask = { prompt: "Hi" }
const weather = {
  type: "function",
  name: "weather",
  description: "Forecast",
  inputSchema: { type: "object", properties: { city: { type: "string" } } },
} as const

describe("what a foreign model is asked", () => {
  it.effect("tools, as schemas that nobody here runs", () =>
    Effect.gen(function* () {
      const { calls, generate } = over([
        { type: "tool-call", id: "1", name: "weather", params: { city: "Lima" } },
        { type: "tool-call", id: "2", name: "nobody", params: { a: [1] } },
        { ...stopped, reason: "tool-calls" },
      ])
      const { content, finish, warnings } = yield* generate({
        ...hi,
        tools: [
          { ...weather, strict: true },
          { type: "provider", id: "vendor.search", args: { depth: 2 } },
        ],
        toolChoice: { type: "tool", name: "weather" },
      })
      const [call] = calls
      assert.deepStrictEqual(call?.toolChoice, { tool: "weather" })
      const [own, theirs] = call?.tools ?? []
      assert.isDefined(own)
      assert.isDefined(theirs)
      if (own === undefined || theirs === undefined) return
      assert.deepStrictEqual(Tool.getJsonSchema(own), weather.inputSchema)
      assert.deepStrictEqual([own.name, own.description, Tool.getStrictMode(own)], ["weather", "Forecast", true])
      assert.isTrue(Tool.isProviderDefined(theirs))
      assert.deepStrictEqual<unknown>([theirs.id, "args" in theirs && theirs.args], ["vendor.search", { depth: 2 }])
      assert.deepStrictEqual(content, [
        { type: "tool-call", id: "1", name: "weather", inputText: '{"city":"Lima"}' },
        { type: "tool-call", id: "2", name: "nobody", inputText: '{"a":[1]}' },
      ])
      assert.strictEqual(finish.unified, "tool-calls")
      assert.deepStrictEqual(warnings, [])
    }),
  )

  it.effect("two tools of one name are refused", () =>
    Effect.gen(function* () {
      const { calls, generate } = over()
      const error = yield* Effect.flip(generate({ ...hi, tools: [weather, { ...weather }] }))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "tools" })
      assert.deepStrictEqual(calls, [])
    }),
  )

  const settings: Ask = {
    maxOutputTokens: 7,
    temperature: 0,
    topP: 0.5,
    topK: 3,
    presencePenalty: -1,
    frequencyPenalty: 1,
    seed: 9,
    stop: ["a"],
    reasoningEffort: "low",
    headers: { a: "b" },
    providerData: { vendor: { a: 1 }, other: { b: 2 } },
  }

  it.effect("settings come back as warnings, each by its name, once", () =>
    Effect.gen(function* () {
      const { generate, stream } = over()
      const whole = yield* generate({ ...hi, ...settings })
      assert.sameMembers(
        whole.warnings.map(({ setting }) => setting ?? ""),
        Object.keys(settings),
      )
      const streamed = foldCall(yield* Stream.runCollect(stream({ ...hi, ...settings })))
      assert.deepStrictEqual(streamed.warnings, whole.warnings)
      const foreignData = yield* generate({ ...hi, providerData: { other: { b: 2 } } })
      assert.deepStrictEqual(foreignData.warnings, [])
    }),
  )

  it.effect("or go the way that the user shows, and only those that it takes", () =>
    Effect.gen(function* () {
      const Config = Context.Reference<object>("test/VendorConfig", { defaultValue: () => ({}) })
      const seen: Array<object> = []
      const layer = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: () => Effect.map(Config, (config) => (seen.push(config), [...text])),
          streamText: () =>
            Stream.unwrap(Effect.map(Config, (config) => (seen.push(config), Stream.fromArray(streamedText)))),
        }),
      )
      const carrier: SettingsCarrier = {
        honours: ["temperature", "providerData"],
        context: ({ temperature, providerData, ...rest }) =>
          Context.make(Config, { temp: temperature, own: providerData?.["vendor"], rest }),
      }
      const { generate, stream } = asking(effectAi({ id: "vendor", models: { big: { layer, settings: carrier } } }))
      const { warnings } = yield* generate({ ...hi, ...settings })
      yield* Stream.runDrain(stream({ ...hi, ...settings }))
      const expected = { temp: 0, own: { a: 1 }, rest: {} }
      assert.deepStrictEqual(seen, [expected, expected])
      assert.notInclude(
        warnings.map(({ setting }) => setting),
        "temperature",
      )
      assert.include(
        warnings.map(({ setting }) => setting),
        "topK",
      )
    }),
  )

  it.effect("a call's own settings do not reach a stack below", () =>
    Effect.gen(function* () {
      const seen: Array<CallSettings> = []
      const layer = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: () => Effect.map(CallSettings, (settings) => (seen.push(settings), [...text])),
          streamText: () => Stream.empty,
        }),
      )
      const { generate } = asking(effectAi({ id: "vendor", models: { big: layer } }))
      yield* generate(hi).pipe(Effect.provideService(CallSettings, { model: "other/one", temperature: 2 }))
      assert.deepStrictEqual(seen, [{}])
    }),
  )

  it.effect("an earlier answer's vendor data goes to whom it belongs", () =>
    Effect.gen(function* () {
      const { calls, generate } = over()
      const content: ReadonlyArray<Part> = [
        { type: "reasoning", text: "hm", providerData: { google: { signature: "s" } } },
        { type: "text", text: "So.", providerData: { google: { item: "i" } } },
      ]
      for (const origin of [
        { provider: "vendor", model: "big" },
        { provider: "vendor", model: "small" },
        { provider: "elsewhere", model: "big" },
      ]) {
        yield* generate({ messages: [{ role: "assistant", content, origin }], prompt: "Go on" })
      }
      const sent = calls.map(({ prompt }) => {
        const [first] = prompt.content
        return first?.role === "assistant" ? first.content.map(({ type, options }) => [type, options["google"]]) : []
      })
      const own = [
        ["reasoning", { signature: "s" }],
        ["text", { item: "i" }],
      ]
      assert.deepStrictEqual(sent, [own, [["text", undefined]], [["text", undefined]]])
    }),
  )

  it.effect("its own reasoning by whatever name the model answered", () =>
    Effect.gen(function* () {
      const { calls, generate } = over([
        { type: "response-metadata", id: "a", modelId: "google-big-0613" },
        { type: "reasoning", text: "hm", metadata: { google: { signature: "s" } } },
        ...text,
      ])
      const { content, provider, model } = yield* generate(hi)
      assert.deepStrictEqual([provider, model], ["vendor", "google-big-0613"])
      yield* generate({ messages: [{ role: "assistant", content, origin: { provider, model } }], prompt: "Go on" })
      const [first] = calls[1]?.prompt.content ?? []
      assert.deepStrictEqual(first?.role === "assistant" ? first.content[0]?.options["google"] : undefined, {
        signature: "s",
      })
    }),
  )

  it.effect("a model that is not there is not asked", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(over().generate(hi, "vendor/huge"))
      assert.strictEqual(error.reason._tag, "ModelNotFound")
      assert.include(error.message, "it has: big")
    }),
  )

  it.effect("a file at something that is no URL is refused", () =>
    Effect.gen(function* () {
      const { calls, generate } = over()
      const file = { type: "file", mediaType: "image/png", source: { type: "url", url: "a.png" } } as const
      const error = yield* Effect.flip(generate({ messages: [{ role: "user", content: [file] }] }))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "messages" })
      assert.deepStrictEqual(calls, [])
    }),
  )
})

describe("approvals", () => {
  const history = (approved: boolean): Ask => ({
    messages: [
      {
        role: "assistant",
        content: [
          { type: "tool-call", id: "1", name: "weather", inputText: "{}" },
          { type: "approval-request", id: "a", toolCallId: "1" },
        ],
      },
      { role: "tool", content: [{ type: "approval-response", id: "a", approved, reason: "too dear" }] },
    ],
    tools: [weather],
  })

  it.effect("what was denied is told to the model", () =>
    Effect.gen(function* () {
      const { calls, generate } = over()
      yield* generate(history(false))
      const last = calls[0]?.prompt.content.at(-1)
      assert.deepInclude(last?.role === "tool" ? last.content.at(-1) : undefined, {
        type: "tool-result",
        id: "1",
        isFailure: true,
        result: { type: "execution-denied", reason: "too dear" },
      })
    }),
  )

  it.effect("what was allowed and not run is refused, since effect/ai would run it", () =>
    Effect.gen(function* () {
      const { calls, generate } = over()
      const error = yield* Effect.flip(generate(history(true)))
      assert.strictEqual(error.reason._tag, "Unsupported")
      assert.include(error.message, `"weather"`)
      assert.deepStrictEqual(calls, [])
    }),
  )
})

describe("JSON", () => {
  const schema = {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city"],
    additionalProperties: false,
  } as const
  const output = { type: "json", schema, name: "forecast" } as const
  const json = (given: string) =>
    over([
      { type: "text", text: given },
      { ...stopped, reason: "length" },
    ])

  it.effect("is asked for by its schema, whole and as a stream of one piece", () =>
    Effect.gen(function* () {
      const { calls, generate, stream } = json('{ "city":"Lima" }')
      const whole = yield* generate({ ...hi, output })
      const parts = yield* Stream.runCollect(stream({ ...hi, output }))
      assert.deepStrictEqual(checkGrammar(parts), [])
      assert.deepStrictEqual(foldCall(parts).content, whole.content)
      assert.strictEqual(textOf(whole.content), '{ "city":"Lima" }')
      for (const { responseFormat } of calls) {
        assert.strictEqual(responseFormat.type === "json" ? responseFormat.objectName : "", "forecast")
        const asked = responseFormat.type === "json" ? Tool.getJsonSchemaFromSchema(responseFormat.schema) : {}
        assert.deepInclude(asked, { type: "object", required: ["city"] })
      }
      assert.strictEqual(calls.length, 2)
    }),
  )

  it.effect("that is none is an answer all the same: validators judge it", () =>
    Effect.gen(function* () {
      for (const given of ["no JSON", '{"days":1}']) {
        const { content, finish } = yield* json(given).generate({ ...hi, output })
        assert.strictEqual(textOf(content), given)
        assert.strictEqual(finish.unified, "length")
      }
    }),
  )

  it.effect("in the form of a vendor's package comes back in the form that was asked for", () =>
    Effect.gen(function* () {
      const layer = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: () => Effect.succeed([{ type: "text", text: '{"city":"Lima","days":null}' }, stopped]),
          streamText: () => Stream.empty,
          codecTransformer: OpenAiStructuredOutput.toCodecOpenAI,
        }),
      )
      const { generate } = asking(effectAi({ id: "vendor", models: { big: layer } }))
      const { content } = yield* generate({ ...hi, output })
      assert.strictEqual(textOf(content), '{"city":"Lima"}')
    }),
  )

  it.effect("without a schema, and how strict: warned of", () =>
    Effect.gen(function* () {
      const { generate } = json("{}")
      const bare = yield* generate({ ...hi, output: { type: "json" } })
      assert.deepStrictEqual(
        bare.warnings.map(({ setting }) => setting),
        ["output"],
      )
      const strict = yield* generate({ ...hi, output: { ...output, strict: false } })
      assert.deepStrictEqual(
        strict.warnings.map(({ setting }) => setting),
        ["output.strict"],
      )
    }),
  )

  it.effect("with a schema that effect cannot read is Unsupported", () =>
    Effect.gen(function* () {
      const { calls, generate } = json("{}")
      const odd = { type: "json", schema: { $ref: "https://example.com/schema" } } as const
      const error = yield* Effect.flip(generate({ ...hi, output: odd }))
      assert.deepInclude(error.reason, { _tag: "Unsupported", feature: "output.schema" })
      assert.deepStrictEqual(calls, [])
    }),
  )
})

describe("what a foreign model streams", () => {
  const streamed = (...parts: ReadonlyArray<Response.StreamPartEncoded>) => {
    const { stream } = over(text, parts)
    return Effect.map(Stream.runCollect(stream(hi)), (all) => {
      assert.deepStrictEqual(checkGrammar(all), [])
      return all
    })
  }
  const contentOf = (parts: Iterable<Parameters<typeof fold>[0] extends Iterable<infer P> ? P : never>) =>
    fold(parts, "big").content

  it.effect("pieces that nobody opened or closed", () =>
    Effect.gen(function* () {
      const parts = yield* streamed(
        { type: "reasoning-delta", id: "r", delta: "hm" },
        { type: "text-delta", id: "0", delta: "Hel" },
        { type: "text-delta", id: "0", delta: "lo.", metadata: { v: { a: 1 } } },
        { type: "text-end", id: "9" },
        stopped,
      )
      assert.deepStrictEqual(
        contentOf(parts).map((part) => [part.type, "text" in part ? part.text : ""]),
        [
          ["reasoning", "hm"],
          ["text", "Hello."],
        ],
      )
      assert.deepStrictEqual(contentOf(parts)[1]?.providerData?.["v"], { a: 1 })
    }),
  )

  it.effect("the input of a tool call is the text that was streamed", () =>
    Effect.gen(function* () {
      const parts = yield* streamed(
        { type: "tool-params-start", id: "1", name: "weather" },
        { type: "tool-params-delta", id: "1", delta: '{ "city":' },
        { type: "tool-params-delta", id: "1", delta: ' "Lima" }' },
        { type: "tool-params-end", id: "1" },
        { type: "tool-call", id: "1", name: "weather", params: { city: "Lima" } },
        { type: "tool-params-start", id: "2", name: "clock" },
        { type: "tool-params-delta", id: "2", delta: "{" },
        stopped,
      )
      assert.deepStrictEqual(contentOf(parts), [
        { type: "tool-call", id: "1", name: "weather", inputText: '{ "city": "Lima" }' },
        { type: "tool-call", id: "2", name: "clock", inputText: "{" },
      ])
    }),
  )

  it.effect("no end is a cut answer", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(streamed({ type: "text-delta", id: "0", delta: "Hel" }))
      assert.strictEqual(error.reason._tag, "Truncated")
      if (error.reason._tag === "Truncated") assert.strictEqual(textOf(error.reason.partial.content), "Hel")
    }),
  )

  it.effect("an error as a part is a failure", () =>
    Effect.gen(function* () {
      const limited = AiError.make({ module: "V", method: "m", reason: new AiError.RateLimitError({}) })
      const first = yield* Effect.flip(streamed({ type: "error", error: limited }))
      assert.strictEqual(first.reason._tag, "RateLimited")
      const second = yield* Effect.flip(
        streamed({ type: "text-delta", id: "0", delta: "Hel" }, { type: "error", error: new Error("burnt") }),
      )
      assert.deepInclude(second.reason, { _tag: "Truncated" })
      assert.include(second.message, "burnt")
    }),
  )

  it.effect("counts that do not add up are not believed in part", () =>
    Effect.gen(function* () {
      const usage = {
        inputTokens: { ...nothingUsed.inputTokens, total: 9, uncached: 9, cacheRead: 4 },
        outputTokens: { ...nothingUsed.outputTokens, total: 5 },
      }
      const parts = yield* streamed({ type: "text-delta", id: "0", delta: "Hi" }, { ...stopped, usage })
      const last = parts.at(-1) as FinishPart
      assert.deepStrictEqual(last.usage, { input: { total: 9 }, output: { total: 5 } })
    }),
  )

  it.effect("a caller who leaves stops the model", () =>
    Effect.gen(function* () {
      const began = yield* Deferred.make<void>()
      const left = yield* Deferred.make<void>()
      const waiting = Effect.andThen(Deferred.succeed(began, undefined), Effect.never).pipe(
        Effect.onInterrupt(() => Deferred.succeed(left, undefined)),
      )
      const layer = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({ generateText: () => waiting, streamText: () => Stream.fromEffect(waiting) }),
      )
      const { generate } = asking(effectAi({ id: "vendor", models: { big: layer } }))
      const fiber = yield* Effect.forkChild(generate(hi))
      yield* Deferred.await(began)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(left)
    }),
  )
})

describe("layers", () => {
  class Client extends Context.Service<Client, { readonly name: string }>()("test/Client") {}
  class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}

  it.effect("are built once with the stack, share what they share, and close with it", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const client = Layer.effect(
        Client,
        Effect.acquireRelease(
          Effect.sync(() => (log.push("open"), { name: "c" })),
          () => Effect.sync(() => void log.push("close")),
        ),
      )
      const made = Layer.effect(
        LanguageModel.LanguageModel,
        Effect.flatMap(Client, ({ name }) =>
          LanguageModel.make({
            generateText: () => Effect.sync(() => (log.push(`asked ${name}`), [...text])),
            streamText: () => Stream.empty,
          }),
        ),
      ).pipe(Layer.provide(client))
      const plugin = effectAi({ models: { one: made, two: Layer.fresh(made).pipe(Layer.provide(client)) } })
      yield* Effect.gen(function* () {
        const kernel = yield* Kernel
        yield* kernel.generate({ model: "effect/one", prompt: "Hi" })
        yield* kernel.generate({ model: "effect/two", prompt: "Hi" })
      }).pipe(Effect.provide(compose([plugin])))
      assert.deepStrictEqual(
        log.filter((line) => line.startsWith("asked")),
        ["asked c", "asked c"],
      )
      assert.strictEqual(log.at(-1), "close")
      assert.strictEqual(log.filter((line) => line === "open").length, log.filter((line) => line === "close").length)
    }),
  )

  it.effect("what they need and how they fail is in the stack's type", () =>
    Effect.gen(function* () {
      const needing = Layer.effect(
        LanguageModel.LanguageModel,
        Effect.gen(function* () {
          const { name } = yield* Client
          if (name === "") return yield* new Refused()
          return yield* LanguageModel.make({
            generateText: () => Effect.succeed([...text]),
            streamText: () => Stream.empty,
          })
        }),
      )
      const stack: Layer.Layer<Kernel, LlmError | Refused, Client> = compose([effectAi({ models: { one: needing } })])
      const ask = Kernel.use((kernel) => kernel.generate({ model: "auto", prompt: "Hi" }))
      const answered = ask.pipe(Effect.provide(stack), Effect.provideService(Client, { name: "c" }))
      assert.strictEqual(textOf((yield* answered).content), "Hello.")
      const failed = ask.pipe(Effect.provide(stack), Effect.provideService(Client, { name: "" }), Effect.flip)
      assert.strictEqual((yield* failed)._tag, "Refused")
    }),
  )

  it.effect("what is no layer is refused when the stack is built, with the path", () =>
    Effect.gen(function* () {
      // As a caller without types would.
      const wrong = effectAi({ models: { one: "gpt" as unknown as Layer.Layer<LanguageModel.LanguageModel> } })
      const error = yield* Effect.flip(Layer.build(compose([wrong])).pipe(Effect.scoped))
      assert.strictEqual(error._tag, "LlmError")
      assert.match(error.message, /options of @switchyard\/bridge-effect-ai are wrong.*models.*one/)
    }),
  )
})

describe("embeddings", () => {
  const embedding = (rows: Array<Array<number>>, seen: Array<CallSettings> = []) =>
    Layer.effect(
      EmbeddingModel.EmbeddingModel,
      EmbeddingModel.make({
        embedMany: () =>
          Effect.map(CallSettings, (settings) => {
            seen.push(settings)
            return { results: rows, usage: { inputTokens: 3 } }
          }),
      }),
    )
  const through = (
    layer: Layer.Layer<EmbeddingModel.EmbeddingModel>,
    dimensions?: number,
    settings?: SettingsCarrier,
  ) => {
    const entry = settings === undefined ? { layer } : { layer, settings }
    const plugin = effectAi({ id: "vendor", models: {}, embeddings: { small: entry } })
    const size = dimensions === undefined ? {} : { dimensions }
    return Kernel.use((kernel) => kernel.embed({ model: "vendor/small", inputs: ["a", "b"], ...size })).pipe(
      Effect.provide(compose([plugin])),
    )
  }
  const rows = [
    [1, 2],
    [3, 1 / 3],
  ]

  it.effect("come as vectors, with the tokens they took", () =>
    Effect.gen(function* () {
      const { vectors, dimensions, usage, model, provider } = yield* through(embedding(rows))
      assert.deepStrictEqual(
        vectors,
        rows.map((row) => Float32Array.from(row)),
      )
      assert.deepStrictEqual([dimensions, model, provider], [2, "small", "vendor"])
      assert.deepStrictEqual(usage.input, { total: 3 })
    }),
  )

  it.effect("of other dimensions are refused before anything is sent, unless they are those of the layer", () =>
    Effect.gen(function* () {
      const seen: Array<CallSettings> = []
      const error = yield* Effect.flip(through(embedding(rows, seen), 2))
      assert.deepInclude(error.reason, { _tag: "Unsupported", feature: "dimensions" })
      assert.deepStrictEqual(seen, [])
      const known = Layer.merge(embedding(rows, seen), Layer.succeed(EmbeddingModel.Dimensions, 2))
      assert.strictEqual((yield* through(known, 2)).dimensions, 2)
      assert.strictEqual((yield* Effect.flip(through(known, 3))).reason._tag, "Unsupported")
      const carrier: SettingsCarrier = {
        honours: ["dimensions"],
        context: (settings) => Context.make(CallSettings, settings),
      }
      yield* through(embedding(rows, seen), 2, carrier)
      assert.deepStrictEqual(seen, [{}, { dimensions: 2 }])
    }),
  )

  it.effect("too few, or of several lengths, are an InvalidResponse", () =>
    Effect.gen(function* () {
      for (const wrong of [[[1, 2]], [[1, 2], [1]], [[], []]]) {
        assert.strictEqual((yield* Effect.flip(through(embedding(wrong)))).reason._tag, "InvalidResponse")
      }
    }),
  )

  it.effect("without a model for them are refused clearly", () =>
    Effect.gen(function* () {
      const { layer } = over()
      const embed = Kernel.use((kernel) => kernel.embed({ model: "vendor/big", inputs: ["a"] }))
      assert.strictEqual((yield* Effect.flip(embed.pipe(Effect.provide(layer)))).reason._tag, "Unsupported")
    }),
  )
})
