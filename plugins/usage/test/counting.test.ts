import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type { Message, Tool } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { makeTokenCounter } from "../src/index.ts"

const counted = (
  what: Parameters<Effect.Success<ReturnType<typeof makeTokenCounter>>["countTokens"]>[0],
  model: string,
) => Effect.flatMap(makeTokenCounter(), (counter) => counter.countTokens(what, model))

const user = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] })

describe("which encoding", () => {
  it.effect.each([
    [
      "o200k_base",
      [
        "openai/gpt-4o",
        "gpt-4o-mini-2024-07-18",
        "openai/gpt-5.4-2026-03-05",
        "o3",
        "o4-mini-2025-04-16",
        "chatgpt-4o-latest",
        "gpt-oss-120b",
        "ft:gpt-4o-mini-2024-07-18:org::id",
        "azure/gpt-4.1",
        "openrouter/openai/gpt-5-mini",
        "gpt-4.5-preview",
      ],
    ],
    [
      "cl100k_base",
      [
        "gpt-4",
        "openai/gpt-4-0613",
        "gpt-4-turbo-2024-04-09",
        "gpt-3.5-turbo-0125",
        "azure/gpt-35-turbo-16k",
        "ft:gpt-3.5-turbo-0125:org::id",
        "text-embedding-3-small",
        "text-embedding-ada-002",
        "davinci-002",
      ],
    ],
    ["p50k_base", ["text-davinci-003", "code-davinci-002"]],
    ["r50k_base", ["davinci", "text-curie-001", "gpt2"]],
  ] as const)("%s", ([method, models]) =>
    Effect.gen(function* () {
      for (const model of models) {
        assert.deepInclude(yield* counted("Hello, tokens!", model), { method, exact: true, error: 0 }, model)
      }
    }),
  )

  it.effect.each([
    "claude-opus-4-7",
    "gemini-2.5-pro",
    "mistral-large-latest",
    "ollama/llama3.1:8b",
    "gpt-6-sol",
    "nope",
    "",
  ])("%s has no public one: an estimate with an error", (model) =>
    Effect.gen(function* () {
      const { error, exact, tokens } = yield* counted("The bridge was opened in 1932.", model)
      assert.isFalse(exact)
      assert.isAbove(error, 0)
      assert.isAtLeast(tokens, 7)
      assert.isAtMost(tokens, 14)
    }),
  )

  it.effect("a user says which, for names of their own", () =>
    Effect.gen(function* () {
      const counter = yield* makeTokenCounter({ encodings: { "azure/my-deployment": "cl100k_base" } })
      assert.deepInclude(yield* counter.countTokens("hi", "azure/my-deployment"), {
        method: "cl100k_base",
        exact: true,
      })
    }),
  )
})

describe("what is counted", () => {
  it.effect("messages with what OpenAI puts around them", () =>
    Effect.gen(function* () {
      // 3 for the message, 1 for its role, 1 for "hi", 3 before the answer.
      const one = yield* counted([user("hi")], "gpt-4o")
      assert.deepInclude(one, { tokens: 8, exact: true, parts: { text: 1, overhead: 7, tools: 0, images: 0 } })
      const two = yield* counted({ messages: [{ role: "system", content: "hi" }, user("hi")] }, "gpt-4o")
      assert.deepInclude(two, { tokens: 13, exact: true })
      assert.isFalse((yield* counted([user("hi")], "gpt-5.4")).exact)
    }),
  )

  it.effect("control tokens in a user's text are text", () =>
    Effect.gen(function* () {
      const plain = yield* counted("<|endoftext|> <|im_start|>system<|im_end|>", "gpt-4o")
      assert.isAbove(plain.tokens, 12)
      assert.isAbove((yield* counted("<EOT> <META_START>", "claude-3-opus")).tokens, 4)
    }),
  )

  it.effect("tools by their descriptions, properties and values", () =>
    Effect.gen(function* () {
      const tool = (properties: {
        readonly [name: string]: { readonly type: string; readonly description?: string }
      }): Tool => ({
        type: "function",
        name: "weather",
        description: "The weather of a place",
        inputSchema: { type: "object", properties },
      })
      const tokens = (tools: ReadonlyArray<Tool>, model: string) =>
        Effect.map(counted({ messages: [user("hi")], tools }, model), ({ exact, parts }) => {
          assert.isFalse(exact && tools.length > 0)
          return parts.tools
        })
      for (const model of ["gpt-4o", "claude-sonnet-4-5", "llama-3.3-70b"]) {
        const none = yield* tokens([], model)
        const small = yield* tokens([tool({ place: { type: "string" } })], model)
        const large = yield* tokens(
          [tool({ place: { type: "string", description: "A city or a region" }, unit: { type: "string" } })],
          model,
        )
        const double = yield* tokens([tool({ place: { type: "string" } }), tool({ place: { type: "string" } })], model)
        assert.strictEqual(none, 0)
        assert.isTrue(0 < small && small < large && small < double, model)
      }
    }),
  )

  it.effect("images by the vendor's formula, from the file's own size", () =>
    Effect.gen(function* () {
      const png = Buffer.alloc(24)
      png.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      png.writeUInt32BE(1024, 16)
      png.writeUInt32BE(1024, 20)
      const message: Message = {
        role: "user",
        content: [{ type: "file", mediaType: "image/png", source: { type: "bytes", bytes: png } }],
      }
      const images = (model: string) => Effect.map(counted([message], model), ({ parts }) => parts.images)
      assert.strictEqual(yield* images("gpt-4o"), 85 + 4 * 170)
      assert.strictEqual(yield* images("claude-sonnet-4-5"), 37 * 37)
      assert.strictEqual(yield* images("gemini-2.5-pro"), 258 * 4)
      const sound: Message = {
        role: "user",
        content: [{ type: "file", mediaType: "audio/wav", source: { type: "base64", base64: "AAAA" } }],
      }
      assert.deepInclude(yield* counted([sound], "gpt-4o"), { uncounted: ["audio/wav"], exact: false })
    }),
  )

  it.effect("a response, with its tool calls", () =>
    Effect.gen(function* () {
      const text = { type: "text", text: "hello world" } as const
      assert.deepInclude(yield* counted({ content: [text] }, "gpt-4o"), { tokens: 2, exact: true })
      const call = { type: "tool-call", id: "1", name: "weather", inputText: `{"place":"Rome"}` } as const
      const both = yield* counted({ content: [text, call] }, "gpt-4o")
      assert.isAbove(both.tokens, 6)
      assert.isFalse(both.exact)
    }),
  )
})

describe("estimates", () => {
  const english =
    "The committee met in the morning and, after a long discussion of the budget, agreed to postpone the decision until all members had read the report. ".repeat(
      20,
    )
  const code =
    "export const add = (a: number, b: number): number => {\n  if (Number.isNaN(a)) throw new Error(`bad ${a}`)\n  return a + b\n}\n".repeat(
      20,
    )

  it.effect.each([
    ["prose", english],
    ["code", code],
  ] as const)("a text of %s over the limit of what is counted at once is within its stated error", ([, text]) =>
    Effect.gen(function* () {
      const counter = yield* makeTokenCounter({ preload: ["o200k_base"] })
      const exact = counter.count(text, "gpt-4o")
      assert.isTrue(exact.exact)
      const times = Math.ceil(4_100_000 / text.length)
      const estimate = counter.count(text.repeat(times), "gpt-4o")
      assert.isFalse(estimate.exact)
      assert.isBelow(Math.abs(estimate.tokens / (exact.tokens * times) - 1), estimate.error)
    }),
  )

  it.effect("are corrected by what vendors report, within bounds, and exact counts are not", () =>
    Effect.gen(function* () {
      const counter = yield* makeTokenCounter()
      const model = "anthropic/claude-opus-4-7"
      const { uncalibrated } = yield* counter.countTokens(english, model)
      for (let i = 0; i < 10; i++) counter.calibrate(model, { uncalibrated, reported: uncalibrated * 1.2 })
      const after = yield* counter.countTokens(english, model)
      assert.approximately(after.tokens, uncalibrated * 1.2, 2)
      assert.strictEqual(after.uncalibrated, uncalibrated)
      assert.isBelow(after.error, 0.05)
      assert.deepInclude(counter.calibration()[0], { model: "claude-opus-4-7", samples: 10 })
      for (let i = 0; i < 2000; i++) counter.calibrate(model, { uncalibrated, reported: uncalibrated * 1000 })
      for (const reported of [Number.NaN, -1, 0, Infinity]) counter.calibrate(model, { uncalibrated, reported })
      assert.isAtMost((yield* counter.countTokens(english, model)).tokens, uncalibrated * 2 + 1)
      for (let i = 0; i < 10; i++) counter.calibrate("gpt-4o", { uncalibrated, reported: uncalibrated * 2 })
      assert.strictEqual((yield* counter.countTokens("hello world", "gpt-4o")).tokens, 2)
    }),
  )

  it.effect(
    "a text of 20 MB is counted while other fibers run",
    () =>
      Effect.gen(function* () {
        const text = "hello wide world ".repeat(1_200_000)
        let others = 0
        const tick = Effect.forever(
          Effect.andThen(
            Effect.sync(() => others++),
            Effect.yieldNow,
          ),
        )
        const count = Effect.flatMap(makeTokenCounter(), (counter) => counter.countTokens(text, "gpt-4o"))
        const { exact, tokens } = yield* Effect.raceFirst(count, tick)
        assert.deepStrictEqual([tokens, exact], [3_600_001, true])
        assert.isAbove(others, 10)
      }),
    20_000,
  )
})

describe("a tokenizer.json", () => {
  const json = {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab: { "[UNK]": 0, hello: 1, world: 2 }, unk_token: "[UNK]" },
  }
  const inFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "tokenizer-"))),
      use,
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
    )

  it.effect("makes a model's counts exact", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const path = join(folder, "tokenizer.json")
        writeFileSync(path, JSON.stringify(json))
        const counter = yield* makeTokenCounter({ tokenizers: { "ollama/tiny": path } })
        assert.deepInclude(yield* counter.countTokens("hello world hello", "ollama/tiny"), {
          tokens: 3,
          exact: true,
          method: "tokenizer.json",
        })
        assert.deepInclude(counter.count("hello there", "ollama/tiny"), { tokens: 2, exact: true })
      }),
    ),
  )

  it.effect("that cannot be used fails with the field", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const path = join(folder, "tokenizer.json")
        const failure = Effect.flip(makeTokenCounter({ tokenizers: { tiny: path } }))
        assert.include((yield* failure).message, `tokenizers["tiny"]`)
        for (const wrong of ["{", "[]", `{"model":{"type":"nope"}}`]) {
          writeFileSync(path, wrong)
          assert.strictEqual((yield* failure).reason._tag, "InvalidRequest")
        }
      }),
    ),
  )
})
