import { assert, it } from "@effect/vitest"
import { compose, fold, Kernel, Providers } from "@switchyard/core"
import { checkGrammar, type Reply, startAnthropicUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { anthropic } from "../src/index.ts"

const text = Schema.String
const input = Schema.Record(Schema.String, Schema.Json)

/** Any answer that the wire can carry whole and in pieces. */
const Answer = Schema.Struct({
  reasoning: Schema.optionalKey(text),
  text: Schema.optionalKey(text),
  calls: Schema.Array(input).check(Schema.isMaxLength(3)),
  searched: Schema.optionalKey(input),
  cited: Schema.Boolean,
  chunks: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })),
})

const replyOf = ({ calls, searched, cited, ...rest }: typeof Answer.Type): Reply => ({
  id: "msg_law",
  ...rest,
  toolCalls: calls.map((each, index) => ({ id: `c${index}`, name: "look", arguments: JSON.stringify(each) })),
  ...(cited ? { citations: [{ url: "https://x.test/a", title: "A" }] } : {}),
  ...(searched === undefined
    ? {}
    : { blocks: [{ type: "server_tool_use", id: "s1", name: "web_search", input: searched }] }),
})

it.live.prop(
  "whatever the answer: the stream is well formed and folds to what generate gives",
  [Answer],
  ([answer]) =>
    Effect.acquireUseRelease(
      Effect.promise(() => startAnthropicUpstream()),
      (upstream) =>
        Effect.gen(function* () {
          const provider = (yield* Providers).all[0]?.provider
          const request = {
            model: "claude-opus-5-5",
            messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
          } as const
          upstream.always(replyOf(answer))
          const parts = yield* Stream.runCollect(provider?.stream?.(request) ?? Stream.empty)
          // Answers are numbered, and the signatures with them.
          upstream.reset()
          upstream.always(replyOf(answer))
          const whole = yield* provider?.generate?.(request) ?? Effect.die("no generate")
          assert.deepStrictEqual(checkGrammar(parts), [])
          assert.deepStrictEqual(fold(parts, request.model), whole)
        }).pipe(Effect.provide(compose([anthropic({ baseURL: upstream.baseURL })]))),
      (upstream) => Effect.promise(() => upstream.close()),
    ),
  { arbitrary: { seed: "anthropic-stream", runs: 60 } },
)

it.live("a stream cut after any event is never a whole answer, unless the reason to stop had come", () =>
  Effect.gen(function* () {
    const reply: Reply = {
      reasoning: "Think.",
      text: "One two.",
      toolCalls: [{ id: "c", name: "look", arguments: "{}" }],
    }
    const chunks = 4
    for (let after = 0; after <= chunks; after++) {
      const upstream = yield* Effect.promise(() => startAnthropicUpstream())
      upstream.always({ ...reply, fault: { endAfterChunks: after } })
      const asked = Kernel.use((kernel) =>
        Stream.runDrain(kernel.stream({ model: "anthropic/claude-opus-5-5", prompt: "Hi" })),
      ).pipe(Effect.provide(compose([anthropic({ baseURL: upstream.baseURL })])))
      const error = yield* Effect.flip(asked)
      const tag = error._tag === "LlmError" ? error.reason._tag : error._tag
      assert.strictEqual(tag, after === 0 ? "EmptyResponse" : "Truncated", `after ${after}`)
      yield* Effect.promise(() => upstream.close())
    }
  }),
)
