import { assert, describe, it } from "@effect/vitest"
import type { LlmRequestInput, LlmResponse } from "@switchyard/core"
import { failover } from "@switchyard/failover"
import { anthropic } from "@switchyard/provider-anthropic"
import { startAnthropicUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import { makeRetriever, retrieval, type RetrievalOptions } from "../src/index.ts"
import { asking, decisionsOf, fixed, libraryRetriever, passage, question, sourcesIn } from "./asking.ts"
import { embedder, libraryOf } from "./library.ts"
import { messagesOf, windowOf, windowsOf, withStack } from "./stack.ts"

const small = { contextWindow: 300, maxOutput: 50 }
/** Longer than the small window. */
const long = { ...asking, prompt: `${question} ${"more words ".repeat(500)}` }

const warningsOf = ({ warnings }: LlmResponse): string => warnings.map(({ message }) => message).join("\n")

describe("the window", () => {
  const counted = (window: number, request: LlmRequestInput = asking, k = 5) =>
    Effect.gen(function* () {
      const retriever = yield* libraryRetriever
      const catalog = { contextWindow: window, maxOutput: 50 }
      return yield* withStack([retrieval({ retriever, k }), windowOf(catalog)], ({ kernel, upstream }) =>
        Effect.map(kernel.generate(request), (response) => ({
          response,
          messages: messagesOf(upstream.requests[0]?.body),
        })),
      )
    })

  it.live("the last passages are left out where the window is small, and that is said", () =>
    Effect.gen(function* () {
      const { response } = yield* counted(100_000)
      const { response: tight, messages } = yield* counted(420)
      const [many, few] = [sourcesIn(response).length, sourcesIn(tight).length]
      assert.strictEqual(many, 5)
      assert.isAbove(few, 0)
      assert.isBelow(few, many)
      assert.match(decisionsOf(tight), /left out \[5\] .*: the window of openai\/gpt-5 \(420 tokens\) is full/)
      assert.notInclude(messages.at(-1)?.text, "<p5-")
      assert.deepStrictEqual(
        sourcesIn(tight).map(({ id }) => id),
        ["1", "2", "3", "4"].slice(0, few),
      )
    }),
  )

  it.live("a question that takes the window gets neither passages nor a rule about them, with a warning", () =>
    Effect.gen(function* () {
      const { response, messages } = yield* counted(300, long)
      assert.deepStrictEqual(sourcesIn(response), [])
      assert.deepStrictEqual(
        messages.map(({ role }) => role),
        ["user"],
      )
      assert.notInclude(messages.at(-1)?.text, "<p1-")
      assert.include(warningsOf(response), "no passage fits into the window of openai/gpt-5 (300 tokens)")
    }),
  )

  it.live("where nothing is to be answered without passages it is refused, and nothing is sent", () =>
    Effect.gen(function* () {
      const retriever = yield* libraryRetriever
      const options: RetrievalOptions = { onNothing: "refuse" }
      const { error, sent } = yield* withStack(
        [retrieval({ ...options, retriever }), windowOf(small)],
        ({ kernel, upstream }) =>
          Effect.map(Effect.flip(kernel.generate(long)), (error) => ({ error, sent: upstream.requests.length })),
      )
      assert.strictEqual(error.reason._tag, "ContextTooLong")
      assert.include(error.message, "without passages nothing is to be answered")
      assert.strictEqual(sent, 0)
    }),
  )
})

describe("a failover", () => {
  const after = (options: RetrievalOptions, request: LlmRequestInput, windows: Parameters<typeof windowsOf>[0]) =>
    Effect.gen(function* () {
      const retriever = yield* libraryRetriever
      const second = yield* Effect.acquireRelease(
        Effect.promise(() => startAnthropicUpstream()),
        (started) => Effect.promise(() => started.close()),
      )
      second.always({ text: "Run npm publish [1]." })
      const plugins = [
        retrieval({ ...options, retriever }),
        windowsOf(windows),
        anthropic({ apiKey: "sk-ant-test", baseURL: second.baseURL }),
        failover({ fallbacks: { "openai/*": ["anthropic/claude-haiku-4-5"] } }),
      ]
      return yield* withStack(
        plugins,
        ({ kernel, upstream }) =>
          Effect.map(kernel.generate(request), (response) => ({
            response,
            first: upstream.requests.map(({ body }) => JSON.stringify(body)),
            second: JSON.stringify(second.requests[0]?.body),
          })),
        [{ fault: { status: 500 } }],
      )
    }).pipe(Effect.scoped)
  const large = { contextWindow: 100_000, maxOutput: 1000 }

  it.live("to a larger window brings back what the small one had no room for", () =>
    Effect.gen(function* () {
      const windows = { openai: { contextWindow: 420, maxOutput: 50 }, anthropic: large }
      const { response, first, second } = yield* after({ k: 5 }, asking, windows)
      assert.strictEqual(response.provider, "anthropic")
      assert.strictEqual(first.length, 1)
      assert.isBelow(first[0]?.match(/<p\d-/g)?.length ?? 0, 5)
      assert.strictEqual(second.match(/<p\d-/g)?.length, 5)
      assert.strictEqual(sourcesIn(response).length, 5)
    }),
  )

  it.live("happens where the first window takes no passage and none may be missing", () =>
    Effect.gen(function* () {
      const { response, first } = yield* after({ onNothing: "refuse" }, long, { openai: small, anthropic: large })
      assert.strictEqual(first.length, 0)
      assert.strictEqual(response.provider, "anthropic")
      assert.isAbove(sourcesIn(response).length, 0)
    }),
  )
})

describe("a passage that is too long", () => {
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, at) => `Line ${at + 1} says what is to be published.`).join("\n")
  const found = (options: RetrievalOptions, ...texts: ReadonlyArray<string>) =>
    withStack(
      [retrieval({ ...options, retriever: fixed(texts.map((text, at) => passage(text, `${at}.md`))) })],
      ({ kernel }) => kernel.generate(asking),
    )

  it.live("leaves room for lesser ones, and has its first lines in what they leave", () =>
    Effect.gen(function* () {
      const response = yield* found({ maxTokens: 1000 }, lines(600), "Run npm publish.")
      const [first, second, ...more] = sourcesIn(response)
      assert.deepStrictEqual(more, [])
      if (first?.source.type !== "document" || second?.source.type !== "document") return assert.fail("no documents")
      assert.strictEqual(second.source.text, "Run npm publish.")
      const text = first.source.text ?? ""
      const count = text.split("\n").length
      assert.strictEqual(text, lines(600).slice(0, text.length))
      assert.strictEqual(text, lines(count))
      assert.isAbove(count, 50)
      assert.strictEqual(first.source.end, text.length)
      assert.strictEqual(first.providerData?.["retrieval"]?.["label"], `0.md:1-${count}`)
      assert.match(decisionsOf(response), /cut to its first \d+ of \d+ characters/)
    }),
  )

  it.live("of one line is left out, and a lesser one is given", () =>
    Effect.gen(function* () {
      const response = yield* found({ maxTokens: 100 }, "word ".repeat(500), "Run npm publish.")
      assert.deepStrictEqual(
        sourcesIn(response).map(({ source }) => source.title),
        ["1.md"],
      )
      assert.match(decisionsOf(response), /left out 0\.md:1: beyond the tokens/)
    }),
  )

  it.live("of one line, alone: the model answers without, with a warning, or the call is refused", () =>
    Effect.gen(function* () {
      const response = yield* found({ maxTokens: 100 }, "word ".repeat(500))
      assert.deepStrictEqual(sourcesIn(response), [])
      assert.include(warningsOf(response), "none of 1 passages fits into maxTokens (100)")
      const error = yield* Effect.flip(found({ maxTokens: 100, onNothing: "refuse" }, "word ".repeat(500)))
      assert.include(error.message, "fits into maxTokens (100)")
    }),
  )

  it.live("is shortened to the window as well", () =>
    Effect.gen(function* () {
      const retriever = fixed([passage(lines(300)), passage("Run npm publish.", "two.md")])
      const catalog = windowOf({ contextWindow: 1000, maxOutput: 50 })
      const { response, sent } = yield* withStack([retrieval({ retriever }), catalog], ({ kernel, upstream }) =>
        Effect.map(kernel.generate(asking), (response) => ({
          response,
          sent: messagesOf(upstream.requests[0]?.body).at(-1)?.text ?? "",
        })),
      )
      const [first, second] = sourcesIn(response)
      assert.strictEqual(second?.id, "2")
      const { text = "" } = first?.source.type === "document" ? first.source : {}
      assert.strictEqual(text, lines(text.split("\n").length))
      assert.isBelow(text.length, lines(300).length)
      assert.include(sent, `${text}\n\n</p1-`)
      assert.notInclude(sent, "Line 300 ")
      assert.match(decisionsOf(response), /shortened \[1\] to one\.md:1-\d+: the window of openai\/gpt-5/)
    }),
  )

  it.live("as a whole section is given with what else was found", () =>
    Effect.gen(function* () {
      const others = Array.from(
        { length: 60 },
        (_, at) => `Paragraph ${at} of many speaks of something else altogether.`,
      )
      const section = ["To publish a plugin, run npm publish.", ...others]
      const store = yield* libraryOf([
        { id: "long", source: "long.md", text: `# First\n\n${section.join("\n\n")}\n` },
        { id: "short", source: "short.md", text: "# Other\n\nA plugin is published by npm publish.\n" },
      ])
      const retriever = yield* makeRetriever({ store, embedder, neighbours: "section" })
      const response = yield* withStack([retrieval({ retriever, k: 2, maxTokens: 150 })], ({ kernel }) =>
        kernel.generate(asking),
      )
      assert.deepStrictEqual(
        sourcesIn(response)
          .map(({ source }) => source.title)
          .toSorted(),
        ["long.md", "short.md"],
      )
      assert.match(decisionsOf(response), /long\.md:1-\d+: .*cut to its first \d+ of \d+ characters/)
    }),
  )
})
