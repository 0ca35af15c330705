import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type EmbedRequest, LlmError, type LlmRequest, type LlmRequestInput, makeRequest } from "../src/index.ts"
import { collect, embed, generate, plug, provider, saying, usage } from "./stubs.ts"

/** As a caller without types may write it. */
const untyped = (input: unknown): LlmRequestInput => input as LlmRequestInput
const valid = { model: "p/m", prompt: "hi" }
const hostile = {
  get model(): string {
    throw new Error("getter")
  },
}

const malformed: ReadonlyArray<readonly [input: unknown, field: RegExp]> = [
  ...[null, 5, "x", true, () => 1].map((input) => [input, /request/] as const),
  [[], /request|model/],
  [{ prompt: "x" }, /model/],
  ...[null, 5, "", "  ", {}, []].map((model) => [{ model, prompt: "x" }, /model/] as const),
  [{ model: "p/m" }, /messages/],
  ...[null, 5, {}, [], true].map((messages) => [{ model: "p/m", messages }, /messages/] as const),
  ...[null, 5, "x", {}, { role: "robot", content: "x" }, { role: "toString", content: "x" }, { content: "x" }].map(
    (message) => [{ model: "p/m", messages: [message] }, /messages\[0\]/] as const,
  ),
  ...["user", "assistant", "tool", "system"].flatMap((role) =>
    [undefined, null, 5, {}].map(
      (content) => [{ model: "p/m", messages: [{ role, content }] }, /messages\[0\]\.content/] as const,
    ),
  ),
  ...[null, 5, "x", {}, { type: "bogus" }, { type: "text" }, { type: "text", text: 5 }].map(
    (part) => [{ model: "p/m", messages: [{ role: "user", content: [part] }] }, /messages\[0\]\.content\[0\]/] as const,
  ),
  ...[null, 5, {}, []].flatMap((value) => [
    [{ model: "p/m", prompt: value }, /prompt/] as const,
    [{ ...valid, system: value }, /system/] as const,
    [{ ...valid, tools: value === null ? null : 5 }, /tools/] as const,
    [{ ...valid, stop: value === null ? null : 5 }, /stop/] as const,
  ]),
  ...["temperature", "topP", "topK", "presencePenalty", "frequencyPenalty", "seed", "maxOutputTokens"].flatMap(
    (field) =>
      [null, Number.NaN, Infinity, "1", {}].map((value) => [{ ...valid, [field]: value }, new RegExp(field)] as const),
  ),
  [{ ...valid, maxOutputTokens: 0 }, /maxOutputTokens/],
  [{ ...valid, maxOutputTokens: -1 }, /maxOutputTokens/],
  ...[null, 5, "x", []].map((policy) => [{ ...valid, policy }, /policy/] as const),
  ...[null, Number.NaN, 0, -1, "1"].map((deadline) => [{ ...valid, policy: { deadline } }, /deadline/] as const),
  ...["firstContent", "idle", "total"].flatMap((name) =>
    [null, Number.NaN, 0, -1, "1"].map(
      (ms) => [{ ...valid, policy: { timeouts: { [name]: ms } } }, new RegExp(name)] as const,
    ),
  ),
  ...[null, 5, "x"].map((timeouts) => [{ ...valid, policy: { timeouts } }, /timeouts/] as const),
  ...[null, 5, "json", [null], [5], [{}], [{ type: 5 }]].map(
    (validators) => [{ ...valid, policy: { validators } }, /validators/] as const,
  ),
  ...[null, "sometimes", 5].map((stream) => [{ ...valid, policy: { stream } }, /stream/] as const),
  ...[null, "x", { mode: "sometimes" }, { maxAgeMs: -5 }, { staleIfErrorMs: Number.NaN }].map(
    (cache) => [{ ...valid, policy: { cache } }, /cache/] as const,
  ),
]

describe("what a caller without types may get wrong", () => {
  it.effect.each(malformed.map(([input, field]) => ({ input, field, name: show(input) })))(
    "$name",
    ({ input, field }) =>
      Effect.gen(function* () {
        const made = makeRequest(untyped(input))
        if (!(made instanceof LlmError)) return assert.fail(`taken: ${JSON.stringify(made)}`)
        assert.strictEqual(made.reason._tag, "InvalidRequest")
        if (made.reason._tag === "InvalidRequest") assert.match(made.reason.field ?? "", field)
        const plugins = [plug("provider", saying("x"))]
        assert.strictEqual((yield* Effect.flip(generate(plugins, untyped(input)))).reason._tag, "InvalidRequest")
        assert.strictEqual((yield* Effect.flip(collect(plugins, untyped(input)))).reason._tag, "InvalidRequest")
      }),
  )

  it("a getter that throws, a proxy that throws: InvalidRequest, no throw", () => {
    const proxy = new Proxy({}, { get: () => assert.fail("trap") })
    for (const input of [
      hostile,
      {
        ...valid,
        get policy() {
          throw new Error("x")
        },
      },
      proxy,
    ]) {
      const made = makeRequest(untyped(input))
      assert.isTrue(made instanceof LlmError && made.reason._tag === "InvalidRequest")
    }
  })

  it("an own key __proto__ does not become the request's prototype", () => {
    const made = makeRequest(
      untyped(JSON.parse(`{"model":"p/m","prompt":"x","__proto__":{"policy":{"deadline":1},"seed":3}}`)),
    )
    if (made instanceof LlmError) return
    assert.strictEqual(made.policy, undefined)
    assert.strictEqual(made.seed, undefined)
    assert.strictEqual(Object.getPrototypeOf(made), Object.prototype)
  })

  it("many messages are no problem", () => {
    const made = makeRequest({
      model: "p/m",
      messages: Array.from({ length: 100_000 }, () => ({ role: "user", content: "x" }) as const),
    })
    assert.strictEqual(made instanceof LlmError ? 0 : made.messages.length, 100_000)
  })

  const embeds: ReadonlyArray<unknown> = [
    null,
    5,
    {},
    { model: "p/m" },
    { model: "p/m", inputs: [] },
    { model: "p/m", inputs: "x" },
    { model: "p/m", inputs: [5] },
    { inputs: ["x"] },
    { model: "p/m", inputs: ["x"], deadline: Number.NaN },
    { model: "p/m", inputs: ["x"], deadline: -1 },
  ]
  it.effect.each(embeds.map((input) => ({ input, name: show(input) })))("embed: $name", ({ input }) =>
    Effect.gen(function* () {
      const one = provider({
        embed: ({ inputs }) =>
          Effect.succeed({ vectors: inputs.map(() => new Float32Array(1)), dimensions: 1, model: "m", usage }),
      })
      const error = yield* Effect.flip(embed([plug("provider", one)], input as EmbedRequest)) // as above
      assert.strictEqual(error.reason._tag, "InvalidRequest")
    }),
  )
})

function show(input: unknown): string {
  return (
    JSON.stringify(input, (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    ) ?? String(input)
  )
}

describe("what a request becomes", () => {
  const made = (input: LlmRequestInput): LlmRequest => {
    const request = makeRequest(input)
    if (request instanceof LlmError) throw request
    return request
  }
  it("system, messages and prompt in this order, strings as text parts", () => {
    const text = (content: string) => [{ type: "text", text: content }] as const
    const request = made({
      model: "p/m",
      system: "s",
      prompt: "p",
      messages: [
        { role: "user", content: "u" },
        { role: "assistant", content: "a" },
      ],
    })
    assert.deepStrictEqual(request.messages, [
      { role: "system", content: "s" },
      { role: "user", content: text("u") },
      { role: "assistant", content: text("a") },
      { role: "user", content: text("p") },
    ])
    assert.deepStrictEqual(made({ model: "p/m", messages: "u" }), made({ model: "p/m", prompt: "u" }))
  })
  it("undefined fields are dropped, others kept as they are", () => {
    const policy = { deadline: 5 }
    const request = made({ ...valid, temperature: undefined, seed: 0, tools: undefined, tenant: "", policy })
    assert.deepStrictEqual(Object.keys(request).sort(), ["messages", "model", "policy", "seed", "tenant"])
    assert.strictEqual(request.policy, policy)
  })
})
