import { assert, describe, it } from "@effect/vitest"
import type { Finish } from "@switchyard/core"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { compose, Kernel } from "@switchyard/core"
import { startAnthropicUpstream } from "@switchyard/testkit"
import { anthropic } from "../src/index.ts"
import { asking } from "./asking.ts"

const model = "claude-opus-5-5"
const ask = { prompt: "Hi" }

describe("stop reasons", () => {
  const words: ReadonlyArray<readonly [string, Finish["unified"]]> = [
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool-calls"],
    ["pause_turn", "pause"],
    ["refusal", "content-filter"],
    ["something_new", "other"],
  ]
  for (const [stopReason, unified] of words) {
    it.live(`${stopReason} is ${unified}`, () =>
      asking((scene) =>
        Effect.gen(function* () {
          scene.upstream.always({ text: "Some", stopReason })
          const whole = yield* scene.generate(model, ask)
          const streamed = yield* scene.stream(model, ask)
          assert.deepStrictEqual(whole.finish, { unified, raw: stopReason })
          assert.deepStrictEqual(streamed.finish, whole.finish)
          assert.deepStrictEqual(streamed.providerData, whole.providerData)
          const said = whole.providerData?.["anthropic"]
          if (stopReason === "stop_sequence") assert.deepStrictEqual(said, { stopSequence: "END" })
          if (stopReason === "refusal") assert.containSubset(said, { stopDetails: { type: "refusal", category: null } })
        }),
      ),
    )
  }
})

it.live("beta features come from the options, the request and its headers, each once", () =>
  asking(
    (scene) =>
      Effect.gen(function* () {
        yield* scene.generate(model, {
          ...ask,
          providerData: { anthropic: { betas: ["context-1m-2025-08-07", "fast-mode-2026-02-01"], speed: "fast" } },
          headers: { "Anthropic-Beta": "mcp-client-2025-11-20" },
        })
        const [request] = scene.upstream.requests
        assert.strictEqual(
          request?.headers["anthropic-beta"],
          "context-1m-2025-08-07,fast-mode-2026-02-01,mcp-client-2025-11-20",
        )
        assert.strictEqual(request?.body["speed"], "fast")
        assert.notProperty(request?.body, "betas")
        yield* scene.stream(model, ask)
        assert.strictEqual(scene.upstream.requests[1]?.headers["anthropic-beta"], "context-1m-2025-08-07")
      }),
    { beta: ["context-1m-2025-08-07"] },
  ),
)

it.live("beta features in headers of the options are kept beside the others, split at commas, each once", () =>
  asking(
    (scene) =>
      Effect.gen(function* () {
        yield* scene.generate(model, { ...ask, headers: { "anthropic-beta": "c,a , d" } })
        yield* scene.stream(model, ask)
        const sent = scene.upstream.requests.map(({ headers }) => headers["anthropic-beta"])
        assert.deepStrictEqual(sent, ["a,b,c,d", "a,b,c"])
      }),
    { beta: ["c"], headers: { "Anthropic-Beta": "a, b" } },
  ),
)

it.live("a version of the API that a request names is the one that is sent", () =>
  asking((scene) =>
    Effect.gen(function* () {
      const headers = { "anthropic-version": "2023-01-01" }
      yield* scene.generate("claude-sonnet-4-6", { ...ask, temperature: 0, headers })
      assert.strictEqual(scene.upstream.requests[0]?.headers["anthropic-version"], "2023-01-01")
    }),
  ),
)

describe("errors", () => {
  const error = (type: string, message: string, details?: object) => ({
    type: "error",
    error: { type, message, ...(details === undefined ? {} : { details }) },
    request_id: "req_x",
  })
  const cases: ReadonlyArray<readonly [number, object, string, string | undefined]> = [
    [
      400,
      error("invalid_request_error", "Your credit balance is too low to access the API."),
      "QuotaExhausted",
      undefined,
    ],
    [400, error("invalid_request_error", "messages.0.content: Field required"), "InvalidRequest", "messages.0.content"],
    [
      400,
      error("invalid_request_error", "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"),
      "ContextTooLong",
      undefined,
    ],
    [400, error("invalid_request_error", "No.", { error_code: "organization_on_hold" }), "Forbidden", undefined],
    [
      429,
      error("rate_limit_error", "No.", { error_code: "enforced_spend_limit_reached" }),
      "QuotaExhausted",
      undefined,
    ],
    [529, error("overloaded_error", "Overloaded"), "Overloaded", undefined],
    // The type says more than the status: 500 alone is ProviderInternal.
    [500, error("timeout_error", "Took too long."), "Overloaded", undefined],
  ]
  for (const [status, body, tag, field] of cases) {
    it.live(`${status} ${JSON.stringify(body).slice(0, 110)}: ${tag}`, () =>
      asking((scene) =>
        Effect.gen(function* () {
          scene.upstream.always({ fault: { status, body } })
          for (const way of ["generate", "stream"] as const) {
            const { reason } = yield* Effect.flip(scene[way](model, ask))
            assert.strictEqual(reason._tag, tag)
            if (reason._tag === "InvalidRequest") assert.strictEqual(reason.field, field)
          }
        }),
      ),
    )
  }

  it.live("a secret in the request's own headers does not come back, whole or without its scheme, on any way", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const headers = { "x-tenant-key": "Bearer tenant-secret-42", "x-tenant": "tenant-header-42" }
        const quoted = error("authentication_error", "tenant-secret-42 of tenant-header-42 is unknown")
        for (const fault of [
          { status: 401, body: quoted },
          { errorAfterChunks: 0, body: quoted },
        ]) {
          scene.upstream.always({ text: "One two", fault })
          for (const way of ["generate", "stream"] as const) {
            const failure = yield* Effect.flip(scene[way](model, { ...ask, headers }))
            assert.strictEqual(failure.reason._tag, "Unauthorized")
            assert.include(failure.message, "[redacted] of [redacted] is unknown")
            assert.notMatch(JSON.stringify(failure), /tenant-(secret|header)-42/)
          }
        }
      }),
    ),
  )

  it.live("of several spent limits the last to be filled counts; retry-after before all", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const at = (ms: number) => new Date(Date.now() + ms).toISOString()
        const headers = {
          "anthropic-ratelimit-requests-remaining": "0",
          "anthropic-ratelimit-requests-reset": at(4000),
          "anthropic-ratelimit-output-tokens-remaining": "0",
          "anthropic-ratelimit-output-tokens-reset": at(20_000),
        }
        scene.upstream.always({ fault: { error: "rate_limit_exceeded", headers } })
        const wait = (yield* Effect.flip(scene.generate(model, ask))).retryAfterMs ?? NaN
        assert.isTrue(wait > 15_000 && wait <= 20_000, `${wait} ms`)
        scene.upstream.always({ fault: { error: "rate_limit_exceeded", headers: { ...headers, "retry-after": "3" } } })
        assert.strictEqual((yield* Effect.flip(scene.generate(model, ask))).retryAfterMs, 3000)
      }),
    ),
  )
})

/** A stack whose options and environment are these, asked once. */
const once = (options: Parameters<typeof anthropic>[0], environment: Readonly<Record<string, string>>) =>
  Kernel.use((kernel) => kernel.generate({ model: "anthropic/claude-opus-5-5", prompt: "Hi" })).pipe(
    Effect.provide(compose([anthropic(options)])),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(environment)),
  )

const upstream = Effect.acquireRelease(
  Effect.promise(() => startAnthropicUpstream()),
  (started) => Effect.promise(() => started.close()),
)

describe("the key", () => {
  it.live("of the environment goes to the endpoint of the environment, and to none given in code", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { baseURL, requests } = yield* upstream
        const environment = { ANTHROPIC_API_KEY: "sk-ant-environment" }
        yield* once({}, { ...environment, ANTHROPIC_BASE_URL: `${baseURL}/v1/` })
        assert.strictEqual(requests[0]?.headers["authorization"], "Bearer sk-ant-environment")
        yield* once({ baseURL }, environment)
        yield* once({ baseURL, apiKey: "sk-ant-given" }, environment)
        assert.isUndefined(requests[1]?.headers["authorization"])
        assert.strictEqual(requests[2]?.headers["authorization"], "Bearer sk-ant-given")
        assert.notInclude(JSON.stringify(requests.slice(1)), "sk-ant-environment")
      }),
    ),
  )

  it.live("and beta features of the environment's headers go where the environment's go, beside the others", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { baseURL, requests } = yield* upstream
        const environment = { ANTHROPIC_CUSTOM_HEADERS: "Anthropic-Beta: a, b" }
        yield* once({ beta: ["c"] }, { ...environment, ANTHROPIC_BASE_URL: baseURL })
        yield* once({ beta: ["c"], baseURL }, environment)
        assert.deepStrictEqual(
          requests.map(({ headers }) => headers["anthropic-beta"]),
          ["a,b,c", "c"],
        )
      }),
    ),
  )

  it.live("that is missing is told before anything is sent; a header may hold it", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(once({}, {}))
      assert.strictEqual(error._tag === "LlmError" ? error.reason._tag : error._tag, "Unauthorized")
      assert.include(error.message, "ANTHROPIC_API_KEY")
      const fetch: typeof globalThis.fetch = async (_, init) => {
        const sent = new Headers(init?.headers)
        assert.strictEqual(sent.get("x-api-key"), "in-a-header")
        assert.isNull(sent.get("authorization"))
        return Response.json({ id: "m", model: "x", content: [], stop_reason: "end_turn" })
      }
      const { finish } = yield* once({ headers: { "x-api-key": "in-a-header" }, fetch }, {})
      assert.strictEqual(finish.unified, "stop")
    }),
  )

  it.live("and a base URL that is none is refused when the stack is built", () =>
    Effect.map(Effect.flip(once({ baseURL: "ftp://x.test" }, {})), (error) =>
      assert.include(error.message, "baseURL is not an http or https URL"),
    ),
  )

  it.live("and one that holds a password is refused then too, wherever it comes from, without the password", () =>
    Effect.gen(function* () {
      const base = "https://user:hunter22@x.test"
      const cases = [
        [{ baseURL: base }, {}, "baseURL"],
        [{}, { ANTHROPIC_BASE_URL: base }, "ANTHROPIC_BASE_URL"],
      ] as const
      for (const [options, environment, name] of cases) {
        const { message } = yield* Effect.flip(once(options, environment))
        assert.include(message, `${name} holds a user name or a password`)
        assert.notInclude(message, "hunter22")
      }
    }),
  )
})
