import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  fold,
  foldCall,
  LlmResponse,
  type Part,
  type Provider,
  ProviderResponse,
  type StreamPart,
  unfold,
  unfoldCall,
} from "../src/index.ts"
import { answer, collect, delta, finish, generate, middleware, plug, provider, start } from "./stubs.ts"

const seeded = { arbitrary: { seed: "laws", runs: 100 } }

const contents: Readonly<Record<string, ReadonlyArray<Part>>> = {
  text: [{ type: "text", text: "hello" }],
  "several texts": [
    { type: "text", text: "a" },
    { type: "text", text: "b", providerData: { v: { id: "1" } } },
    { type: "text", text: "c" },
  ],
  reasoning: [
    { type: "reasoning", text: "hm", providerData: { v: { signature: "s" } } },
    { type: "reasoning", text: "", providerData: { v: { encrypted: "e" } } },
    { type: "text", text: "so" },
  ],
  file: [
    { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: new Uint8Array([1, 2]) } },
    { type: "file", mediaType: "image/png", source: { type: "base64", base64: "AA==" }, filename: "a.png" },
    { type: "file", mediaType: "text/plain", source: { type: "url", url: "https://example.com" } },
    { type: "file", mediaType: "text/plain", source: { type: "ref", ref: "f1" }, providerData: { v: {} } },
    { type: "file", mediaType: "text/plain", source: { type: "text", text: "t" } },
  ],
  "tool-call": [
    { type: "tool-call", id: "1", name: "f", inputText: "{not json" },
    { type: "tool-call", id: "2", name: "g", inputText: "{}", providerExecuted: true, providerData: { v: { a: 1 } } },
  ],
  "tool-result": [
    { type: "tool-result", id: "1", name: "f", output: { type: "json", value: { a: [1, null] } } },
    { type: "tool-result", id: "2", name: "f", output: { type: "error-text", value: "no" } },
    { type: "tool-result", id: "3", name: "f", output: { type: "content", value: [{ type: "text", text: "x" }] } },
    { type: "tool-result", id: "4", name: "f", output: { type: "denied", reason: "no" }, providerExecuted: true },
  ],
  approval: [
    { type: "approval-request", id: "1", toolCallId: "2" },
    { type: "approval-response", id: "1", approved: false, reason: "no" },
  ],
  source: [
    { type: "source", id: "1", source: { type: "url", url: "https://example.com", title: "t" } },
    { type: "source", id: "2", source: { type: "document", title: "d", start: 1, end: 2, line: 3 } },
  ],
  custom: [{ type: "custom", kind: "canvas", providerData: { v: { x: 1 } } }],
  nothing: [],
}
const everything = Object.values(contents).flat()

const offers = ["generate", "stream", "both"] as const

const giving = (response: ProviderResponse, offer: (typeof offers)[number]): Provider => ({
  ...provider(),
  ...(offer === "stream" ? {} : { generate: () => Effect.succeed(response) }),
  ...(offer === "generate" ? {} : { stream: () => Stream.fromArray(unfold(response)) }),
})

/** What both ways must agree on: all but how long it took. */
const told = ({ route, ...rest }: LlmResponse) => ({
  ...rest,
  route: {
    ...route,
    attempts: route.attempts.map((attempt) => ({ ...attempt, ms: 0, firstContentMs: 0, slowestGapMs: 0 })),
  },
})

const full = (content: ReadonlyArray<Part>): ProviderResponse =>
  answer("", {
    content,
    finish: { unified: "tool-calls", raw: "tool_use" },
    usage: {
      input: { total: 9, uncached: 4, cacheRead: 3, cacheWrite: 2 },
      output: { total: 5, text: 2, reasoning: 3 },
      cost: { amount: 0.25, currency: "USD" },
      raw: { tokens: 14 },
    },
    warnings: [{ type: "unsupported", message: "no topK", setting: "topK" }],
    id: "resp_1",
    model: "vendor-2026",
    providerData: { v: { cursor: "c" } },
  })

describe("through the kernel", () => {
  for (const offer of offers) {
    for (const [kind, content] of Object.entries({ ...contents, everything })) {
      it.effect(`a provider with ${offer}: ${kind}`, () =>
        Effect.gen(function* () {
          const response = full(content)
          const plugins = [plug("provider", giving(response, offer))]
          const whole = yield* generate(plugins)
          const folded = foldCall(yield* collect(plugins))
          const { provider: from, route: _, ...rest } = whole
          assert.deepStrictEqual({ ...rest }, { ...response })
          assert.strictEqual(from, "p")
          assert.deepStrictEqual(told(folded), told(whole))
        }),
      )
    }

    it.effect(`a provider with ${offer}: the contract "hold" and warnings of the kernel`, () =>
      Effect.gen(function* () {
        const warning = { type: "other", message: "mind this" } as const
        const warns = middleware({
          request: (current, context) =>
            Effect.sync(() => {
              context.warn(warning)
              return current
            }),
        })
        const response = full(everything)
        const plugins = [plug("provider", giving(response, offer)), warns]
        const whole = yield* generate(plugins)
        const request = { model: "p/m", prompt: "hi" }
        const folded = foldCall(yield* collect(plugins, request))
        const held = foldCall(yield* collect(plugins, { ...request, policy: { stream: "hold" } }))
        assert.deepStrictEqual(whole.warnings, [warning, ...response.warnings])
        assert.deepStrictEqual(told(folded), told(whole))
        assert.deepStrictEqual(told(held), told(whole))
      }),
    )
  }

  it.effect("the kernel's warnings reach a stream whose provider sends no stream-start, or not first", () =>
    Effect.gen(function* () {
      const warning = { type: "other", message: "mind this" } as const
      const warns = middleware({
        request: (current, context) =>
          Effect.sync(() => {
            context.warn(warning)
            return current
          }),
      })
      const heads: ReadonlyArray<ReadonlyArray<StreamPart>> = [
        [],
        [{ type: "response-metadata", id: "r" }, start],
        [{ type: "raw", value: 1 }],
      ]
      for (const head of heads) {
        const parts = [...head, delta("x"), finish()]
        const plugins = [plug("provider", provider({ stream: () => Stream.fromArray(parts) })), warns]
        const whole = yield* generate(plugins)
        assert.deepStrictEqual(whole.warnings, [warning])
        assert.deepStrictEqual(foldCall(yield* collect(plugins)).warnings, [warning])
      }
    }),
  )
})

/** Empty pieces without data do not survive: nothing was said in them. */
const said = (content: ReadonlyArray<Part>) =>
  content.filter(
    (part) => !((part.type === "text" || part.type === "reasoning") && part.text === "" && !part.providerData),
  )

it.prop(
  "fold undoes unfold",
  [ProviderResponse],
  ([response]) => {
    const back = fold(unfold(response), "another")
    assert.deepStrictEqual({ ...back }, { ...response, content: said(response.content) })
  },
  seeded,
)

it.prop(
  "foldCall undoes unfoldCall",
  [LlmResponse],
  ([response]) => {
    const back = foldCall(unfoldCall(response))
    assert.deepStrictEqual({ ...back }, { ...response, content: said(response.content) })
  },
  seeded,
)

it.effect.prop(
  "what the kernel streams folds to what it generates, whatever the answer",
  {
    response: ProviderResponse,
    offer: Arbitrary.map(Arbitrary.array(Arbitrary.Constant(0), { maxLength: 2 }), (a) => a.length),
  },
  ({ response, offer }) =>
    Effect.gen(function* () {
      const plugins = [plug("provider", giving(response, offers[offer] ?? "both"))]
      const whole = yield* generate(plugins)
      assert.deepStrictEqual(told(foldCall(yield* collect(plugins))), told({ ...whole, content: said(whole.content) }))
    }),
  { arbitrary: { seed: "kernel", runs: 60 } },
)

describe("fold", () => {
  const textOf = (parts: ReadonlyArray<StreamPart>) => fold([...parts, finish()], "m").content

  it("keeps pieces that are open at once apart, in the order of their starts", () => {
    assert.deepStrictEqual(
      textOf([
        { type: "reasoning-start", id: "0" },
        { type: "text-start", id: "0" },
        { type: "reasoning-delta", id: "0", text: "th" },
        delta("he"),
        { type: "reasoning-delta", id: "0", text: "ink" },
        delta("llo"),
        { type: "text-end", id: "0" },
        { type: "reasoning-end", id: "0" },
      ]),
      [
        { type: "reasoning", text: "think" },
        { type: "text", text: "hello" },
      ],
    )
  })

  it("begins a piece for a delta without a start, and a new one after its end", () => {
    assert.deepStrictEqual(textOf([delta("a"), { type: "text-end", id: "0" }, delta("b")]), [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ])
  })

  it("merges the data of start and end, field by field, the end's last", () => {
    const [part] = textOf([
      { type: "text-start", id: "0", providerData: { v: { a: 1, b: 1 }, w: { c: 1 } } },
      delta("x"),
      { type: "text-end", id: "0", providerData: { v: { b: 2 } } },
    ])
    assert.deepStrictEqual(part, { type: "text", text: "x", providerData: { v: { a: 1, b: 2 }, w: { c: 1 } } })
  })

  it("forgets all that came before a restart", () => {
    const first = unfold(full(everything))
    const second = unfold(answer("new", { id: "2" }))
    const folded = fold([...first, { type: "restart", reason: "Truncated" }, ...second], "m")
    assert.deepStrictEqual(folded, answer("new", { id: "2" }))
  })

  it("ignores raw parts and tool input being written", () => {
    const noise: ReadonlyArray<StreamPart> = [
      { type: "raw", value: { a: 1 } },
      { type: "tool-input-start", id: "1", name: "f" },
      { type: "tool-input-delta", id: "1", text: "{}" },
      { type: "tool-input-end", id: "1" },
    ]
    assert.deepStrictEqual(textOf([...noise, delta("x")]), [{ type: "text", text: "x" }])
  })
})
