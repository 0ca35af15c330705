import { assert } from "@effect/vitest"
import type { LlmResponse, MessageInput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Reply } from "../Reply.ts"
import { group } from "./group.ts"
import { inputOn } from "./judge.ts"
import { merged } from "./messages.ts"
import { check } from "./Scene.ts"
import { hello, type ProviderConformance, type Way, ways } from "./Suite.ts"
import { wireOf } from "./wires/index.ts"

/** The conversation with an answer in it, exactly as it came, and its tool calls answered. */
const goingOn = ({ content, provider, model }: LlmResponse): ReadonlyArray<MessageInput> => {
  const results = content.flatMap((part) =>
    part.type === "tool-call"
      ? [{ type: "tool-result", id: part.id, name: part.name, output: { type: "text", value: "19 C" } } as const]
      : [],
  )
  return [
    { role: "user", content: "Hi" },
    { role: "assistant", content, origin: { provider, model } },
    ...(results.length === 0 ? [] : [{ role: "tool", content: results } as const]),
    { role: "user", content: "Go on." },
  ]
}

/** An answer goes into the next request as a copy: nothing of it is lost, and nothing must be translated by the user. */
export const replay = (suite: ProviderConformance): void =>
  group("replay of its own answers", () => {
    const { tools, reasoning, citations } = suite.capabilities
    const toolCalls = [{ id: "call_1", name: "weather", arguments: '{"city": "Lima"}' }]
    const reply: Reply = {
      text: "I look it up.",
      ...(reasoning ? { reasoning: "Think." } : {}),
      ...(tools ? { toolCalls } : {}),
      ...(citations ? { citations: [{ url: "https://example.com", title: "T" }] } : {}),
    }
    for (const way of ways) {
      check(suite, `text and tool calls go back as they came, ${way}`, (scene) =>
        Effect.gen(function* () {
          scene.upstream.always(reply)
          const response = yield* scene.ask(way, hello)
          const again = yield* scene.ask(way, { messages: goingOn(response) })
          assert.deepStrictEqual(again.warnings, [])
          const inputText = inputOn(scene.wire, '{"city": "Lima"}')
          const call = { type: "call", id: "call_1", name: "weather", inputText } as const
          assert.deepStrictEqual(merged(scene.sent(1).pieces), [
            { type: "text", role: "user", text: "Hi" },
            { type: "text", role: "assistant", text: "I look it up." },
            ...(tools ? ([call, { type: "result", id: "call_1", text: "19 C" }] as const) : []),
            { type: "text", role: "user", text: "Go on." },
          ])
        }),
      )
    }
    custom(suite)
    if (suite.reasoningModel !== undefined) reasoningState(suite, suite.reasoningModel)
  })

const mark = "MARK-OF-A-CUSTOM-BLOCK"

/** What only one provider knows is for that provider: from another origin it would be refused, or tell of that other. */
const custom = (suite: ProviderConformance): void =>
  check(suite, "custom blocks of another origin are not replayed, whatever they hold", (scene) =>
    Effect.gen(function* () {
      const { id } = scene.provider
      const block = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: mark } }
      scene.upstream.always({ text: "Found.", blocks: [block] })
      const answered = yield* scene.ask("generate", hello)
      const providerData = { [id]: { block: { type: "text", text: mark }, itemId: mark } }
      const made = { type: "custom", kind: `${id}.web_search`, providerData } as const
      const elsewhere = { ...answered, provider: "someone-else", content: [...answered.content, made] }
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, { messages: goingOn(elsewhere) })
        const raw = scene.upstream.requests[index + 1]?.rawBody ?? ""
        assert.include(raw, "Found.")
        assert.notInclude(raw, mark, way)
      }
    }),
  )

const state = "ENCRYPTED-REASONING-STATE"

/** What a vendor wants back of its reasoning: to the provider and model that wrote it, and to no other. */
const reasoningState = (suite: ProviderConformance, model: string): void => {
  const { upstream } = suite.capabilities
  if (upstream === false) return
  const reply: Reply = { reasoning: "Think.", encryptedReasoning: state, text: "Done." }

  const sentBack = (title: string, answeredBy: string | undefined, way: Way) =>
    check(suite, `${title}, ${way}`, (scene) =>
      Effect.gen(function* () {
        scene.upstream.always(answeredBy === undefined ? reply : { ...reply, model: answeredBy })
        const response = yield* scene.ask(way, hello, model)
        assert.include(JSON.stringify(response.content), state, "the answer keeps its reasoning state")
        yield* scene.ask(way, { messages: goingOn(response) }, model)
        const [, second] = scene.upstream.requests
        assert.include(second?.rawBody ?? "", state, "the reasoning state goes back")
        assert.notInclude(second?.rawBody ?? "", "-early", "only the finished state goes back")
      }),
    )
  for (const way of ways) {
    sentBack("reasoning state goes back with the message that it belongs to", undefined, way)
    sentBack(
      "reasoning state goes back where the vendor named a dated version of the model",
      wireOf(upstream).dated(model),
      way,
    )
  }

  check(suite, "reasoning state is not sent to another model", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always(reply)
      const response = yield* scene.ask("generate", hello, model)
      yield* scene.ask("generate", { messages: goingOn(response) }, suite.model)
      assert.notInclude(scene.upstream.requests[1]?.rawBody ?? "", state)
    }),
  )
}
