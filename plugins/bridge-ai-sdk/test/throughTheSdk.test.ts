import { assert, it } from "@effect/vitest"
import {
  type FileSource,
  type Finish,
  foldCall,
  type LlmRequest,
  type LlmRequestInput,
  Message,
  Part,
  type ProviderData,
  type ProviderResponse,
  type StreamPart,
  type Usage,
  type Warning,
} from "@switchyard/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { double, finishPart, nothing } from "./double.ts"

const seeded = { arbitrary: { seed: "bridge-ai-sdk", runs: 150 } }

type Data = (n: number, type: string) => ProviderData

/** The same tree with every `providerData` replaced, numbered in order. */
const marked = <A>(value: A, data: Data): A => {
  let n = 0
  const walk = (at: unknown): unknown => {
    if (at instanceof Uint8Array || typeof at !== "object" || at === null) return at
    if (Array.isArray(at)) return at.map(walk)
    const { type } = at as { readonly type?: string }
    return Object.fromEntries(
      Object.entries(at).map(([key, field]) => [key, key === "providerData" ? data(++n, type ?? "") : walk(field)]),
    )
  }
  return walk(value) as A
}

const origin = { provider: "b", model: "m" }

/** Data of "b" as a caller of "a" holds it; reasoning and custom parts carry who wrote them. */
const outside: Data = (n, type) => ({
  a: { ...(type === "reasoning" || type === "custom" ? { origin } : {}), namespaces: { b: { n } } },
})

const inside: Data = (n) => ({ b: { n } })

const wellFormed = (text: string): string => Buffer.from(text, "utf8").toString("utf8")

/** Arbitrary text is no URL. */
const source = (given: FileSource): FileSource =>
  given.type === "url" ? { type: "url", url: `https://example.com/${wellFormed(given.url)}?a=1` } : given

const filed = <P extends Part>(part: P): P =>
  part.type === "file" ? { ...part, mediaType: "image/png", source: source(part.source) } : part

/** Who wrote reasoning is noted in its data. */
const signed = <P extends Part>(part: P): P =>
  part.type === "reasoning" || part.type === "custom" ? { ...part, providerData: {} } : part

const made = <P extends Part>(part: P): P => {
  const one = signed(filed(part))
  return one.type === "tool-result" && one.output.type === "content"
    ? { ...one, output: { type: "content", value: one.output.value.map(filed) } }
    : one
}

const without = (part: Part, key: string): Part =>
  Object.fromEntries(Object.entries(part).filter(([name]) => name !== key)) as Part

/** Results in an answer were made by the provider; those in a tool message by the caller. */
const ran = (part: Part, byProvider: boolean): Part => {
  if (part.type !== "tool-result") return part
  return byProvider ? { ...part, providerExecuted: true } : without(part, "providerExecuted")
}

const message = (given: Message): Message => {
  switch (given.role) {
    case "system":
      return given
    case "user":
      return { ...given, content: given.content.map(made) }
    case "assistant":
      return {
        ...given,
        content: given.content.map((part) => ran(made(part), true)),
        origin: { provider: "a", model: "m" },
      }
    case "tool":
      return { ...given, content: given.content.map((part) => ran(made(part), false)) } as Message
  }
}

const messages = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Message), { minLength: 1, maxLength: 4 }), (all) =>
  all.map(message),
)

/** The message as the provider behind must see it. */
const arrived = (given: Message): Message => {
  if (given.role !== "assistant") return given
  const noted = given.content.some((part) => part.type === "reasoning" || part.type === "custom")
  const { origin: _, ...rest } = given
  return noted ? { ...rest, origin } : rest
}

/** What the bridge keeps beside a part for its way back. */
const withoutKept = <A>(value: A): A => {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(withoutKept) as A
  const fields = Object.entries(value).flatMap(([key, field]): ReadonlyArray<readonly [string, unknown]> => {
    if (key !== "providerData") return [[key, withoutKept(field)]]
    const data = Object.entries(field as ProviderData).filter(([name]) => name !== "aiSdk")
    return data.length === 0 ? [] : [[key, Object.fromEntries(data)]]
  })
  return Object.fromEntries(fields) as A
}

it.effect.prop(
  "any conversation goes through the AI SDK as it is, both ways",
  { conversation: messages },
  ({ conversation }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { outer, inner } = yield* double
        inner.answer = { ...nothing, content: [{ type: "text", text: "ok" }] }
        inner.parts = [
          { type: "stream-start", warnings: [] },
          { type: "text-start", id: "0" },
          { type: "text-delta", id: "0", text: "ok" },
          { type: "text-end", id: "0" },
          finishPart,
        ]
        const request: LlmRequestInput = { model: "a/m", messages: marked(conversation, outside) }
        yield* outer.generate(request)
        yield* Stream.runDrain(outer.stream(request))
        const expected = marked(conversation.map(arrived), inside)
        for (const seen of inner.seen) assert.deepStrictEqual(withoutKept(seen.messages), expected)
        assert.strictEqual(inner.seen.length, 2)
      }),
    ),
  seeded,
)

const settings: ReadonlyArray<Partial<LlmRequest>> = [
  { maxOutputTokens: 5 },
  { temperature: 0 },
  { topP: 0.5 },
  { topK: 7 },
  { presencePenalty: -1 },
  { frequencyPenalty: 1.5 },
  { seed: 0 },
  { stop: ["a", "b"] },
  { reasoningEffort: "none" },
  { reasoningEffort: "xhigh" },
  { headers: { "x-a": "1", "X-B": "two" } },
  { output: { type: "text" } },
  { output: { type: "json" } },
  {
    output: { type: "json", schema: { type: "object", properties: { a: { type: "null" } } }, name: "n", strict: false },
  },
  { tools: [{ type: "function", name: "t", inputSchema: {} }] },
  {
    tools: [{ type: "function", name: "t", description: "d", inputSchema: { type: "object" }, strict: true }],
    toolChoice: "required",
  },
  { tools: [{ type: "provider", id: "b.search", args: { depth: 2 } }], toolChoice: { type: "tool", name: "search" } },
]

for (const setting of settings) {
  it.effect(`${JSON.stringify(setting)} goes through the AI SDK as it is`, () =>
    Effect.gen(function* () {
      const { outer, inner } = yield* double
      inner.answer = { ...nothing, content: [{ type: "text", text: "ok" }] }
      const { warnings } = yield* outer.generate({ ...setting, model: "a/m", prompt: "Hi" })
      const { model, messages: _, ...seen } = inner.seen[0] ?? { messages: [] }
      assert.strictEqual(model, "m")
      assert.deepStrictEqual(seen, setting)
      assert.deepStrictEqual(warnings, [])
    }),
  )
}

it.effect("data of the request and of tools goes where it belongs; tags, tenant and policy stay", () =>
  Effect.gen(function* () {
    const { outer, inner } = yield* double
    inner.answer = { ...nothing, content: [{ type: "text", text: "ok" }] }
    const providerData = { a: { deep: { x: [1, null] }, namespaces: { b: { effort: 3 } } }, other: { secret: true } }
    const tool = { type: "function", name: "t", inputSchema: {}, providerData } as const
    const data = { switchyard: { deep: { x: [1, null] } }, b: { effort: 3 } }
    yield* outer.generate({
      model: "a/m",
      prompt: "Hi",
      providerData,
      tools: [tool],
      tenant: "t",
      tags: { a: "b" },
      policy: { deadline: 5000 },
    })
    const [seen] = inner.seen
    assert.deepStrictEqual(seen?.providerData, data)
    assert.deepStrictEqual(seen?.tools, [{ type: "function", name: "t", inputSchema: {}, providerData: data }])
    assert.isUndefined(seen?.tenant ?? seen?.tags ?? seen?.policy)
  }),
)

it.effect("another provider's reasoning stays here", () =>
  Effect.gen(function* () {
    const { outer, inner } = yield* double
    inner.answer = { ...nothing, content: [{ type: "text", text: "ok" }] }
    const thought = { type: "reasoning", text: "hm", providerData: { a: { signature: "s" } } } as const
    for (const from of [{ provider: "z", model: "m" }, undefined]) {
      yield* outer.generate({
        model: "a/m",
        messages: [
          {
            role: "assistant",
            content: [thought, { type: "text", text: "Hello." }],
            ...(from === undefined ? {} : { origin: from }),
          },
          { role: "user", content: "Go on." },
        ],
      })
    }
    for (const { messages } of inner.seen)
      assert.deepStrictEqual(messages[0]?.content, [{ type: "text", text: "Hello." }])
    assert.strictEqual(inner.seen.length, 2)
  }),
)

/** The results of an answer are JSON, where base64 stands for bytes. */
const inJson = <P extends Part>(part: P): P => {
  if (part.type !== "tool-result" || part.output.type !== "content") return part
  const value = part.output.value.map((each) =>
    each.type === "file" && each.source.type === "bytes"
      ? { ...each, source: { type: "base64" as const, base64: Buffer.from(each.source.bytes).toString("base64") } }
      : each,
  )
  return { ...part, output: { type: "content", value } }
}

/** What a model may answer: never an approval, each id once, and pieces with something in them. */
const answerPart = (given: Part, index: number): Part => {
  const one = ran(made(given), true)
  switch (one.type) {
    case "text":
    case "reasoning":
      return { ...one, text: `${one.text}.` }
    case "tool-call":
    case "tool-result":
    case "approval-request":
      return { ...inJson(one), id: `${index}:${one.id}` }
    case "source":
      return one.source.type === "document" ? { ...one, source: { ...one.source, mediaType: "text/plain" } } : one
    default:
      return one
  }
}

const content = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Part), { minLength: 1, maxLength: 5 }), (all) => {
  const parts = all.filter((part) => part.type !== "approval-response").map(answerPart)
  return parts.length > 0 ? parts : [{ type: "text", text: "." } as const]
})

/** Data of "b" as it comes out of "a", without the bridge's notes for the way back. */
const unwrapped = <A>(value: A): A => {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(unwrapped) as A
  const fields = Object.entries(value).flatMap(([key, field]): ReadonlyArray<readonly [string, unknown]> => {
    if (key !== "providerData") return [[key, unwrapped(field)]]
    const { namespaces } = (field as ProviderData)["a"] ?? {}
    return namespaces === undefined ? [] : [[key, namespaces]]
  })
  return Object.fromEntries(fields) as A
}

it.effect.prop(
  "any answer goes through the AI SDK as it is, whole and streamed",
  { answer: content },
  ({ answer }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { outer, inner } = yield* double
        const expected = marked(answer, inside)
        inner.answer = { ...nothing, content: expected }
        const whole = yield* outer.generate({ model: "a/m", prompt: "Hi" })
        assert.deepStrictEqual(unwrapped(whole.content), expected)
        inner.parts = [{ type: "stream-start", warnings: [] }, ...expected, finishPart]
        const parts = yield* Stream.runCollect(outer.stream({ model: "a/m", prompt: "Hi" }))
        assert.deepStrictEqual(unwrapped(foldCall(parts).content), expected)
      }),
    ),
  seeded,
)

it.effect("what is said of an answer goes through: id, model, finish, usage, cost, warnings, data", () =>
  Effect.gen(function* () {
    const { outer, inner } = yield* double
    const finishes: ReadonlyArray<Finish> = [
      { unified: "stop", raw: "end_turn" },
      { unified: "length", raw: "max_tokens" },
      { unified: "content-filter", raw: "refusal" },
      { unified: "tool-calls", raw: "tool_use" },
      { unified: "pause", raw: "pause_turn" },
      { unified: "error", raw: "failed" },
      { unified: "other", raw: "odd" },
      { unified: "stop" },
      { unified: "unknown" },
    ]
    const usage: Usage = {
      input: { total: 10, uncached: 3, cacheRead: 5, cacheWrite: 2 },
      output: { total: 9, text: 4, reasoning: 5 },
      cost: { amount: 0.25, currency: "USD" },
      raw: { prompt: 10 },
    }
    const warnings: ReadonlyArray<Warning> = [
      { type: "unsupported", setting: "topK", message: "no topK" },
      { type: "unsupported", setting: "output", message: "no schema" },
      { type: "compatibility", setting: "stop", message: "four at most" },
      { type: "other", message: "it is late" },
    ]
    for (const finish of finishes) {
      const answer: ProviderResponse = {
        content: [{ type: "text", text: "ok" }],
        finish,
        usage,
        warnings,
        id: "answer-1",
        model: "m-2026",
        providerData: { b: { fingerprint: "f" } },
      }
      inner.answer = answer
      const parts: ReadonlyArray<StreamPart> = [
        { type: "stream-start", warnings },
        { type: "response-metadata", id: "answer-1", model: "m-2026" },
        { type: "text-start", id: "0" },
        { type: "text-delta", id: "0", text: "o" },
        { type: "text-delta", id: "0", text: "k" },
        { type: "text-end", id: "0" },
        { type: "finish", reason: finish, usage, providerData: { b: { fingerprint: "f" } } },
      ]
      inner.parts = parts
      const whole = yield* outer.generate({ model: "a/m", prompt: "Hi" })
      const streamed = foldCall(yield* Stream.runCollect(outer.stream({ model: "a/m", prompt: "Hi" })))
      for (const response of [whole, streamed]) {
        const { route, provider, providerData, ...rest } = response
        const { providerData: _, ...said } = answer
        assert.deepStrictEqual(rest, said)
        assert.strictEqual(provider, "a")
        assert.deepStrictEqual(providerData?.["a"]?.["namespaces"], { b: { fingerprint: "f" } })
        assert.strictEqual(providerData?.["a"]?.["provider"], "b", "who answered behind the bridge")
        assert.strictEqual(route.attempts.length, 1)
      }
    }
  }),
)

it.effect("reasoning that was streamed goes back to who wrote it", () =>
  Effect.gen(function* () {
    const { outer, inner } = yield* double
    inner.parts = [
      { type: "stream-start", warnings: [] },
      { type: "response-metadata", model: "m-2026" },
      { type: "reasoning-start", id: "0" },
      { type: "reasoning-delta", id: "0", text: "hm" },
      { type: "reasoning-end", id: "0", providerData: { b: { signature: "s" } } },
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", text: "ok" },
      { type: "text-end", id: "1" },
      finishPart,
    ]
    const first = foldCall(yield* Stream.runCollect(outer.stream({ model: "a/m", prompt: "Hi" })))
    inner.answer = { ...nothing, content: [{ type: "text", text: "ok" }] }
    yield* outer.generate({
      model: "a/m",
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: first.content, origin: { provider: "a", model: first.model } },
      ],
    })
    const replayed = inner.seen[1]?.messages[1]
    assert.deepStrictEqual(replayed, {
      role: "assistant",
      origin: { provider: "b", model: "m-2026" },
      content: [
        { type: "reasoning", text: "hm", providerData: { b: { signature: "s" } } },
        { type: "text", text: "ok" },
      ],
    })
  }),
)
