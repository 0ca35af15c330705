import { assert, describe, it } from "@effect/vitest"
import type {
  JsonObject,
  LlmRequest,
  LlmRequestInput,
  Message,
  Part,
  ProviderResponse,
  Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { stagedRetry } from "../src/index.ts"
import {
  answer,
  failed,
  generate,
  judge,
  judged,
  type Options,
  plug,
  rejecting,
  scripted,
  sent,
  text,
} from "./stubs.ts"

const origin = { provider: "p", model: "m" }
const hi: Message = { role: "user", content: [{ type: "text", text: "hi" }] }

/** What the second attempt is sent after this answer and verdict. */
const secondAfter = Effect.fnUntraced(function* (
  content: ReadonlyArray<Part>,
  verdict: Verdict = rejecting(),
  input: LlmRequestInput = judged,
  options: Options = {},
) {
  const { plugin, seen } = scripted([content, "good"])
  const first = judge((response) => (response.content === content ? verdict : undefined))
  yield* generate([plugin, first, stagedRetry(options)], input)
  assert.strictEqual(seen.length, 2)
  return sent(seen, 1)
})

const user = (...lines: ReadonlyArray<string>): Message => ({
  role: "user",
  content: [{ type: "text", text: lines.join("\n") }],
})

const again = "Now answer the request again, in full and with all of this corrected."

describe("feedback, exactly", () => {
  it.effect("after a text: what was wrong where, and what to do", () =>
    Effect.gen(function* () {
      const verdict: Verdict = {
        ok: false,
        score: 0.2,
        issues: [
          { validator: "field_present", message: "the field is missing", path: ["a", "items", 0, "b"] },
          { validator: "code", message: "it does not parse", start: 8, end: 13, suggestion: "Close the bracket" },
          { validator: "length", message: "too short!", start: 30 },
          { validator: "style", message: "  it is\n rude " },
        ],
      }
      const second = yield* secondAfter(text('{ "a": [[[[ }'), verdict)
      assert.deepStrictEqual(second.messages, [
        hi,
        { role: "assistant", content: [{ type: "text", text: '{ "a": [[[[ }' }], origin },
        user(
          "Your answer above was not accepted:",
          "1. field_present (at a.items[0].b): the field is missing.",
          '2. code (at character 8: "[[[ }"): it does not parse. Do this: Close the bracket.',
          "3. length (at character 30): too short!",
          "4. style: it is rude.",
          again,
        ),
      ])
    }),
  )

  it.effect("after tool calls: each gets a result, as the vendors demand", () =>
    Effect.gen(function* () {
      const call = { type: "tool-call", id: "c1", name: "weather", inputText: '{"city":' } as const
      const own = { type: "tool-call", id: "c2", name: "search", inputText: "{}", providerExecuted: true } as const
      const second = yield* secondAfter([...text("Let me look."), call, own])
      const value = "This call was not run: the answer that it stands in was not accepted."
      assert.deepStrictEqual(second.messages, [
        hi,
        { role: "assistant", content: [...text("Let me look."), call, own], origin },
        {
          role: "tool",
          content: [{ type: "tool-result", id: "c1", name: "weather", output: { type: "error-text", value } }],
        },
        user("Your answer above was not accepted:", "1. v: not good.", again),
      ])
    }),
  )

  it.effect("after calls that were run within the attempt: their results stand behind them", () =>
    Effect.gen(function* () {
      const call = (id: string): Part => ({ type: "tool-call", id, name: "f", inputText: "{}" })
      const result = (id: string) =>
        ({ type: "tool-result", id, name: "f", output: { type: "text", value: id } }) as const
      const second = yield* secondAfter([call("1"), call("2"), result("1"), result("2"), ...text("so"), call("3")])
      assert.deepStrictEqual(
        second.messages.map(({ role, content }) => [
          role,
          typeof content === "string" ? content : content.map((part) => ("id" in part ? part.id : part.type)),
        ]),
        [
          ["user", ["text"]],
          ["assistant", ["1", "2"]],
          ["tool", ["1", "2"]],
          ["assistant", ["text", "3"]],
          ["tool", ["3"]],
          ["user", ["text"]],
        ],
      )
    }),
  )

  const looked = (value: string): ReadonlyArray<Part> => [
    { type: "text", text: "I look it up." },
    { type: "tool-call", id: "1", name: "look", inputText: "{}" },
    { type: "tool-result", id: "1", name: "look", output: { type: "text", value } },
  ]
  /** Asked again after an answer whose tools were run within the attempt, as `@switchyard/tools-mcp` shows it. */
  const secondAfterTools = Effect.fnUntraced(function* (earlier: unknown, options: Options = {}) {
    const seen: Array<LlmRequest> = []
    const mcp: unknown = { earlier }
    const plugin = plug("provider", {
      id: "p",
      models: ["m"],
      describe: () => undefined,
      generate: (request) => {
        seen.push(request)
        const said = answer(text(seen.length === 1 ? "so" : "good"))
        return Effect.succeed({ ...said, providerData: { mcp: mcp as JsonObject } }) // any JSON is what the tests are about
      },
    })
    yield* generate([plugin, judge(), stagedRetry(options)], judged)
    return sent(seen, 1).messages
  })

  it.effect("after tools that ran within the attempt: the calls and results stand before the answer", () =>
    Effect.gen(function* () {
      const [, call, result] = looked("it is 5")
      assert.deepStrictEqual<ReadonlyArray<unknown>>((yield* secondAfterTools(looked("it is 5"))).slice(1, 4), [
        { role: "assistant", content: [...text("I look it up."), call], origin },
        { role: "tool", content: [result] },
        { role: "assistant", content: text("so"), origin },
      ])
      assert.lengthOf(yield* secondAfterTools("nonsense"), 3)
      assert.lengthOf(yield* secondAfterTools([{ type: "text" }]), 3)
    }),
  )

  it.effect("a result that is too long is cut, and the call and the answer stay", () =>
    Effect.gen(function* () {
      const messages = yield* secondAfterTools(looked(`begin${"x".repeat(50_000)}end`), { maxFeedbackChars: 5000 })
      assert.deepStrictEqual(
        messages.map(({ role }) => role),
        ["user", "assistant", "tool", "assistant", "user"],
      )
      const whole = JSON.stringify(messages)
      assert.match(whole, /begin.*characters left out.*end/)
      assert.isBelow(whole.length, 6000)
    }),
  )

  it.effect("after other parts: thoughts, citations and the vendor's own go back as they were, a file is named", () =>
    Effect.gen(function* () {
      const kept: ReadonlyArray<Part> = [
        { type: "reasoning", text: "hm", providerData: { p: { signature: "s" } } },
        { type: "text", text: "so" },
        { type: "source", id: "1", source: { type: "url", url: "https://example.com" } },
        { type: "custom", kind: "p.canvas", providerData: { p: { x: 1 } } },
      ]
      const file: Part = {
        type: "file",
        mediaType: "image/png",
        filename: "a.png",
        source: { type: "bytes", bytes: new Uint8Array([1]) },
      }
      const asked: Part = { type: "approval-request", id: "1", toolCallId: "2" }
      const second = yield* secondAfter([...kept, file, asked])
      assert.deepStrictEqual(second.messages[1], {
        role: "assistant",
        content: [...kept, { type: "text", text: "[a file named a.png of type image/png]" }],
        origin,
      })
    }),
  )

  it.effect("after nothing, blanks, or thoughts alone: no empty message is sent back", () =>
    Effect.gen(function* () {
      const empties: ReadonlyArray<ReadonlyArray<Part>> = [[], text(" \n"), [{ type: "reasoning", text: "hm" }]]
      for (const content of empties) {
        const second = yield* secondAfter(content)
        assert.deepStrictEqual(second.messages, [
          hi,
          user("Your last answer was empty and was not accepted:", "1. v: not good.", again),
        ])
      }
    }),
  )

  it.effect("a verdict without an issue, and more issues than can be told", () =>
    Effect.gen(function* () {
      const none = yield* secondAfter(text("x"), { ok: false, score: 0, issues: [] })
      assert.deepStrictEqual(none.messages.at(-1), user("Your answer above was not accepted.", again))
      const issues = Array.from({ length: 25 }, (_, index) => ({ validator: "v", message: `problem ${index}` }))
      const many = JSON.stringify((yield* secondAfter(text("x"), { ok: false, score: 0, issues })).messages.at(-1))
      assert.include(many, "20. v: problem 19.")
      assert.include(many, "… and 5 more.")
      assert.notInclude(many, "problem 20")
    }),
  )

  it.effect("a vendor's own objects are read, whatever their form", () =>
    Effect.gen(function* () {
      const read = Effect.fnUntraced(function* (content: unknown) {
        // What an author without types may give; the kernel asks only that each has a type.
        const { messages } = yield* secondAfter(content as ReadonlyArray<Part>)
        return messages[1]?.content
      })
      const said = (...content: ReadonlyArray<Part>) => content
      assert.deepStrictEqual(
        yield* read([
          { type: "output_text", text: "a", annotations: [] },
          { type: "message", content: "b" },
        ]),
        said(...text("a"), ...text("b")),
      )
      assert.deepStrictEqual(
        yield* read([{ type: "chat", choices: [{ message: { content: null, tool_calls: [functionCall] } }] }]),
        said({ type: "tool-call", id: "c", name: "f", inputText: "{}" }),
      )
      assert.deepStrictEqual(
        yield* read([{ type: "tool_use", id: "u", name: "g", input: { a: 1 } }]),
        said({ type: "tool-call", id: "u", name: "g", inputText: '{"a":1}' }),
      )
      assert.deepStrictEqual(
        yield* read([{ type: "gemini", candidates: [{ content: { parts: [{ text: "c" }] } }] }]),
        text("c"),
      )
      assert.deepStrictEqual(yield* read([{ type: "odd", value: 1 }]), text('{"type":"odd","value":1}'))
    }),
  )
})

const functionCall = { id: "c", type: "function", function: { name: "f", arguments: "{}" } }

describe("the conversation", () => {
  const output = { type: "json", schema: { type: "object" } } as const

  it.effect("all else of the request stays as it was; where JSON is wanted, the feedback says so", () =>
    Effect.gen(function* () {
      const input: LlmRequestInput = {
        ...judged,
        system: "Be brief",
        output,
        temperature: 0.1,
        providerData: { p: { a: 1 } },
      }
      const { plugin, seen } = scripted(["bad", "good"])
      yield* generate([plugin, judge(), stagedRetry()], input)
      const { messages: before, ...first } = sent(seen, 0)
      const { messages: after, ...second } = sent(seen, 1)
      assert.deepStrictEqual(second, first)
      assert.deepStrictEqual(after.slice(0, before.length), before)
      assert.include(JSON.stringify(after.at(-1)), "Answer with JSON and nothing else.")
    }),
  )

  it.effect("rounds add up, and a failure between them changes nothing", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted(["one", failed("Overloaded"), "two", "good"])
      yield* generate([plugin, judge(), stagedRetry({ maxAttempts: 9, baseMs: 0 })], judged)
      const said = seen.map(({ messages }) => messages.flatMap((m) => (m.role === "assistant" ? [m.content] : [])))
      assert.deepStrictEqual(said, [[], [text("one")], [text("one")], [text("one"), text("two")]])
    }),
  )

  it.effect("an OutputInvalid of the attempt itself is treated alike, with the text that it holds", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted([
        failed("OutputInvalid", { verdicts: [rejecting("not an object")], text: "[1]" } as never),
        "good",
      ])
      yield* generate([plugin, judge(), stagedRetry()], judged)
      assert.deepStrictEqual(sent(seen, 1).messages, [
        hi,
        { role: "assistant", content: text("[1]"), origin },
        user("Your answer above was not accepted:", "1. v: not an object.", again),
      ])
    }),
  )

  const Answers = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3000 }))).check(
    Schema.isMinLength(1),
    Schema.isMaxLength(8),
  )
  it.effect.prop(
    "feedback keeps within its size, the newest first, and never touches what the caller sent",
    [Answers, Schema.Int.check(Schema.isBetween({ minimum: 500, maximum: 4000 }))],
    ([lengths, maxFeedbackChars]) =>
      Effect.gen(function* () {
        const answers = lengths.map((length, index) => String.fromCharCode(97 + index).repeat(length))
        const { plugin, seen } = scripted([...answers, "good"])
        const options = { maxAttempts: 20, maxTotalAttempts: 20, maxFeedbackChars }
        yield* generate([plugin, judge(), stagedRetry(options)], judged)
        assert.strictEqual(seen.length, answers.length + 1)
        for (const [round, answer] of answers.entries()) {
          const [first, ...rest] = sent(seen, round + 1).messages
          assert.deepStrictEqual(first, hi)
          const texts = rest.map(({ content }) =>
            typeof content === "string" ? content : content.map((part) => ("text" in part ? part.text : "")).join(""),
          )
          const slack = 60 // the words that say how much was left out
          assert.isAtMost(texts.join("").length, maxFeedbackChars + slack)
          assert.isAtLeast(rest.length, 2)
          assert.include(texts.at(-1), again)
          assert.strictEqual(texts.at(-2)?.[0], answer[0])
          // Only the oldest are gone.
          const kept = rest.flatMap(({ role }, index) => (role === "assistant" ? [texts[index]?.[0]] : []))
          const all = answers.slice(0, round + 1).map(([letter]) => letter)
          assert.deepStrictEqual(kept, all.slice(all.length - kept.length))
          if (answer.length < maxFeedbackChars - 200) assert.strictEqual(texts.at(-2), answer)
        }
      }),
    { arbitrary: { seed: "feedback", runs: 60 } },
  )

  it.effect("of an answer that is too long its beginning and end are shown, of tool calls too", () =>
    Effect.gen(function* () {
      const long = `start ${"x".repeat(9000)} end`
      const second = yield* secondAfter(text(long), rejecting(), judged, { maxFeedbackChars: 600 })
      const shown = second.messages[1]?.content
      assert.match(JSON.stringify(shown), /"start x+\\n\[… \d+ characters left out …\]\\nx+ end"/)
      const call: Part = { type: "tool-call", id: "1", name: "write", inputText: JSON.stringify({ long }) }
      const called = yield* secondAfter([call], rejecting(), judged, { maxFeedbackChars: 600 })
      assert.deepStrictEqual(
        called.messages.map(({ role }) => role),
        ["user", "assistant", "user"],
      )
      assert.match(JSON.stringify(called.messages[1]?.content), /a call of the tool write with the input/)
    }),
  )

  it.effect("with hold, a stream is corrected before anything of it flows", () =>
    Effect.gen(function* () {
      const { plugin, seen } = scripted(["bad", "good"])
      const input: LlmRequestInput = { ...judged, policy: { validators: [{ type: "v" }], stream: "hold" } }
      const response: ProviderResponse = yield* generate([plugin, judge(), stagedRetry()], input)
      assert.deepStrictEqual([response.content, seen.length], [text("good"), 2])
    }),
  )
})
