import { assert, describe, it } from "@effect/vitest"
import {
  type FileSource,
  fold,
  type LlmRequest,
  Message,
  type Part,
  type ProviderData,
  ProviderResponse,
  type Usage,
} from "@switchyard/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { double, inner, outer } from "./double.ts"

const seeded = { arbitrary: { seed: "bridge-effect-ai", runs: 150 } }

const isNothing = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0

/** JSON has no -0, data of no provider is no data, and who did not run a tool need not be said. */
const plain = <A>(value: A): A => {
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(plain) as A
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(
      ([key, field]) =>
        !(key === "providerData" && isNothing(field)) && !(key === "providerExecuted" && field === false),
    )
    return Object.fromEntries(fields.map(([key, field]) => [key, plain(field)])) as A
  }
  return (value === 0 ? 0 : value) as A
}

/** Half a character has no bytes. */
const wellFormed = (text: string): string => Buffer.from(text, "utf8").toString("utf8")

/** Arbitrary text is no URL, and no base64. */
const source = (given: FileSource): FileSource => {
  if (given.type === "url") return { type: "url", url: `https://example.com/${wellFormed(given.url)}?a=1` }
  if (given.type === "text") return { type: "text", text: wellFormed(given.text) }
  if (given.type === "base64") return { type: "base64", base64: Buffer.from(given.base64).toString("base64") }
  return given
}

const file = <P extends Part>(part: P): P => (part.type === "file" ? { ...part, source: source(part.source) } : part)

const part = <P extends Part>(given: P): P => {
  const made = plain(file(given))
  return made.type === "tool-result" && made.output.type === "content"
    ? { ...made, output: { type: "content", value: made.output.value.map(file) } }
    : made
}

const notApproval = (given: Part) => given.type !== "approval-request" && given.type !== "approval-response"

/** A message as this provider wrote or heard it; approvals have tests of their own. */
const message = (given: Message): Message => {
  switch (given.role) {
    case "system":
      return plain(given)
    case "user":
      return { ...plain(given), content: given.content.map(part) }
    case "tool":
      return { ...plain(given), content: given.content.map(part).filter(notApproval) } as Message
    case "assistant":
      return { ...plain(given), origin: outer, content: given.content.map(part).filter(notApproval) }
  }
}

const messages = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Message), { minLength: 1, maxLength: 4 }), (all) =>
  all.map(message),
)

/** Who wrote a message is called by another name below. */
const below = (given: Message): Message => (given.role === "assistant" ? { ...given, origin: outer } : given)

describe("a request, out of Switchyard and in again", () => {
  it.effect.prop(
    "every message arrives as it was",
    { messages },
    ({ messages }) =>
      Effect.gen(function* () {
        const { provider, requests } = yield* double({})
        yield* provider.generate({ model: outer.model, messages })
        yield* Stream.runDrain(provider.stream({ model: outer.model, messages }))
        for (const { messages: arrived } of requests) assert.deepStrictEqual(arrived, messages.map(below))
        assert.strictEqual(requests.length, 2)
      }),
    seeded,
  )

  const everything: Omit<LlmRequest, "model" | "messages"> = {
    tools: [
      { type: "function", name: "a", description: "A", inputSchema: { type: "object" }, strict: false },
      { type: "function", name: "b", inputSchema: { type: "object", properties: { x: { $ref: "#/$defs/x" } } } },
      { type: "provider", id: "openai.web_search", args: { depth: [1] } },
      { type: "provider", id: "anthropic.bash" },
    ],
    toolChoice: { type: "tool", name: "b" },
    output: { type: "json", schema: { type: "object" }, name: "forecast", strict: false },
    maxOutputTokens: 7,
    temperature: 0,
    topP: 0.5,
    topK: 3,
    presencePenalty: -1,
    frequencyPenalty: 1,
    seed: 9,
    stop: ["a", "b"],
    reasoningEffort: "minimal",
    headers: { "x-a": "b" },
    providerData: { outer: { a: 1 }, stub: { b: [null] } },
  }
  const hi: LlmRequest["messages"] = [{ role: "user", content: [{ type: "text", text: "Hi" }] }]

  for (const way of ["generate", "stream"] as const) {
    it.effect(`every option arrives as it was, ${way}`, () =>
      Effect.gen(function* () {
        const { provider, requests } = yield* double({})
        const request: LlmRequest = { model: outer.model, messages: hi, ...everything }
        const { warnings } =
          way === "generate"
            ? yield* provider.generate(request)
            : fold(yield* Stream.runCollect(provider.stream(request)), outer.model)
        assert.deepStrictEqual(requests, [{ model: inner.model, messages: hi, ...everything }])
        assert.deepStrictEqual(warnings, [])
      }),
    )

    for (const field of Object.keys(everything) as ReadonlyArray<keyof typeof everything>) {
      // A choice without tools is warned of.
      if (field === "toolChoice") continue
      it.effect(`${field} alone, ${way}`, () =>
        Effect.gen(function* () {
          const { provider, requests } = yield* double({})
          const request: LlmRequest = { model: outer.model, messages: hi, [field]: everything[field] }
          yield* way === "generate" ? provider.generate(request) : Stream.runDrain(provider.stream(request))
          // effect/ai says "auto" where nothing was said: it means the same.
          const more = field === "tools" ? { toolChoice: "auto" } : {}
          assert.deepStrictEqual<unknown>(requests, [{ ...request, ...more, model: inner.model }])
        }),
      )
    }
  }

  for (const toolChoice of ["auto", "required", "none"] as const) {
    it.effect(`the tool choice ${toolChoice}`, () =>
      Effect.gen(function* () {
        const { provider, requests } = yield* double({})
        const { tools } = everything
        yield* provider.generate({ model: outer.model, messages: hi, toolChoice, ...(tools ? { tools } : {}) })
        assert.strictEqual(requests[0]?.toolChoice, toolChoice)
      }),
    )
  }

  it.effect("what a call is carried out by stays where it was said", () =>
    Effect.gen(function* () {
      const { provider, requests } = yield* double({})
      const own = { policy: { stream: "restart", deadline: 5 }, tenant: "t", tags: { a: "b" } } as const
      yield* Stream.runDrain(provider.stream({ model: outer.model, messages: hi, ...own }))
      assert.deepStrictEqual(requests, [{ model: inner.model, messages: hi }])
    }),
  )
})

const tokens = (count: number | undefined) => (count === undefined ? undefined : count % 1000)

/** Counts that add up, or are not there. */
const usage = ({ input, output, cost, raw }: Usage): Usage => {
  const [uncached, cacheRead, text] = [tokens(input.uncached), tokens(input.cacheRead), tokens(output.text)]
  return {
    input:
      uncached === undefined
        ? {}
        : { uncached, total: uncached + (cacheRead ?? 0), ...(cacheRead === undefined ? {} : { cacheRead }) },
    output: text === undefined ? {} : { text, total: text },
    ...(cost === undefined ? {} : { cost: plain(cost) }),
    ...(raw === undefined ? {} : { raw: plain(raw) }),
  }
}

const hasName = (given: Part): boolean => {
  if (given.type === "tool-result" || given.type === "custom" || given.type === "approval-response") return false
  if (given.type === "tool-call") return given.providerExecuted !== true
  if (given.type === "file") return given.source.type !== "url" && given.source.type !== "ref"
  return given.type !== "source" || given.source.type !== "url" || URL.canParse(given.source.url)
}

const hasContent = (given: Part): boolean =>
  (given.type !== "text" && given.type !== "reasoning") || given.text !== "" || given.providerData !== undefined

const fileAsBase64 = <P extends Part>(given: P): P =>
  given.type === "file" && given.source.type === "bytes"
    ? { ...given, source: { type: "base64", base64: Buffer.from(given.source.bytes).toString("base64") } }
    : given

const bytesAsBase64 = (given: Part): Part =>
  given.type === "tool-result" && given.output.type === "content"
    ? { ...given, output: { ...given.output, value: given.output.value.map(fileAsBase64) } }
    : fileAsBase64(given)

/** What effect/ai has no name for comes after the rest, and bytes among it as base64. */
const sorted = (content: ReadonlyArray<Part>): ReadonlyArray<Part> => [
  ...content.filter((given) => hasName(given) && hasContent(given)),
  ...content.filter((given) => !hasName(given)).map(bytesAsBase64),
]

/** The bridge's own note of whose a vendor's data is. */
const withoutNotes = (data: ProviderData): ProviderData | undefined => {
  const { "@effect/ai": _, ...rest } = data
  return Object.keys(rest).length === 0 ? undefined : rest
}

const noted = <P extends Part>(given: P): P => {
  if (given.providerData === undefined) return given
  const { providerData, ...rest } = given
  const kept = withoutNotes(providerData)
  return (kept === undefined ? rest : { ...rest, providerData: kept }) as P
}

const responses = Arbitrary.map(Arbitrary.schema(ProviderResponse), (given) => ({
  ...plain(given),
  content: given.content.map(part).map((one) => (one.type === "tool-call" ? { ...one, name: `t ${one.name}` } : one)),
  usage: usage(given.usage),
}))

describe("an answer, out of Switchyard and in again", () => {
  it.effect.prop(
    "comes back as it was, whole and streamed",
    { response: responses },
    ({ response }) =>
      Effect.gen(function* () {
        const { provider } = yield* double(response)
        const request: LlmRequest = {
          model: outer.model,
          messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
        }
        const whole = yield* provider.generate(request)
        const expected = { ...response, content: sorted(response.content) }
        assert.deepStrictEqual({ ...whole, content: whole.content.map(noted) }, expected)
        const folded = fold(yield* Stream.runCollect(provider.stream(request)), outer.model)
        assert.deepStrictEqual(folded, whole)
      }),
    seeded,
  )
})

/** A stack in a stack: each calls who answered by its own name. */
it.effect("reasoning goes back to who wrote it, through both", () =>
  Effect.gen(function* () {
    const thought = { type: "reasoning", text: "hm", providerData: { stub: { signature: "s" } } } as const
    const { provider, requests } = yield* double({ content: [thought, { type: "text", text: "So." }] })
    const request: LlmRequest = {
      model: outer.model,
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    }
    for (const way of ["generate", "stream"] as const) {
      const { content, model } =
        way === "generate"
          ? yield* provider.generate(request)
          : fold(yield* Stream.runCollect(provider.stream(request)), outer.model)
      const origin = { provider: outer.provider, model }
      yield* provider.generate({ ...request, messages: [{ role: "assistant", content, origin }] })
      const [message] = requests.at(-1)?.messages ?? []
      assert.strictEqual(message?.role, "assistant")
      if (message?.role !== "assistant") return
      assert.deepStrictEqual(message.origin, { provider: inner.provider, model: "one-2026-01-02" })
      assert.deepStrictEqual(message.content.map(noted), [thought, { type: "text", text: "So." }])
    }
  }),
)
