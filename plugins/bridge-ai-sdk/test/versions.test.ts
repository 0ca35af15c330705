// The types of the packages that were published for these versions, as models of that time have them.
import type { LanguageModelV2 } from "ai-sdk-provider-v2"
import type { LanguageModelV3 } from "ai-sdk-provider-v3"
import { assert, it } from "@effect/vitest"
import { foldCall, type LlmRequestInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { aiSdk } from "../src/index.ts"
import { kernelOf } from "./stacks.ts"

type V2Options = Parameters<LanguageModelV2["doGenerate"]>[0]
type V3Options = Parameters<LanguageModelV3["doGenerate"]>[0]
type V2Result = Awaited<ReturnType<LanguageModelV2["doGenerate"]>>
type V2Part = Awaited<ReturnType<LanguageModelV2["doStream"]>>["stream"] extends ReadableStream<infer P> ? P : never
type V3Part = Awaited<ReturnType<LanguageModelV3["doStream"]>>["stream"] extends ReadableStream<infer P> ? P : never

const streamOf = <A>(parts: ReadonlyArray<A>): ReadableStream<A> =>
  new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })

const v2Usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 4, reasoningTokens: 2 }

const v2 = (
  asked: Array<V2Options>,
  result: Partial<V2Result>,
  parts: ReadonlyArray<V2Part> = [],
): LanguageModelV2 => ({
  specificationVersion: "v2",
  provider: "old.chat",
  modelId: "m",
  supportedUrls: {},
  doGenerate: async (options) => {
    asked.push(options)
    return { content: [{ type: "text", text: "ok" }], finishReason: "stop", usage: v2Usage, warnings: [], ...result }
  },
  doStream: async (options) => {
    asked.push(options)
    return { stream: streamOf(parts) }
  },
})

const v3Usage = {
  inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
}

const v3 = (asked: Array<V3Options>, parts: ReadonlyArray<V3Part> = []): LanguageModelV3 => ({
  specificationVersion: "v3",
  provider: "mid.chat",
  modelId: "m",
  supportedUrls: {},
  doGenerate: async (options) => {
    asked.push(options)
    return {
      content: [
        { type: "text", text: "ok" },
        { type: "file", mediaType: "image/png", data: "AAAA" },
      ],
      finishReason: { unified: "stop", raw: "end" },
      usage: v3Usage,
      warnings: [{ type: "unsupported", feature: "topK" }],
    }
  },
  doStream: async (options) => {
    asked.push(options)
    return { stream: streamOf(parts) }
  },
})

const png = Uint8Array.from([1, 2, 3])

const conversation: LlmRequestInput = {
  model: "x/m",
  reasoningEffort: "high",
  output: { type: "json", schema: { type: "object" }, strict: true },
  tools: [
    { type: "function", name: "t", inputSchema: { type: "object" }, strict: true },
    { type: "provider", id: "x.search", args: { depth: 1 } },
  ],
  toolChoice: "required",
  providerData: { x: { effort: 3 } },
  messages: [
    {
      role: "user",
      content: [
        { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: png } },
        { type: "file", mediaType: "image/png", source: { type: "url", url: "https://example.com/a.png" } },
        { type: "file", mediaType: "image/png", source: { type: "url", url: "data:image/jpeg;base64,AAAA" } },
        { type: "file", mediaType: "text/plain", source: { type: "text", text: "a passage" }, filename: "p.txt" },
      ],
    },
    { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "t", inputText: '{"a": 1}' }] },
    {
      role: "tool",
      content: [
        { type: "tool-result", id: "c1", name: "t", output: { type: "denied", reason: "dear" } },
        {
          type: "tool-result",
          id: "c2",
          name: "t",
          output: {
            type: "content",
            value: [
              { type: "text", text: "see" },
              { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: png } },
              {
                type: "file",
                mediaType: "application/pdf",
                source: { type: "base64", base64: "AAAA" },
                filename: "a.pdf",
              },
            ],
          },
        },
        { type: "approval-response", id: "a1", approved: true },
      ],
    },
  ],
}

const files = [
  { type: "file", mediaType: "image/png", data: png },
  { type: "file", mediaType: "image/png", data: new URL("https://example.com/a.png") },
  { type: "file", mediaType: "image/jpeg", data: "AAAA" },
  { type: "file", mediaType: "text/plain", data: new TextEncoder().encode("a passage"), filename: "p.txt" },
]

const base64 = Buffer.from(png).toString("base64")
const call = { type: "tool-call", toolCallId: "c1", toolName: "t", input: { a: 1 } }

it.effect("a V2 model is asked in V2's words, and what these lack is warned of", () =>
  Effect.gen(function* () {
    const asked: Array<V2Options> = []
    const kernel = yield* kernelOf([aiSdk({ id: "x", models: { m: v2(asked, {}) } })])
    const { usage, warnings, finish } = yield* kernel.generate(conversation)
    const options = Object.fromEntries(Object.entries(asked[0] ?? {}).filter(([key]) => key !== "abortSignal"))
    assert.deepStrictEqual<unknown>(options, {
      prompt: [
        { role: "user", content: files },
        { role: "assistant", content: [call] },
        {
          role: "tool",
          content: [
            { type: "tool-result", toolCallId: "c1", toolName: "t", output: { type: "error-text", value: "dear" } },
            {
              type: "tool-result",
              toolCallId: "c2",
              toolName: "t",
              output: {
                type: "content",
                value: [
                  { type: "text", text: "see" },
                  { type: "media", mediaType: "image/png", data: base64 },
                  { type: "media", mediaType: "application/pdf", data: "AAAA" },
                ],
              },
            },
          ],
        },
      ],
      responseFormat: { type: "json", schema: { type: "object" } },
      tools: [
        { type: "function", name: "t", inputSchema: { type: "object" } },
        { type: "provider-defined", id: "old.search", name: "search", args: { depth: 1 } },
      ],
      toolChoice: { type: "required" },
      providerOptions: { old: { effort: 3 } },
    })
    assert.deepStrictEqual(
      warnings.map(({ setting }) => setting),
      ["reasoningEffort", "tools", "output", "messages"],
    )
    assert.deepStrictEqual(usage.input, { total: 10, uncached: 6, cacheRead: 4 })
    assert.deepStrictEqual(usage.output, { total: 5, text: 3, reasoning: 2 })
    assert.deepStrictEqual(finish, { unified: "stop", raw: "stop" })
  }),
)

it.effect("a V3 model is asked in V3's words", () =>
  Effect.gen(function* () {
    const asked: Array<V3Options> = []
    const kernel = yield* kernelOf([aiSdk({ id: "x", models: { m: v3(asked) }, namespace: "mid" })])
    const { content, usage, warnings } = yield* kernel.generate(conversation)
    const { prompt, tools, providerOptions } = asked[0] ?? {}
    assert.deepStrictEqual<unknown>(prompt, [
      { role: "user", content: files },
      { role: "assistant", content: [call] },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "c1",
            toolName: "t",
            output: { type: "execution-denied", reason: "dear" },
          },
          {
            type: "tool-result",
            toolCallId: "c2",
            toolName: "t",
            output: {
              type: "content",
              value: [
                { type: "text", text: "see" },
                { type: "image-data", mediaType: "image/png", data: base64 },
                { type: "file-data", mediaType: "application/pdf", data: "AAAA", filename: "a.pdf" },
              ],
            },
          },
          { type: "tool-approval-response", approvalId: "a1", approved: true },
        ],
      },
    ])
    assert.deepStrictEqual<unknown>(tools, [
      { type: "function", name: "t", inputSchema: { type: "object" }, strict: true },
      { type: "provider", id: "mid.search", name: "search", args: { depth: 1 } },
    ])
    assert.deepStrictEqual<unknown>(providerOptions, { mid: { strictJsonSchema: true, effort: 3 } })
    assert.deepStrictEqual(
      warnings.map(({ setting }) => setting),
      ["reasoningEffort", "topK"],
    )
    assert.deepStrictEqual(content[1], {
      type: "file",
      mediaType: "image/png",
      source: { type: "base64", base64: "AAAA" },
    })
    assert.deepStrictEqual(usage.input, { total: 10, uncached: 6, cacheRead: 4 })
  }),
)

it.effect("a V2 answer: files, results of tools that the vendor ran, warnings of every kind", () =>
  Effect.gen(function* () {
    const tool = { type: "provider-defined", id: "old.search", name: "search", args: {} } as const
    const model = v2([], {
      content: [
        { type: "file", mediaType: "image/png", data: png },
        { type: "tool-call", toolCallId: "c1", toolName: "s", input: "{}", providerExecuted: true },
        {
          type: "tool-result",
          toolCallId: "c1",
          toolName: "s",
          result: { a: undefined, b: 1 },
          providerExecuted: true,
        },
      ],
      finishReason: "unknown",
      warnings: [
        { type: "unsupported-setting", setting: "stopSequences", details: "none" },
        { type: "unsupported-tool", tool },
        { type: "other", message: "late" },
      ],
    })
    const kernel = yield* kernelOf([aiSdk({ id: "x", models: { m: model } })])
    const { content, finish, warnings } = yield* kernel.generate({ model: "x/m", prompt: "Hi" })
    assert.deepStrictEqual(content, [
      { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: png } },
      { type: "tool-call", id: "c1", name: "s", inputText: "{}", providerExecuted: true },
      { type: "tool-result", id: "c1", name: "s", output: { type: "json", value: { b: 1 } }, providerExecuted: true },
    ])
    assert.deepStrictEqual(finish, { unified: "unknown" })
    assert.deepStrictEqual(
      warnings.map(({ setting }) => setting),
      ["stop", "tools", undefined],
    )
  }),
)

it.effect("a stream of V2 or V3 that saw no finish reason is cut, though its package sends a finish", () =>
  Effect.gen(function* () {
    const begun = [
      { type: "stream-start", warnings: [] },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "half" },
      { type: "text-end", id: "0" },
    ] satisfies ReadonlyArray<V2Part & V3Part>
    const models = {
      two: v2([], {}, [...begun, { type: "finish", finishReason: "unknown", usage: v2Usage }]),
      three: v3([], [...begun, { type: "finish", finishReason: { unified: "other", raw: undefined }, usage: v3Usage }]),
    }
    const kernel = yield* kernelOf([aiSdk({ id: "x", models })])
    for (const model of ["x/two", "x/three"]) {
      const error = yield* Effect.flip(Stream.runDrain(kernel.stream({ model, prompt: "Hi" })))
      assert.strictEqual(error.reason._tag, "Truncated")
    }
    const whole = v2([], {}, [
      ...begun,
      { type: "file", mediaType: "image/png", data: "AAAA" },
      { type: "finish", finishReason: "length", usage: v2Usage, providerMetadata: { old: { f: 1 } } },
    ])
    const other = yield* kernelOf([aiSdk({ id: "x", models: { m: whole } })])
    const response = foldCall(yield* Stream.runCollect(other.stream({ model: "x/m", prompt: "Hi" })))
    assert.deepStrictEqual(response.finish, { unified: "length", raw: "length" })
    assert.deepStrictEqual(response.content[1], {
      type: "file",
      mediaType: "image/png",
      source: { type: "base64", base64: "AAAA" },
    })
    assert.deepStrictEqual(response.providerData, { x: { f: 1 } })
  }),
)

it.effect("files by reference need a V4 model", () =>
  Effect.gen(function* () {
    const kernel = yield* kernelOf([aiSdk({ id: "x", models: { two: v2([], {}), three: v3([]) } })])
    const content = [{ type: "file", mediaType: "image/png", source: { type: "ref", ref: "file-1" } }] as const
    for (const model of ["x/two", "x/three"]) {
      const error = yield* Effect.flip(kernel.generate({ model, messages: [{ role: "user", content }] }))
      assert.strictEqual(error.reason._tag, "Unsupported")
    }
  }),
)
