import { assert, describe, it } from "@effect/vitest"
import { compose, Kernel, LlmError, type LlmRequest, type Reason, type ReasonTag, reasonTags } from "@switchyard/core"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { AiError, EmbeddingModel, LanguageModel } from "effect/ai"
import { effectAi, layerLanguageModel, makeEffectAi, metadataKey } from "../src/index.ts"
import { double, outer } from "./double.ts"
import { kernelOf, scripted } from "./stubs.ts"

const message = "it went wrong"

/** One failure of each kind, with all that it can say. */
const reasons: { readonly [Tag in ReasonTag]: Extract<Reason, { readonly _tag: Tag }> } = {
  RateLimited: { _tag: "RateLimited", message, retryAfterMs: 1500, http: { status: 429, code: "c", type: "t" } },
  QuotaExhausted: { _tag: "QuotaExhausted", message, http: { status: 429 } },
  Unauthorized: { _tag: "Unauthorized", message, http: { status: 401 } },
  Forbidden: { _tag: "Forbidden", message, http: { status: 403 } },
  ModelNotFound: { _tag: "ModelNotFound", message, http: { status: 404 } },
  InvalidRequest: { _tag: "InvalidRequest", message, field: "top_p" },
  ContextTooLong: { _tag: "ContextTooLong", message, limit: 10, requested: 11 },
  ContentFiltered: { _tag: "ContentFiltered", message },
  Unsupported: { _tag: "Unsupported", message, feature: "audio" },
  Overloaded: { _tag: "Overloaded", message, retryAfterMs: 250, http: { status: 503 } },
  ProviderInternal: { _tag: "ProviderInternal", message, http: { status: 500 }, recovery: "retry" },
  Network: { _tag: "Network", message, code: "ECONNREFUSED" },
  Timeout: { _tag: "Timeout", message, phase: "idle", ms: 90 },
  InvalidResponse: { _tag: "InvalidResponse", message },
  EmptyResponse: { _tag: "EmptyResponse", message },
  Truncated: {
    _tag: "Truncated",
    message,
    partial: {
      content: [
        { type: "text", text: "One" },
        { type: "file", mediaType: "image/png", source: { type: "base64", base64: "AA==" } },
      ],
      usage: { input: { total: 3 }, output: {} },
    },
    because: { _tag: "Network", message, code: "ECONNRESET" },
  },
  OutputInvalid: {
    _tag: "OutputInvalid",
    message,
    verdicts: [{ ok: false, score: 0, issues: [{ validator: "json", message: "no JSON" }] }],
  },
  ToolFailed: { _tag: "ToolFailed", message, tool: "weather" },
  HumanReviewRequired: { _tag: "HumanReviewRequired", message, ticket: "T-1" },
  BudgetExceeded: { _tag: "BudgetExceeded", message, limit: "1 USD" },
  CircuitOpen: { _tag: "CircuitOpen", message },
  NoRoute: { _tag: "NoRoute", message },
  AllCandidatesFailed: { _tag: "AllCandidatesFailed", message, attempts: [] },
  PluginIncompatible: { _tag: "PluginIncompatible", message, plugin: "p" },
  PluginFailure: { _tag: "PluginFailure", message, plugin: "p", defect: "d" },
}

/** What each is in effect/ai, and whether effect/ai says that it is worth another try. */
const expected: { readonly [Tag in ReasonTag]: readonly [AiError.AiErrorReason["_tag"], boolean] } = {
  RateLimited: ["RateLimitError", true],
  QuotaExhausted: ["QuotaExhaustedError", false],
  Unauthorized: ["AuthenticationError", false],
  Forbidden: ["AuthenticationError", false],
  ModelNotFound: ["InvalidRequestError", false],
  InvalidRequest: ["InvalidRequestError", false],
  ContextTooLong: ["InvalidRequestError", false],
  ContentFiltered: ["ContentPolicyError", false],
  Unsupported: ["InvalidRequestError", false],
  Overloaded: ["InternalProviderError", true],
  ProviderInternal: ["InternalProviderError", true],
  Network: ["NetworkError", true],
  Timeout: ["NetworkError", true],
  InvalidResponse: ["InvalidResponseError", false],
  EmptyResponse: ["InvalidOutputError", true],
  Truncated: ["InternalProviderError", true],
  OutputInvalid: ["InvalidOutputError", true],
  ToolFailed: ["UnknownError", false],
  HumanReviewRequired: ["UnknownError", false],
  BudgetExceeded: ["UnknownError", false],
  CircuitOpen: ["InternalProviderError", true],
  NoRoute: ["InvalidRequestError", false],
  AllCandidatesFailed: ["InternalProviderError", true],
  PluginIncompatible: ["UnknownError", false],
  PluginFailure: ["UnknownError", false],
}

const failing = (reason: Reason) => scripted(LlmError.make(reason, { requestId: "req_7" })).provider

const out = (reason: Reason) => layerLanguageModel({ model: "stub/one" }).pipe(Layer.provide(kernelOf(failing(reason))))

const Wire = Schema.toCodecJson(AiError.AiError)

const hi: LlmRequest = {
  model: outer.model,
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
}

describe("a failure of Switchyard in effect/ai", () => {
  for (const tag of reasonTags) {
    const reason = reasons[tag]
    const [name, retryable] = expected[tag]
    it.effect(`${tag} is ${name}`, () =>
      Effect.gen(function* () {
        const whole = yield* Effect.flip(LanguageModel.generateText({ prompt: "Hi" }))
        const cut = yield* Effect.flip(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" })))
        for (const [error, method] of [[whole, "generateText"] as const, [cut, "streamText"] as const]) {
          assert.isTrue(AiError.isAiError(error))
          assert.strictEqual(error.reason._tag, name)
          assert.strictEqual(error.isRetryable, retryable)
          assert.deepStrictEqual([error.module, error.method], ["Switchyard", method])
          const wait = reason.retryAfterMs
          assert.deepStrictEqual(error.retryAfter, wait === undefined ? undefined : Duration.millis(wait))
        }
        if ("metadata" in whole.reason) {
          const told = whole.reason.metadata[metadataKey]
          assert.deepStrictEqual((told as { reason?: unknown } | null)?.reason, reason)
        } else if (whole.reason._tag === "NetworkError") {
          assert.deepStrictEqual((whole.reason.cause as LlmError).reason, reason)
          assert.strictEqual(whole.reason.url, "stub/one")
        }
        // It can be sent and kept.
        const sent = JSON.stringify(yield* Schema.encodeEffect(Wire)(whole))
        const again = yield* Schema.decodeUnknownEffect(Wire)(JSON.parse(sent))
        assert.strictEqual(again.reason._tag, name)
      }).pipe(Effect.provide(out(reason))),
    )

    it.effect(`${tag} comes back as itself, in both ways`, () =>
      Effect.gen(function* () {
        const { provider } = yield* double(LlmError.make(reason, { requestId: "req_7" }))
        const error = yield* Effect.flip(provider.generate(hi))
        assert.deepStrictEqual(error.reason, reason)
        assert.strictEqual(error.context.requestId, "req_7")
        assert.isUndefined(error.context.provider, "whose failure it is, the outer call says")
        if (tag === "Truncated") return
        assert.deepStrictEqual((yield* Effect.flip(Stream.runDrain(provider.stream(hi)))).reason, reason)
      }),
    )
  }

  it.effect("a key that was missing is not called a wrong one", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(LanguageModel.generateText({ prompt: "Hi" }))
      assert.strictEqual(reason._tag === "AuthenticationError" ? reason.kind : undefined, "Unknown")
    }).pipe(Effect.provide(out({ _tag: "Unauthorized", message: "no API key" }))),
  )
})

const given = (reason: AiError.AiErrorReason) =>
  Effect.gen(function* () {
    const fail = Effect.fail(AiError.make({ module: "Vendor", method: "generateText", reason }))
    const model = yield* LanguageModel.make({ generateText: () => fail, streamText: () => Stream.fromEffect(fail) })
    const provider = makeEffectAi({ id: "v", models: new Map([[outer.model, { model }]]), embeddings: new Map() })
    if (provider.generate === undefined || provider.stream === undefined) return yield* Effect.die("it has both ways")
    const error = yield* Effect.flip(provider.generate(hi))
    const streamed = yield* Effect.flip(Stream.runDrain(provider.stream(hi)))
    assert.deepStrictEqual(streamed.reason, error.reason)
    return error
  })

const http = (status: number) => ({ response: { status, headers: { "x-request-id": "req_9" } } })

describe("a failure of effect/ai in Switchyard", () => {
  const cases: ReadonlyArray<readonly [string, AiError.AiErrorReason, Partial<Reason>]> = [
    [
      "a rate limit, with its wait",
      new AiError.RateLimitError({ retryAfter: Duration.seconds(2), http: http(429) }),
      { _tag: "RateLimited", retryAfterMs: 2000, http: { status: 429 } },
    ],
    ["an empty account", new AiError.QuotaExhaustedError({}), { _tag: "QuotaExhausted" }],
    ["a wrong key", new AiError.AuthenticationError({ kind: "InvalidKey" }), { _tag: "Unauthorized" }],
    ["a key that may not", new AiError.AuthenticationError({ kind: "InsufficientPermissions" }), { _tag: "Forbidden" }],
    ["a filter", new AiError.ContentPolicyError({ description: "no" }), { _tag: "ContentFiltered" }],
    [
      "a wrong parameter",
      new AiError.InvalidRequestError({ parameter: "top_p", http: http(400) }),
      { _tag: "InvalidRequest", field: "top_p" },
    ],
    [
      "a full context, told in words",
      new AiError.InvalidRequestError({ description: "maximum context length is 10", http: http(400) }),
      { _tag: "ContextTooLong" },
    ],
    ["an unknown model", new AiError.UnknownError({ http: http(404) }), { _tag: "ModelNotFound" }],
    ["a body that is too large", new AiError.UnknownError({ http: http(413) }), { _tag: "ContextTooLong" }],
    ["any other refusal", new AiError.UnknownError({ http: http(418) }), { _tag: "InvalidRequest" }],
    ["nobody knows what", new AiError.UnknownError({ description: "?" }), { _tag: "ProviderInternal" }],
    [
      "a broken server",
      new AiError.InternalProviderError({ description: "x", http: http(500) }),
      { _tag: "ProviderInternal" },
    ],
    ["a busy server", new AiError.InternalProviderError({ description: "x", http: http(529) }), { _tag: "Overloaded" }],
    [
      "a broken connection, with the system's word",
      new AiError.NetworkError({
        reason: "TransportError",
        method: "POST",
        url: "http://x",
        cause: new Error("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) }),
      }),
      { _tag: "Network", code: "ECONNREFUSED" },
    ],
    [
      "a wrong address",
      new AiError.NetworkError({ reason: "InvalidUrlError", method: "POST", url: "x" }),
      { _tag: "InvalidRequest" },
    ],
    ["an answer of another form", new AiError.InvalidResponseError({ description: "x" }), { _tag: "InvalidResponse" }],
    [
      "an answer that makes no sense",
      new AiError.InvalidOutputError({ description: "x" }),
      { _tag: "InvalidResponse" },
    ],
    [
      "a schema that the vendor cannot take",
      new AiError.UnsupportedSchemaError({ description: "x" }),
      { _tag: "Unsupported", feature: "output.schema" },
    ],
    [
      "a tool set up wrongly",
      new AiError.ToolConfigurationError({ toolName: "a", description: "x" }),
      { _tag: "InvalidRequest", field: "tools" },
    ],
    [
      "a tool's wrong result",
      new AiError.InvalidToolResultError({ toolName: "a", description: "x" }),
      { _tag: "ToolFailed", tool: "a" },
    ],
    [
      "a wrong message",
      new AiError.InvalidUserInputError({ description: "x" }),
      { _tag: "InvalidRequest", field: "messages" },
    ],
  ]
  for (const [title, reason, wanted] of cases) {
    it.effect(`${title} is ${wanted._tag}`, () =>
      Effect.gen(function* () {
        const error = yield* given(reason)
        assert.deepInclude(error.reason, wanted)
        if ("http" in reason && reason.http !== undefined) assert.strictEqual(error.context.requestId, "req_9")
      }),
    )
  }

  it.effect("an account that is filled again says when", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      const error = yield* given(new AiError.QuotaExhaustedError({ resetAt: DateTime.makeUnsafe(61_000) }))
      assert.strictEqual(error.retryAfterMs, 60_000)
    }),
  )

  it.effect("a key that is quoted, and a page without end, are not repeated", () =>
    Effect.gen(function* () {
      const description = `no such key sk-abcdefghijkl ${"x".repeat(9000)}`
      const { message: said } = yield* given(new AiError.InternalProviderError({ description }))
      assert.notInclude(said, "abcdefghijkl")
      assert.isBelow(said.length, 1000)
    }),
  )
})

describe("a model that dies", () => {
  const defect = new Error("key sk-abcdefgh12345678")
  const throws = (): never => {
    throw defect
  }
  const ways: ReadonlyArray<readonly [string, () => Effect.Effect<never>, () => Stream.Stream<never>]> = [
    ["of a defect", () => Effect.die(defect), () => Stream.die(defect)],
    ["by throwing", throws, throws],
  ]
  for (const [title, die, dieStreaming] of ways) {
    it.effect(`${title} is ProviderInternal that names it, without its key, in every kind of call`, () =>
      Effect.gen(function* () {
        const model = Layer.effect(
          LanguageModel.LanguageModel,
          LanguageModel.make({ generateText: die, streamText: dieStreaming }),
        )
        const embedding = Layer.effect(EmbeddingModel.EmbeddingModel, EmbeddingModel.make({ embedMany: die }))
        const stack = compose([effectAi({ id: "house", models: { small: model }, embeddings: { vectors: embedding } })])
        const kernel = Context.get(yield* Layer.build(stack), Kernel)
        const asked = { model: "house/small", prompt: "Hi" }
        const output = { type: "json", schema: { type: "object" } } as const
        const failures = [
          ["small", yield* Effect.flip(kernel.generate(asked))],
          ["small", yield* Effect.flip(kernel.generate({ ...asked, output }))],
          ["small", yield* Effect.flip(Stream.runDrain(kernel.stream(asked)))],
          ["vectors", yield* Effect.flip(kernel.embed({ model: "house/vectors", inputs: ["a"] }))],
        ] as const
        for (const [name, { reason, message: said }] of failures) {
          assert.strictEqual(reason._tag, "ProviderInternal", said)
          assert.include(said, `the model "${name}" given to effectAi()`)
          assert.include(said, "key [redacted]")
          assert.notInclude(said, "abcdefgh")
        }
      }),
    )
  }

  it.effect("after content is a cut, because of it", () =>
    Effect.gen(function* () {
      const streamText = () =>
        Stream.concat(
          Stream.make(
            { type: "text-start", id: "0" } as const,
            { type: "text-delta", id: "0", delta: "Half" } as const,
          ),
          Stream.die(defect),
        )
      const model = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({ generateText: () => Effect.die(defect), streamText }),
      )
      const kernel = Context.get(yield* Layer.build(compose([effectAi({ models: { small: model } })])), Kernel)
      const { reason } = yield* Effect.flip(Stream.runDrain(kernel.stream({ model: "effect/small", prompt: "Hi" })))
      assert.isTrue(reason._tag === "Truncated")
      if (reason._tag !== "Truncated") return
      assert.deepStrictEqual(reason.partial.content, [{ type: "text", text: "Half" }])
      assert.strictEqual(reason.because?._tag, "ProviderInternal")
      assert.notInclude(JSON.stringify(reason), "abcdefgh")
    }),
  )
})
