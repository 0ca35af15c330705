import { assert, it } from "@effect/vitest"
import { foldCall, type LlmRequestInput, type MessageInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fileOf, greedy, using, withNative } from "./native.ts"
import { tinyGguf } from "@switchyard/testkit"

/** A template that begins each answer with a thought, as those of reasoning models do. */
const template = [
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}",
  "{% if message.reasoning_content %}{{ '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{% endif %}",
  "{{ message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}{% endif %}",
].join("")

const tiny = { path: fileOf("thinks.gguf", tinyGguf({ template })), contextSize: 2048, threads: 1 }

const parts = (request: Partial<LlmRequestInput>) =>
  using((kernel) => Stream.runCollect(kernel.stream({ ...greedy, prompt: "Hi", ...request })), { tiny })

withNative("a model that thinks first", () => {
  it.live("has its thoughts streamed and counted as reasoning", () =>
    Effect.map(parts({}), (all) => {
      const { content, usage } = foldCall(all)
      assert.deepStrictEqual(
        content.map(({ type }) => type),
        ["reasoning"],
      )
      assert.deepStrictEqual(usage.output, { total: 16, text: 0, reasoning: 16 })
      assert.isAbove(all.filter(({ type }) => type === "reasoning-delta").length, 4)
    }),
  )

  it.live("does not with reasoningEffort none, for JSON, and where a tool must be called", () =>
    Effect.gen(function* () {
      const schema = { type: "object", properties: { a: { type: "boolean" } } }
      const now = { type: "function" as const, name: "now", inputSchema: { type: "object", properties: {} } }
      const cases: ReadonlyArray<readonly [Partial<LlmRequestInput>, string]> = [
        [{ reasoningEffort: "none" }, "text"],
        [{ output: { type: "json", schema }, maxOutputTokens: 100 }, "text"],
        [{ tools: [now], toolChoice: "required", maxOutputTokens: 100 }, "tool-call"],
      ]
      for (const [request, type] of cases) {
        const { content, usage, warnings } = foldCall(yield* parts(request))
        assert.strictEqual(content[0]?.type, type)
        assert.strictEqual(usage.output.reasoning, 0)
        assert.deepStrictEqual(warnings, [])
      }
    }),
  )

  it.live("is given its own earlier thoughts back, and no other's", () =>
    Effect.gen(function* () {
      const after = (provider: string) => {
        const messages: ReadonlyArray<MessageInput> = [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            origin: { provider, model: "tiny" },
            content: [
              { type: "reasoning", text: "a thought of some length" },
              { type: "tool-call", id: "c", name: "now", inputText: "{}" },
            ],
          },
          {
            role: "tool",
            content: [{ type: "tool-result", id: "c", name: "now", output: { type: "text", value: "noon" } }],
          },
        ]
        const asked = using((kernel) => kernel.generate({ ...greedy, messages }), { tiny })
        return Effect.map(asked, ({ usage }) => usage.input.total ?? 0)
      }
      assert.isAbove((yield* after("local")) - (yield* after("openai")), 20)
    }),
  )
})
