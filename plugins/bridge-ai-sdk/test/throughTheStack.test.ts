import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider"
import { InvalidResponseDataError } from "@ai-sdk/provider"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { backAndForth } from "./double.ts"

const seeded = { arbitrary: { seed: "bridge-ai-sdk", runs: 150 } }

const user: LanguageModelV4Prompt = [{ role: "user", content: [{ type: "text", text: "Hi" }] }]

/** Metadata of the vendor alone: the stack adds what it has to say under a key of its own. */
const vendors = <A>(value: A): A => {
  if (value instanceof Uint8Array || value instanceof URL || typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(vendors) as A
  const fields = Object.entries(value).flatMap(([key, field]): ReadonlyArray<readonly [string, unknown]> => {
    if (key !== "providerMetadata") return [[key, vendors(field)]]
    const left = Object.entries(field as object).filter(([name]) => name !== "switchyard")
    return left.length === 0 ? [] : [[key, Object.fromEntries(left)]]
  })
  return Object.fromEntries(fields) as A
}

const read = async <A>(stream: ReadableStream<A>): Promise<Array<A>> => {
  const parts: Array<A> = []
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value)
  return parts
}

const calls: ReadonlyArray<Partial<LanguageModelV4CallOptions>> = [
  { maxOutputTokens: 5 },
  { temperature: 0, topP: 0.5, topK: 7, presencePenalty: -1, frequencyPenalty: 1.5, seed: 0 },
  { stopSequences: ["a"] },
  { reasoning: "none" },
  { reasoning: "xhigh" },
  { headers: { "x-a": "1" } },
  { responseFormat: { type: "text" } },
  { responseFormat: { type: "json" } },
  { responseFormat: { type: "json", schema: { type: "object" }, name: "n" } },
  { tools: [{ type: "function", name: "t", inputSchema: { type: "object" } }], toolChoice: { type: "auto" } },
  {
    tools: [
      {
        type: "function",
        name: "t",
        description: "d",
        inputSchema: { type: "object", properties: { a: { type: "string" } } },
        strict: true,
        inputExamples: [{ input: { a: "b" } }],
        providerOptions: { v: { cache: true } },
      },
    ],
    toolChoice: { type: "tool", toolName: "t" },
  },
  {
    tools: [{ type: "provider", id: "v.search", name: "search", args: { depth: 2 } }],
    toolChoice: { type: "required" },
  },
  { providerOptions: { v: { effort: 3, deep: { x: [null] } } } },
]

for (const options of calls) {
  it.effect(`${JSON.stringify(options)} goes through a stack as it is`, () =>
    Effect.gen(function* () {
      const { model, inner } = yield* backAndForth
      inner.result.content.push({ type: "text", text: "ok" })
      const { warnings } = yield* Effect.promise(async () => model.doGenerate({ prompt: user, ...options }))
      const { abortSignal, ...asked } = inner.asked[0] ?? {}
      assert.instanceOf(abortSignal, AbortSignal)
      assert.deepStrictEqual(asked, { prompt: user, ...options })
      assert.deepStrictEqual(warnings, [])
    }),
  )
}

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1])
const providerOptions = { v: { mark: 1 } }

const prompt: LanguageModelV4Prompt = [
  { role: "system", content: "Be brief.", providerOptions },
  {
    role: "user",
    content: [
      { type: "text", text: "Look.", providerOptions },
      { type: "file", mediaType: "image/png", data: { type: "data", data: png } },
      { type: "file", mediaType: "application/pdf", data: { type: "data", data: "JVBERg==" }, filename: "a.pdf" },
      { type: "file", mediaType: "image/png", data: { type: "url", url: new URL("https://example.com/a%20b.png") } },
      {
        type: "file",
        mediaType: "image/png",
        data: { type: "url", url: new URL("https://example.com/a b.png"), originalUrl: "https://example.com/a b.png" },
      },
      { type: "file", mediaType: "text/plain", data: { type: "text", text: "a passage" }, filename: "p.txt" },
      { type: "file", mediaType: "image/png", data: { type: "reference", reference: { v: "file-1", w: "other-1" } } },
    ],
    providerOptions,
  },
  {
    role: "assistant",
    content: [
      { type: "text", text: "I look.", providerOptions },
      { type: "file", mediaType: "image/png", data: { type: "data", data: png } },
      { type: "tool-call", toolCallId: "c1", toolName: "t", input: { a: [1, null, "x"] }, providerOptions },
      { type: "tool-call", toolCallId: "c2", toolName: "s", input: "not an object", providerExecuted: true },
      { type: "tool-result", toolCallId: "c2", toolName: "s", output: { type: "json", value: [1] }, providerOptions },
    ],
    providerOptions,
  },
  {
    role: "tool",
    content: [
      { type: "tool-result", toolCallId: "c1", toolName: "t", output: { type: "text", value: "19" }, providerOptions },
      { type: "tool-result", toolCallId: "c3", toolName: "t", output: { type: "json", value: { a: null } } },
      { type: "tool-result", toolCallId: "c4", toolName: "t", output: { type: "error-text", value: "no" } },
      { type: "tool-result", toolCallId: "c5", toolName: "t", output: { type: "error-json", value: ["no"] } },
      { type: "tool-result", toolCallId: "c6", toolName: "t", output: { type: "execution-denied", reason: "dear" } },
      { type: "tool-result", toolCallId: "c7", toolName: "t", output: { type: "execution-denied" } },
      {
        type: "tool-result",
        toolCallId: "c8",
        toolName: "t",
        output: {
          type: "content",
          value: [
            { type: "text", text: "see", providerOptions },
            { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" }, filename: "x.png" },
            { type: "custom", providerOptions },
          ],
        },
      },
      { type: "tool-approval-response", approvalId: "a1", approved: false, reason: "no", providerOptions },
    ],
    providerOptions,
  },
]

it.effect("every part of a prompt goes through a stack as it is, generated and streamed", () =>
  Effect.gen(function* () {
    const { model, inner } = yield* backAndForth
    inner.result.content.push({ type: "text", text: "ok" })
    inner.parts = [
      { type: "stream-start", warnings: [] },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "ok" },
      { type: "text-end", id: "0" },
      finish,
    ]
    yield* Effect.promise(async () => model.doGenerate({ prompt }))
    yield* Effect.promise(async () => read((await model.doStream({ prompt })).stream))
    assert.strictEqual(inner.asked.length, 2)
    for (const asked of inner.asked) assert.deepStrictEqual(asked.prompt, prompt)
  }),
)

const usage: LanguageModelV4Usage = {
  inputTokens: { total: 10, noCache: 3, cacheRead: 5, cacheWrite: 2 },
  outputTokens: { total: 9, text: 4, reasoning: 5 },
  raw: { prompt_tokens: 10 },
}

const finish: LanguageModelV4StreamPart = { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage }
const providerMetadata = { v: { mark: 1 } }

const whole: ReadonlyArray<Exclude<LanguageModelV4Content, { type: "text" | "reasoning" }>> = [
  { type: "file", mediaType: "image/png", data: { type: "data", data: png }, providerMetadata },
  { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
  { type: "file", mediaType: "image/png", data: { type: "url", url: new URL("https://example.com/a.png") } },
  { type: "reasoning-file", mediaType: "image/png", data: { type: "data", data: "AAAA" }, providerMetadata },
  { type: "custom", kind: "v.block", providerMetadata },
  { type: "source", sourceType: "url", id: "s1", url: "https://example.com", title: "T", providerMetadata },
  { type: "source", sourceType: "url", id: "s2", url: "https://example.com" },
  { type: "source", sourceType: "document", id: "s3", mediaType: "application/pdf", title: "D", filename: "d.pdf" },
  { type: "tool-call", toolCallId: "c1", toolName: "t", input: '{ "a":1e2 }', providerMetadata },
  { type: "tool-call", toolCallId: "c2", toolName: "s", input: "{}", providerExecuted: true, dynamic: true },
  { type: "tool-result", toolCallId: "c2", toolName: "s", result: { a: [1] }, dynamic: true, providerMetadata },
  { type: "tool-call", toolCallId: "c3", toolName: "s", input: "{}", providerExecuted: true, dynamic: false },
  { type: "tool-result", toolCallId: "c3", toolName: "s", result: "no", isError: true, dynamic: false },
  { type: "tool-approval-request", approvalId: "a1", toolCallId: "c1", providerMetadata },
]

const cited = {
  source: { type: "source", sourceType: "url", id: "s9", url: "https://example.com" },
  startIndex: 0,
  endIndex: 2,
} as const

it.effect("every part of an answer goes through a stack as it is", () =>
  Effect.gen(function* () {
    const { model, inner } = yield* backAndForth
    const content: Array<LanguageModelV4Content> = [
      { type: "reasoning", text: "hm", providerMetadata },
      { type: "text", text: "ok", providerMetadata },
      ...whole,
    ]
    const warnings: Array<SharedV4Warning> = [
      { type: "unsupported", feature: "topK", details: "no" },
      { type: "unsupported", feature: "responseFormat", details: "no schema" },
      { type: "compatibility", feature: "stopSequences", details: "four" },
      { type: "other", message: "late" },
    ]
    inner.result = {
      ...inner.result,
      content,
      usage,
      warnings,
      providerMetadata: { ...providerMetadata, gateway: { cost: "0.1" } },
      response: { id: "r1", modelId: "m-1" },
    }
    const result = yield* Effect.promise(async () => model.doGenerate({ prompt: user }))
    assert.deepStrictEqual(vendors(result), {
      ...inner.result,
      // Beside the vendor's own name, so that it comes back to this provider alone.
      providerMetadata: { v: { mark: 1, namespaces: { gateway: { cost: "0.1" } } } },
    })
  }),
)

const finishes: ReadonlyArray<LanguageModelV4FinishReason> = [
  { unified: "stop", raw: "end_turn" },
  { unified: "length", raw: "max" },
  { unified: "content-filter", raw: "refusal" },
  { unified: "tool-calls", raw: "tools" },
  { unified: "error", raw: "failed" },
  { unified: "other", raw: "odd" },
  { unified: "other", raw: "pause_turn" },
  { unified: "stop", raw: undefined },
  { unified: "other", raw: undefined },
]

it.effect("every finish reason goes through", () =>
  Effect.gen(function* () {
    const { model, inner } = yield* backAndForth
    inner.result.content.push({ type: "text", text: "ok" })
    for (const finishReason of finishes) {
      inner.result = { ...inner.result, finishReason }
      const result = yield* Effect.promise(async () => model.doGenerate({ prompt: user }))
      assert.deepStrictEqual(result.finishReason, finishReason)
      inner.parts = [
        { type: "stream-start", warnings: [] },
        { type: "text-start", id: "0" },
        { type: "text-delta", id: "0", delta: "ok" },
        { type: "text-end", id: "0" },
        { ...finish, finishReason },
      ]
      const parts = yield* Effect.promise(async () => read((await model.doStream({ prompt: user })).stream))
      const last = parts.at(-1)
      assert.deepStrictEqual(last?.type === "finish" ? last.finishReason : last, finishReason)
    }
  }),
)

const id = Schema.Literals(["0", "1", "2"])
const Piece = Schema.Struct({
  kind: Schema.Literals(["text", "reasoning", "tool-input"]),
  id,
  deltas: Schema.Array(Schema.String),
  marked: Schema.Boolean,
})

type Piece = typeof Piece.Type

/** Any pieces, each begun, continued and ended, with ids that are unique. */
const written = ({ kind, deltas, marked }: Piece, index: number): ReadonlyArray<LanguageModelV4StreamPart> => {
  const own = `${kind}-${index}`
  const metadata = marked ? { providerMetadata: { v: { index } } } : {}
  if (kind === "tool-input") {
    const input = JSON.stringify(deltas)
    return [
      { type: "tool-input-start", id: own, toolName: "t" },
      { type: "tool-input-delta", id: own, delta: input },
      { type: "tool-input-end", id: own },
      { type: "tool-call", toolCallId: own, toolName: "t", input, ...metadata },
    ]
  }
  return [
    { type: `${kind}-start`, id: own, ...metadata },
    ...deltas.map((delta) => ({ type: `${kind}-delta` as const, id: own, delta })),
    { type: `${kind}-end`, id: own, ...metadata },
  ]
}

it.effect.prop(
  "any stream goes through a stack part by part",
  { pieces: Schema.Array(Piece) },
  ({ pieces }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { model, inner } = yield* backAndForth
        inner.parts = [
          { type: "stream-start", warnings: [{ type: "other", message: "late" }] },
          { type: "response-metadata", id: "r1", modelId: "m-1" },
          ...pieces.flatMap(written),
          ...whole,
          { ...finish, providerMetadata: { v: { fingerprint: "f" } } },
        ]
        const parts = yield* Effect.promise(async () => read((await model.doStream({ prompt: user })).stream))
        assert.deepStrictEqual(vendors(parts), [...inner.parts])
      }),
    ),
  seeded,
)

it.effect(
  "metadata that comes with a delta goes out with the end of its piece; citations are kept and are sources too",
  () =>
    Effect.gen(function* () {
      const { model, inner } = yield* backAndForth
      inner.parts = [
        { type: "stream-start", warnings: [] },
        { type: "reasoning-start", id: "0" },
        { type: "reasoning-delta", id: "0", delta: "hm" },
        { type: "reasoning-delta", id: "0", delta: "", providerMetadata: { v: { signature: "s" } } },
        { type: "reasoning-end", id: "0" },
        { type: "ping" },
        { type: "text-start", id: "1" },
        { type: "text-delta", id: "1", delta: "ok" },
        { type: "text-end", id: "1", citations: [cited] },
        { type: "tool-result", toolCallId: "p", toolName: "s", result: "half", preliminary: true },
        finish,
      ]
      const parts = vendors(
        yield* Effect.promise(async () =>
          read((await model.doStream({ prompt: user, includeRawChunks: true })).stream),
        ),
      )
      assert.deepInclude(parts, { type: "reasoning-end", id: "0", providerMetadata: { v: { signature: "s" } } })
      assert.deepInclude(parts, { type: "text-end", id: "1", citations: [cited] })
      assert.deepInclude(parts, cited.source)
      assert.isTrue(
        parts.some((part) => part.type === "raw"),
        "a preliminary result is no answer",
      )
      assert.isFalse(parts.some((part) => part.type === "tool-result"))
    }),
)

it.effect("a stream that was interrupted, or whose package says so, has no finish", () =>
  Effect.gen(function* () {
    const { model, inner } = yield* backAndForth
    const begun: ReadonlyArray<LanguageModelV4StreamPart> = [
      { type: "stream-start", warnings: [] },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "half" },
      { type: "text-end", id: "0" },
    ]
    const error = new InvalidResponseDataError({
      data: undefined,
      message: "Response stream ended without a finish reason.",
    })
    const cuts: ReadonlyArray<ReadonlyArray<LanguageModelV4StreamPart>> = [
      begun,
      [...begun, { ...finish, finishReason: { unified: "interrupted", raw: undefined } }],
      [...begun, { type: "error", error }, { ...finish, finishReason: { unified: "error", raw: undefined } }],
      [...begun, { type: "error", error: { message: "busy", type: "overloaded_error" } }, finish],
    ]
    for (const parts of cuts) {
      inner.parts = parts
      const out = yield* Effect.promise(async () => read((await model.doStream({ prompt: user })).stream))
      assert.isFalse(out.some((part) => part.type === "finish"))
      const last = out.at(-1)
      assert.isTrue(last?.type === "error")
      if (last?.type === "error") assert.deepInclude((last.error as { data: object }).data, { reason: "Truncated" })
    }
  }),
)

it.effect("what a call has no place for is warned of: the highest effort, a tool's other name", () =>
  Effect.gen(function* () {
    const { model, inner } = yield* backAndForth
    inner.result.content.push({ type: "text", text: "ok" })
    const tool = { type: "provider", id: "v.search", name: "mine", args: {} } as const
    const { warnings } = yield* Effect.promise(async () =>
      model.doGenerate({ prompt: user, reasoning: "max", tools: [tool] }),
    )
    assert.strictEqual(inner.asked[0]?.reasoning, "xhigh")
    assert.deepStrictEqual(
      warnings.map((warning) => (warning.type === "compatibility" ? warning.feature : warning.type)),
      ["reasoning", "tools"],
    )
  }),
)
