import {
  APICallError,
  EmptyResponseBodyError,
  InvalidPromptError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  LoadSettingError,
  NoContentGeneratedError,
  NoSuchModelError,
  TooManyEmbeddingValuesForCallError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider"
import { assert, it } from "@effect/vitest"
import { compose, type ReasonTag } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { aiSdk } from "../src/index.ts"
import { backAndForth } from "./double.ts"
import { kernelOf } from "./stacks.ts"

const secret = "Zq9-not-like-a-key-at-all"

/** An error as packages make them: full of what must not be repeated. */
const callError = (
  statusCode: number | undefined,
  body: unknown,
  more: Partial<ConstructorParameters<typeof APICallError>[0]> = {},
) =>
  new APICallError({
    message: "Bad",
    url: `https://example.com/?key=${secret}`,
    requestBodyValues: { secret },
    ...(statusCode === undefined ? {} : { statusCode }),
    responseBody: typeof body === "string" ? body : JSON.stringify(body),
    ...more,
  })

const system = (code: string) => Object.assign(new Error(`connect ${secret}`), { code })

const cases: ReadonlyArray<readonly [string, unknown, ReasonTag]> = [
  ["no key", new LoadAPIKeyError({ message: "The key is missing. Set VENDOR_API_KEY." }), "Unauthorized"],
  ["a missing setting", new LoadSettingError({ message: "Set the region." }), "InvalidRequest"],
  ["an unknown model", new NoSuchModelError({ modelId: "x", modelType: "languageModel" }), "ModelNotFound"],
  ["what a model cannot do", new UnsupportedFunctionalityError({ functionality: "audio" }), "Unsupported"],
  ["an empty body", new EmptyResponseBodyError(), "EmptyResponse"],
  ["no content", new NoContentGeneratedError(), "EmptyResponse"],
  ["not JSON", new JSONParseError({ text: secret, cause: new Error(secret) }), "InvalidResponse"],
  ["of another form", new TypeValidationError({ value: { secret }, cause: new Error(secret) }), "InvalidResponse"],
  [
    "an error in an answer's place",
    new TypeValidationError({
      value: { type: "error", error: { type: "overloaded_error", message: "busy" } },
      cause: undefined,
    }),
    "Overloaded",
  ],
  ["wrong data", new InvalidResponseDataError({ data: { secret } }), "InvalidResponse"],
  ["a refused prompt", new InvalidPromptError({ prompt: { secret }, message: secret }), "InvalidRequest"],
  [
    "too many texts",
    new TooManyEmbeddingValuesForCallError({ provider: "v", modelId: "m", maxEmbeddingsPerCall: 1, values: [secret] }),
    "InvalidRequest",
  ],
  [
    "OpenAI's full context",
    callError(400, { error: { message: "too long", code: "context_length_exceeded" } }),
    "ContextTooLong",
  ],
  ["OpenAI's quota", callError(429, { error: { message: "pay", code: "insufficient_quota" } }), "QuotaExhausted"],
  [
    "Anthropic's overload",
    callError(529, { type: "error", error: { type: "overloaded_error", message: "busy" } }),
    "Overloaded",
  ],
  [
    "Anthropic's full context",
    callError(400, { type: "error", error: { type: "invalid_request_error", message: "prompt is too long: 1 > 2" } }),
    "ContextTooLong",
  ],
  [
    "Google's limit",
    callError(429, { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "slow" } }),
    "RateLimited",
  ],
  [
    "Google's wrong request",
    callError(400, { error: { code: 400, status: "INVALID_ARGUMENT", message: "no" } }),
    "InvalidRequest",
  ],
  ["Bedrock's throttling", callError(400, { __type: "ThrottlingException", message: "slow" }), "RateLimited"],
  ["a bare 403", callError(403, ""), "Forbidden"],
  ["a bare 503", callError(503, "busy"), "Overloaded"],
  ["a 404", callError(404, { error: "no such model" }), "ModelNotFound"],
  ["a refused connection", callError(undefined, "", { cause: system("ECONNREFUSED") }), "Network"],
  [
    "a connection that failed otherwise",
    callError(undefined, "", { message: "Cannot connect to API: bad port" }),
    "Network",
  ],
  [
    "a body that broke off",
    callError(200, "", { cause: Object.assign(new TypeError("terminated"), { cause: system("UND_ERR_SOCKET") }) }),
    "Network",
  ],
  ["headers that never came", callError(undefined, "", { cause: system("UND_ERR_HEADERS_TIMEOUT") }), "Timeout"],
  [
    "JSON of another form",
    callError(200, {}, { cause: new TypeValidationError({ value: { secret }, cause: undefined }) }),
    "InvalidResponse",
  ],
  ["an error under a 200", callError(200, { error: { message: "slow", code: "rate_limit_exceeded" } }), "RateLimited"],
  ["a mistake in the package", new Error("something broke"), "ProviderInternal"],
]

for (const [title, error, tag] of cases) {
  it.effect(`${title} is ${tag}, thrown and in a stream`, () =>
    Effect.gen(function* () {
      const { inner } = yield* backAndForth
      const { model } = inner
      const broken = { ...model, doGenerate: () => Promise.reject(error), doStream: () => Promise.reject(error) }
      const kernel = yield* kernelOf([aiSdk({ id: "x", models: { broken, m: model } })])
      inner.parts = [
        { type: "stream-start", warnings: [] },
        { type: "error", error },
      ]
      const request = { prompt: "Hi" }
      const failures = [
        yield* Effect.flip(kernel.generate({ ...request, model: "x/broken" })),
        yield* Effect.flip(Stream.runDrain(kernel.stream({ ...request, model: "x/broken" }))),
        yield* Effect.flip(Stream.runDrain(kernel.stream({ ...request, model: "x/m" }))),
      ]
      for (const failure of failures) {
        assert.strictEqual(failure.reason._tag, tag, failure.message)
        assert.notInclude(inspect(failure, { depth: 12 }), secret)
      }
    }),
  )
}

it.effect(
  "keys that a server quotes are taken out: by their looks, by the plugin's secrets, by the request's headers",
  () =>
    Effect.gen(function* () {
      const { inner } = yield* backAndForth
      const quoted = [
        "sk-ant-api03-abcdefghijkl",
        "AIzaSyA1234567890abcdef",
        "gsk_abcdefghijklmnop",
        `Bearer ${secret}`,
        "plain-old-secret",
        "in-a-header",
      ]
      const error = callError(401, { error: { message: `wrong: ${quoted.join(", ")}` } })
      const broken = { ...inner.model, doGenerate: () => Promise.reject(error) }
      const kernel = yield* kernelOf([aiSdk({ id: "x", models: { broken }, secrets: ["plain-old-secret"] })])
      const failure = yield* Effect.flip(
        kernel.generate({ model: "x/broken", prompt: "Hi", headers: { "x-key": "in-a-header" } }),
      )
      for (const key of quoted) assert.notInclude(inspect(failure, { depth: 12 }), key)
      assert.include(failure.message, "wrong: [redacted]")
    }),
)

it.effect("a model that is not there is ModelNotFound, and an embedding model is no language model", () =>
  Effect.gen(function* () {
    const { inner } = yield* backAndForth
    const embedding = {
      specificationVersion: "v3" as const,
      provider: "v.embedding",
      modelId: "e",
      maxEmbeddingsPerCall: undefined,
      supportsParallelCalls: true,
      doEmbed: async ({ values }: { readonly values: ReadonlyArray<string> }) => ({
        embeddings: values.map(() => [1, 2]),
        warnings: [],
      }),
    }
    const kernel = yield* kernelOf([aiSdk({ id: "x", models: { m: inner.model, e: embedding } })])
    for (const model of ["x/none", "x/e", "x/toString"]) {
      assert.strictEqual((yield* Effect.flip(kernel.generate({ model, prompt: "Hi" }))).reason._tag, "ModelNotFound")
    }
    assert.strictEqual((yield* Effect.flip(kernel.embed({ model: "x/m", inputs: ["a"] }))).reason._tag, "ModelNotFound")
    const { vectors, usage } = yield* kernel.embed({ model: "x/e", inputs: ["a", "b"] })
    assert.deepStrictEqual(vectors, [Float32Array.from([1, 2]), Float32Array.from([1, 2])])
    assert.deepStrictEqual(usage, { input: {}, output: {} })
  }),
)

it.effect("a provider may be a function, and lists what it is told to", () =>
  Effect.gen(function* () {
    const { inner } = yield* backAndForth
    inner.result.content.push({ type: "text", text: "ok" })
    const made: Array<string> = []
    const provider = (name: string) => {
      made.push(name)
      return inner.model
    }
    const kernel = yield* kernelOf([aiSdk({ id: "x", models: provider, list: ["first", "second"] })])
    yield* kernel.generate({ model: "auto", prompt: "Hi" })
    yield* kernel.generate({ model: "x/first", prompt: "Hi" })
    assert.deepStrictEqual(made, ["first"], "a model is made once")
    assert.strictEqual((yield* Effect.flip(kernel.embed({ model: "x/e", inputs: ["a"] }))).reason._tag, "ModelNotFound")
  }),
)

it.effect("options that are wrong fail when the stack is built, with the field", () =>
  Effect.gen(function* () {
    const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
      [undefined, /id/],
      [{ id: "x" }, /models/],
      [{ id: "x", models: { m: "gpt-5" } }, /models.*specification V2, V3 or V4/],
      [{ id: "x", models: { m: { specificationVersion: "v1", doGenerate: () => 0, doStream: () => 0 } } }, /models/],
      [{ id: "a/b", models: {} }, /id/],
      [{ id: "x", models: {}, describe: 3 }, /function.*describe/],
    ]
    for (const [options, field] of wrong) {
      const stack = compose([aiSdk(options as Parameters<typeof aiSdk>[0])])
      const error = yield* Effect.flip(Effect.scoped(Layer.build(stack)))
      assert.match(String(error.message), field)
      assert.strictEqual(error.reason._tag, "InvalidRequest")
    }
  }),
)
