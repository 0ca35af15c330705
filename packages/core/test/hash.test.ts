import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { canonicalRequest, LlmError, LlmRequest, type LlmRequestInput, makeRequest, requestHash } from "../src/index.ts"

const seeded = { arbitrary: { seed: "hash", runs: 100 } }

const shuffled = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, field]) => [key, shuffled(field)]),
  )
}

it.prop(
  "the order of keys, at any depth, changes nothing",
  [LlmRequest],
  ([request]) => {
    assert.strictEqual(canonicalRequest(shuffled(request) as LlmRequest), canonicalRequest(request)) // the same fields
  },
  seeded,
)

it.prop(
  "tags, tenant and policy but for its validators change nothing",
  [LlmRequest],
  ([request]) => {
    const { tags: _t, tenant: _n, policy, ...rest } = request
    const kept = policy?.validators === undefined ? rest : { ...rest, policy: { validators: policy.validators } }
    assert.strictEqual(canonicalRequest(kept), canonicalRequest(request))
  },
  seeded,
)

it.prop(
  "different requests have different forms",
  [LlmRequest, LlmRequest],
  ([a, b]) => {
    const bare = ({ tags: _t, tenant: _n, policy: _p, ...rest }: LlmRequest) => rest
    const same = JSON.stringify(shuffled(bare(a))) === JSON.stringify(shuffled(bare(b)))
    if (!same) assert.notStrictEqual(canonicalRequest(bare(a)), canonicalRequest(bare(b)))
  },
  seeded,
)

/** Every field of a request, with a value that differs from the base's, and whether the answer may differ by it. */
const fields: { readonly [K in keyof Required<LlmRequest>]: readonly [value: LlmRequest[K], counts: boolean] } = {
  model: ["q/m", true],
  messages: [[{ role: "user", content: [{ type: "text", text: "other" }] }], true],
  tools: [[{ type: "function", name: "f", inputSchema: {} }], true],
  toolChoice: ["required", true],
  output: [{ type: "json" }, true],
  maxOutputTokens: [5, true],
  temperature: [0.5, true],
  topP: [0.5, true],
  topK: [5, true],
  presencePenalty: [0.5, true],
  frequencyPenalty: [0.5, true],
  seed: [5, true],
  stop: [["x"], true],
  reasoningEffort: ["high", true],
  headers: [{ a: "b" }, true],
  providerData: [{ p: { a: 1 } }, true],
  policy: [
    { deadline: 5, cache: { mode: "refresh" }, stream: "hold", timeouts: { idle: 5 }, retry: {}, budget: { usd: 1 } },
    false,
  ],
  tenant: ["t", false],
  tags: [{ a: "b" }, false],
}
const base: LlmRequest = { model: "p/m", messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }] }

describe("field by field", () => {
  it("every field of the schema is classified here", () => {
    assert.deepStrictEqual(Object.keys(fields).sort(), Object.keys(LlmRequest.fields).sort())
  })
  for (const [field, [value, counts]] of Object.entries(fields)) {
    it.effect(`${field} ${counts ? "counts" : "does not count"}`, () =>
      Effect.gen(function* () {
        const changed = { ...base, [field]: value }
        assert.strictEqual((yield* requestHash(changed)) !== (yield* requestHash(base)), counts)
      }),
    )
  }
  it("validators count, their order too; none is the same as an empty list", () => {
    const withValidators = (...types: ReadonlyArray<string>) =>
      canonicalRequest({ ...base, policy: { validators: types.map((type) => ({ type })) } })
    assert.strictEqual(
      new Set([canonicalRequest(base), withValidators("a"), withValidators("a", "b"), withValidators("b", "a")]).size,
      4,
    )
    assert.strictEqual(withValidators(), canonicalRequest(base))
  })
  it("bytes count", () => {
    const file = (...bytes: ReadonlyArray<number>) =>
      canonicalRequest({
        ...base,
        messages: [
          {
            role: "user",
            content: [{ type: "file", mediaType: "a/b", source: { type: "bytes", bytes: new Uint8Array(bytes) } }],
          },
        ],
      })
    assert.strictEqual(new Set([file(), file(0), file(0, 0), file(1, 16), file(17)]).size, 5)
  })
})

it("strings and parts ask the same; undefined is absent; -0 is 0", () => {
  const form = (input: LlmRequestInput) => {
    const request = makeRequest(input)
    if (request instanceof LlmError) throw request
    return canonicalRequest(request)
  }
  const text = form({ model: "p/m", prompt: "hi" })
  assert.strictEqual(form({ model: "p/m", messages: "hi" }), text)
  assert.strictEqual(form({ model: "p/m", messages: [{ role: "user", content: "hi" }] }), text)
  assert.strictEqual(form(base), text)
  assert.strictEqual(form({ ...base, seed: undefined }), text)
  assert.strictEqual(form({ ...base, seed: -0 }), form({ ...base, seed: 0 }))
})

it.effect("it is the SHA-256 of the form, in hexadecimal", () =>
  Effect.gen(function* () {
    assert.match(yield* requestHash(base), /^[0-9a-f]{64}$/)
    assert.strictEqual(yield* requestHash(base), yield* requestHash({ ...base, tenant: "x" }))
  }),
)
