import { assert, describe, it } from "@effect/vitest"
import { compose } from "@switchyard/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { LanguageModel, Prompt, type Response, Tool, Toolkit } from "effect/ai"
import { effectAi, layerLanguageModel } from "../src/index.ts"
import { foreign, stopped } from "./stubs.ts"

const seeded = { arbitrary: { seed: "bridge-effect-ai", runs: 150 } }

/** A model of effect/ai, in to Switchyard and out to effect/ai again. */
const through = (...given: Parameters<typeof foreign>) => {
  const { calls, layer } = foreign(...given)
  const stack = compose([effectAi({ id: "vendor", models: { big: layer } })])
  return { calls, layer: layerLanguageModel({ model: "vendor/big" }).pipe(Layer.provide(stack)) }
}

const options = Schema.Record(Schema.String, Schema.Union([Schema.JsonObject, Schema.String, Schema.Boolean]))
const base64 = Schema.Literals(["", "AA==", "iVBORw0KGgo="])
const text = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String, options })
const file = Schema.Struct({
  type: Schema.Literal("file"),
  mediaType: Schema.String,
  fileName: Schema.optionalKey(Schema.String),
  data: Schema.Union([base64, Schema.Uint8Array]),
  options,
})
const call = Schema.Struct({
  type: Schema.Literal("tool-call"),
  id: Schema.String,
  name: Schema.String,
  params: Schema.Json,
  providerExecuted: Schema.Boolean,
  options,
})
const result = Schema.Struct({
  type: Schema.Literal("tool-result"),
  id: Schema.String,
  name: Schema.String,
  isFailure: Schema.Boolean,
  result: Schema.Json,
  modelOutput: Schema.optionalKey(Schema.Array(Schema.Union([text, file]))),
  providerExecuted: Schema.Boolean,
  options,
})
const message = Schema.Union([
  Schema.Struct({ role: Schema.Literal("system"), content: Schema.String, options }),
  Schema.Struct({ role: Schema.Literal("user"), content: Schema.Array(Schema.Union([text, file])), options }),
  Schema.Struct({
    role: Schema.Literal("assistant"),
    content: Schema.Array(Schema.Union([text, file, call, result])),
    options,
  }),
  Schema.Struct({ role: Schema.Literal("tool"), content: Schema.Array(result), options }),
])

const whole = (text: string): string => Buffer.from(text, "utf8").toString("utf8")

/** Parameters cross as text, which has no -0; and engines differ in how they parse keys that hold half a character. */
const plain = <A>(value: A): A => {
  if (typeof value === "string") return whole(value) as A
  if (value === 0) return 0 as A
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(plain) as A
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [whole(key), plain(field)])) as A
}

const prompts = Arbitrary.map(Arbitrary.schema(Schema.NonEmptyArray(message)), plain)

describe("a prompt, in to Switchyard and out again", () => {
  it.effect.prop(
    "every message arrives as it was",
    { messages: prompts },
    ({ messages }) =>
      Effect.gen(function* () {
        const { calls, layer } = through([stopped], [stopped])
        const prompt = Prompt.make(messages)
        yield* LanguageModel.generateText({ prompt }).pipe(Effect.provide(layer))
        assert.deepStrictEqual(calls[0]?.prompt.content, prompt.content)
      }),
    seeded,
  )

  const examples: Readonly<Record<string, Prompt.MessageEncoded>> = {
    "a file at a URL": {
      role: "user",
      content: [{ type: "file", mediaType: "image/png", data: new URL("https://example.com/a%20b.png?x=1") }],
    },
    "a tool result that is shown to the model in another form": {
      role: "tool",
      content: [
        {
          type: "tool-result",
          id: "1",
          name: "shot",
          isFailure: false,
          result: { bytes: 3 },
          modelOutput: [
            { type: "text", text: "a picture" },
            { type: "file", mediaType: "image/png", data: new Uint8Array([1, 2, 3]) },
          ],
        },
      ],
    },
    "a denial": {
      role: "tool",
      content: [
        {
          type: "tool-result",
          id: "1",
          name: "a",
          isFailure: true,
          result: { type: "execution-denied", reason: "no" },
        },
      ],
    },
    "an approval that is waited for": {
      role: "assistant",
      content: [
        { type: "tool-call", id: "1", name: "a", params: {} },
        { type: "tool-approval-request", approvalId: "x", toolCallId: "1" },
      ],
    },
  }
  for (const [title, given] of Object.entries(examples)) {
    it.effect(title, () =>
      Effect.gen(function* () {
        const { calls, layer } = through([stopped])
        const prompt = Prompt.make([given])
        yield* LanguageModel.generateText({ prompt }).pipe(Effect.provide(layer))
        assert.deepStrictEqual(calls[0]?.prompt.content, prompt.content)
      }),
    )
  }

  it.effect("tools and the choice among them", () =>
    Effect.gen(function* () {
      const { calls, layer } = through([stopped])
      const Weather = Tool.make("weather", {
        description: "Forecast",
        parameters: Schema.Struct({ city: Schema.String }),
      }).annotate(Tool.Strict, true)
      const toolkit = Toolkit.make(Weather)
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit, toolChoice: { tool: "weather" } }).pipe(
        Effect.provide([layer, toolkit.toLayer({ weather: () => Effect.void })]),
      )
      const [asked] = calls
      const [tool] = asked?.tools ?? []
      assert.deepStrictEqual(asked?.toolChoice, { tool: "weather" })
      assert.isDefined(tool)
      if (tool === undefined) return
      assert.deepStrictEqual(Tool.getJsonSchema(tool), Tool.getJsonSchema(Weather))
      assert.deepStrictEqual([tool.name, tool.description, Tool.getStrictMode(tool)], ["weather", "Forecast", true])
    }),
  )
})

describe("an answer, in to Switchyard and out again", () => {
  const usage = {
    inputTokens: { total: 9, uncached: 4, cacheRead: 5, cacheWrite: undefined },
    outputTokens: { total: 3, text: 2, reasoning: 1 },
  }
  const finish: Response.FinishPartEncoded = { ...stopped, reason: "length", usage, metadata: { v: { tier: "x" } } }
  const parts: ReadonlyArray<Response.PartEncoded> = [
    { type: "response-metadata", id: "a", modelId: "m" },
    { type: "reasoning", text: "hm", metadata: { v: { signature: "s" } } },
    { type: "text", text: "Hello.", metadata: { v: { item: "i" }, flag: "yes" } },
    { type: "file", mediaType: "image/png", data: "iVBORw0KGgo=", metadata: { v: { a: 1 } } },
    { type: "source", sourceType: "url", id: "1", url: "https://example.com/", title: "T" },
    { type: "source", sourceType: "document", id: "2", title: "D", mediaType: "text/plain", fileName: "d.txt" },
    { type: "tool-call", id: "3", name: "nobody", params: { b: 1, a: [null] }, metadata: { v: { thought: "t" } } },
    finish,
  ]
  const streamed: ReadonlyArray<Response.StreamPartEncoded> = [
    { type: "response-metadata", id: "a", modelId: "m" },
    { type: "reasoning-start", id: "r", metadata: { v: { begun: 1 } } },
    { type: "reasoning-delta", id: "r", delta: "hm" },
    { type: "reasoning-end", id: "r", metadata: { v: { signature: "s" } } },
    { type: "text-start", id: "t" },
    { type: "text-delta", id: "t", delta: "Hel" },
    { type: "text-delta", id: "t", delta: "lo." },
    { type: "text-end", id: "t" },
    { type: "tool-params-start", id: "3", name: "nobody", providerExecuted: false },
    { type: "tool-params-delta", id: "3", delta: '{"a":1}' },
    { type: "tool-params-end", id: "3" },
    { type: "tool-call", id: "3", name: "nobody", params: { a: 1 } },
    finish,
  ]
  const ask = { prompt: "Hi", disableToolCallResolution: true, toolCallValidation: "deferred" } as const

  /** Without what Switchyard adds of its own. */
  const bare = <P extends { readonly metadata: object }>(part: P) => {
    const { "@switchyard/core": _, ...metadata } = part.metadata as Readonly<Record<string, unknown>>
    return { ...part, metadata }
  }

  it.effect("whole", () =>
    Effect.gen(function* () {
      const direct = yield* LanguageModel.generateText(ask).pipe(Effect.provide(foreign(parts).layer))
      const given = yield* LanguageModel.generateText(ask).pipe(Effect.provide(through(parts).layer))
      assert.deepStrictEqual<unknown>(given.content.map(bare), direct.content.map(bare))
    }),
  )

  it.effect("streamed, up to how it is cut", () =>
    Effect.gen(function* () {
      const run = (layer: Layer.Layer<LanguageModel.LanguageModel, unknown>) =>
        Effect.map(Stream.runCollect(LanguageModel.streamText(ask)).pipe(Effect.provide(layer)), (all) => {
          const [message] = Prompt.fromResponseParts(all).content
          const content = message?.role === "assistant" ? message.content : []
          const last = all.at(-1)
          return [
            content.map((part) => bare({ ...part, metadata: part.options, options: {} })),
            last === undefined ? undefined : bare(last),
          ]
        })
      assert.deepStrictEqual<unknown>(
        yield* run(through(parts, streamed).layer),
        yield* run(foreign(parts, streamed).layer),
      )
    }),
  )
})
