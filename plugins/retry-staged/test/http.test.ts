import { assert, describe, it } from "@effect/vitest"
import { definePlugin, type LlmRequestInput, textOf } from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import { makeTransport } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { stagedRetry } from "../src/index.ts"
import { generate, plug, rejecting } from "./stubs.ts"

const upstream = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (server) => Effect.promise(() => server.close()),
)

/** The official client, as the OpenAI plugin uses it. */
const openai = ({ baseURL }: Upstream) =>
  definePlugin({
    manifest: { name: "test-openai", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.effect(
        key,
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => makeTransport()),
            (made) => Effect.promise(() => made.close()),
          ),
          ({ fetch }) =>
            makeOpenAi({
              id: "openai",
              api: "chat",
              apiKey: undefined,
              vendor: false,
              baseURL,
              models: undefined,
              organization: undefined,
              project: undefined,
              headers: {},
              query: {},
              fetch,
            }),
        ),
      ),
  })()

const ask: LlmRequestInput = { model: "openai/small", prompt: "Return a JSON object with required_field" }
const quick = { baseMs: 1, capMs: 2 }

/** Is the answer JSON with the field "required_field"? */
const hasField = plug("validator", {
  names: ["field_present"],
  make: () =>
    Effect.succeed({
      validate: ({ content }) =>
        Effect.sync(() =>
          textOf(content).includes('"required_field"')
            ? { ok: true, score: 1, issues: [] }
            : rejecting("required_field is missing", { suggestion: 'Add the field "required_field"' }),
        ),
    }),
})

const outcomes = (route: { readonly attempts: ReadonlyArray<{ readonly outcome: string }> }) =>
  route.attempts.map(({ outcome }) => outcome)

describe("over HTTP, with the official client", () => {
  for (const [name, headers, least] of [
    ["retry-after-ms", { "retry-after-ms": "60" }, 60],
    ["retry-after", { "retry-after": "0.08" }, 80],
    ["x-ratelimit-reset-requests", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "70ms" }, 70],
  ] as const) {
    it.live(`429 with ${name}: the wait is what was asked for`, () =>
      Effect.gen(function* () {
        const server = yield* upstream
        server.reply({ fault: { status: 429, headers } }, { text: "hello" })
        const { content, route } = yield* generate([openai(server), stagedRetry(quick)], ask)
        assert.strictEqual(textOf(content), "hello")
        assert.deepStrictEqual(outcomes(route), ["failed", "ok"])
        const [first, second] = server.requests
        const waited = (second?.receivedAt ?? 0) - (first?.closedAt ?? first?.receivedAt ?? 0)
        assert.isAtLeast(waited, least - 2)
      }),
    )
  }

  it.live("429 that asks for more than is allowed: sent once, and the caller learns how long", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.always({ fault: { status: 429, headers: { "retry-after": "3600" } } })
      const error = yield* Effect.flip(generate([openai(server), stagedRetry(quick)], ask))
      assert.deepStrictEqual([error.reason._tag, error.retryAfterMs], ["RateLimited", 3_600_000])
      assert.strictEqual(server.requests.length, 1)
    }),
  )

  it.live("429 without a word: exponential waits, then the answer", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.reply({ fault: { status: 429 } }, { fault: { status: 429 } }, { text: "hello" })
      const { route } = yield* generate([openai(server), stagedRetry(quick)], ask)
      assert.deepStrictEqual(outcomes(route), ["failed", "failed", "ok"])
    }),
  )

  for (const [name, fault] of [
    ["500 once", { status: 500 }],
    ["503 once", { status: 503 }],
    ["a reset before headers", { resetBeforeHeaders: true }],
    ["an answer cut in half", { invalidJson: true }],
    ["an empty body", { emptyBody: true }],
  ] as const) {
    it.live(`${name}: the second attempt answers`, () =>
      Effect.gen(function* () {
        const server = yield* upstream
        server.reply({ fault }, { text: "hello" })
        const { content, route } = yield* generate([openai(server), stagedRetry(quick)], ask)
        assert.deepStrictEqual([textOf(content), outcomes(route)], ["hello", ["failed", "ok"]])
        assert.strictEqual(server.requests.length, 2)
      }),
    )
  }

  for (const [name, fault, reason, times] of [
    ["503 for ever", { status: 503 }, "Overloaded", 2],
    ["a content filter", { error: "content_filter" }, "ContentFiltered", 1],
    ["a conversation that is too long", { error: "context_length_exceeded" }, "ContextTooLong", 1],
    ["an empty account", { error: "insufficient_quota" }, "QuotaExhausted", 1],
  ] as const) {
    it.live(`${name}: ${times} request${times === 1 ? "" : "s"}, then it goes up`, () =>
      Effect.gen(function* () {
        const server = yield* upstream
        server.always({ fault })
        const error = yield* Effect.flip(generate([openai(server), stagedRetry(quick)], ask))
        assert.deepStrictEqual([error.reason._tag, server.requests.length], [reason, times])
      }),
    )
  }

  it.live("a silent provider is left after its first timeout, not asked again", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.always({ fault: { silent: true } })
      const input: LlmRequestInput = { ...ask, policy: { timeouts: { firstContent: 500 } } }
      const error = yield* Effect.flip(generate([openai(server), stagedRetry(quick)], input))
      assert.deepStrictEqual([error.reason._tag, server.requests.length], ["Timeout", 1])
    }),
  )

  it.live("a wrong JSON answer is corrected at attempt 2, since the feedback arrived", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      const wrong = '{"other":1}'
      server.always(({ body }) => {
        const said = JSON.stringify(body["messages"])
        const told = said.includes("required_field is missing") && said.includes("Do this: Add the field")
        return { text: told && said.includes(JSON.stringify(wrong).slice(1, -1)) ? '{"required_field":1}' : wrong }
      })
      const input: LlmRequestInput = {
        ...ask,
        system: "You write JSON.",
        output: { type: "json" },
        policy: { validators: [{ type: "field_present" }] },
      }
      const { content, verdict, route } = yield* generate([openai(server), hasField, stagedRetry()], input)
      assert.strictEqual(textOf(content), '{"required_field":1}')
      assert.isTrue(verdict?.ok)
      assert.deepStrictEqual(outcomes(route), ["rejected", "ok"])
      const [first, second] = server.requests
      assert.deepStrictEqual(second?.body["response_format"], { type: "json_object" })
      assert.deepStrictEqual(second?.body["messages"], [
        { role: "system", content: "You write JSON." },
        { role: "user", content: "Return a JSON object with required_field" },
        { role: "assistant", content: wrong },
        {
          role: "user",
          content: [
            "Your answer above was not accepted:",
            '1. v: required_field is missing. Do this: Add the field "required_field".',
            "Now answer the request again, in full and with all of this corrected. Answer with JSON and nothing else.",
          ].join("\n"),
        },
      ])
      assert.strictEqual(Array.isArray(first?.body["messages"]) && first.body["messages"].length, 2)
    }),
  )

  it.live("a rejected tool call goes back with a result, as the wire demands", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.reply(
        { toolCalls: [{ id: "call_1", name: "weather", arguments: '{"city":"Rome"}' }] },
        { text: '{"required_field":1}' },
      )
      const input: LlmRequestInput = {
        ...ask,
        tools: [{ type: "function", name: "weather", inputSchema: { type: "object" } }],
        policy: { validators: [{ type: "field_present" }] },
      }
      yield* generate([openai(server), hasField, stagedRetry()], input)
      const messages: unknown = server.requests[1]?.body["messages"]
      assert.deepStrictEqual(
        Array.isArray(messages) ? messages.map(({ role, tool_call_id }) => [role, tool_call_id]) : messages,
        [
          ["user", undefined],
          ["assistant", undefined],
          ["tool", "call_1"],
          ["user", undefined],
        ],
      )
    }),
  )
})
