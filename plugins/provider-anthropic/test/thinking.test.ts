import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Ask, asking } from "./asking.ts"

/** What is sent for a request, and the settings that are warned of. */
const sent = (model: string, request: Ask) =>
  asking((scene) =>
    Effect.map(scene.generate(model, request), ({ warnings }) => {
      const { thinking, output_config, max_tokens, temperature, top_p, top_k } = scene.body()
      const version = scene.upstream.requests[0]?.headers["anthropic-version"]
      const warned = warnings.map(({ setting }) => setting)
      return { thinking, output_config, max_tokens, temperature, top_p, top_k, version, warned }
    }),
  )

const prompt = "Hi"

describe("reasoningEffort", () => {
  const cases: ReadonlyArray<readonly [string, Ask["reasoningEffort"], unknown, unknown, ReadonlyArray<string>]> = [
    ["claude-haiku-4-5", "high", { type: "enabled", budget_tokens: 16_384 }, undefined, []],
    ["claude-3-7-sonnet-20250219", "minimal", { type: "enabled", budget_tokens: 1024 }, undefined, []],
    ["claude-haiku-4-5", "none", undefined, undefined, []],
    ["claude-3-5-haiku-latest", "low", undefined, undefined, ["reasoningEffort"]],
    ["claude-opus-4-6", "xhigh", { type: "adaptive", display: "summarized" }, { effort: "max" }, []],
    ["claude-opus-5-5", "xhigh", { type: "adaptive", display: "summarized" }, { effort: "xhigh" }, []],
    ["claude-sonnet-5", "minimal", { type: "adaptive", display: "summarized" }, { effort: "low" }, []],
    ["claude-opus-4-8", "none", undefined, undefined, []],
    ["claude-haiku-5-5", "none", { type: "disabled" }, undefined, []],
    ["claude-sonnet-5-5", "none", { type: "between_tools" }, undefined, []],
    ["claude-opus-5-5", "none", undefined, { effort: "low" }, ["reasoningEffort"]],
    ["us.anthropic.claude-opus-4-6-v1:0", "low", { type: "adaptive", display: "summarized" }, { effort: "low" }, []],
    ["claude-mythos-5-20260601", "none", undefined, { effort: "low" }, ["reasoningEffort"]],
    ["claude-novel-9", "high", { type: "adaptive", display: "summarized" }, { effort: "high" }, []],
  ]
  for (const [model, reasoningEffort, thinking, config, warned] of cases) {
    it.live(`${reasoningEffort} at ${model}`, () =>
      Effect.map(sent(model, { prompt, reasoningEffort }), (got) => {
        assert.deepStrictEqual([got.thinking, got.output_config, got.warned], [thinking, config, warned])
      }),
    )
  }

  it.live("a budget leaves half of a small limit for the answer, and none fits into a tiny one", () =>
    Effect.gen(function* () {
      const half = yield* sent("claude-haiku-4-5", { prompt, reasoningEffort: "high", maxOutputTokens: 4000 })
      assert.deepStrictEqual([half.thinking, half.max_tokens], [{ type: "enabled", budget_tokens: 2000 }, 4000])
      const tiny = yield* sent("claude-haiku-4-5", { prompt, reasoningEffort: "high", maxOutputTokens: 1024 })
      assert.deepStrictEqual([tiny.thinking, tiny.warned], [undefined, ["reasoningEffort"]])
    }),
  )

  it.live("a model that is made to call a tool does not think before: the tool is what was asked for", () =>
    Effect.gen(function* () {
      const tools = [{ type: "function", name: "look", inputSchema: { type: "object" } }] as const
      const request: Ask = { prompt, tools, toolChoice: "required", reasoningEffort: "low" }
      const old = yield* sent("claude-haiku-4-5", request)
      assert.deepStrictEqual([old.thinking, old.warned], [undefined, ["reasoningEffort"]])
      const adaptive = yield* sent("claude-opus-4-6", request)
      assert.deepStrictEqual([adaptive.thinking, adaptive.output_config], [undefined, { effort: "low" }])
    }),
  )

  it.live("what providerData says of thinking stands", () =>
    Effect.gen(function* () {
      const anthropic = { thinking: { type: "enabled", budget_tokens: 3000 }, output_config: { effort: "max" } }
      const got = yield* sent("claude-opus-4-6", { prompt, reasoningEffort: "low", providerData: { anthropic } })
      assert.deepStrictEqual([got.thinking, got.output_config], [anthropic.thinking, anthropic.output_config])
    }),
  )
})

describe("sampling", () => {
  const sampling = { temperature: 0.5, topP: 0.9, topK: 40 }

  it.live("goes to models that take it, in the API version that has it", () =>
    Effect.gen(function* () {
      const all = yield* sent("claude-3-7-sonnet-20250219", { prompt, ...sampling })
      assert.deepStrictEqual([all.temperature, all.top_p, all.top_k, all.warned], [0.5, 0.9, 40, []])
      assert.strictEqual(all.version, "2023-06-01")
      const none = yield* sent("claude-3-7-sonnet-20250219", { prompt })
      assert.strictEqual(none.version, "2026-10-21", "the client's own version")
    }),
  )

  it.live("models of the 4.5 and 4.6 families take temperature or topP", () =>
    Effect.map(sent("claude-sonnet-4-6", { prompt, ...sampling }), (got) =>
      assert.deepStrictEqual([got.temperature, got.top_p, got.top_k, got.warned], [0.5, undefined, 40, ["topP"]]),
    ),
  )

  it.live("later models take none, and a thinking model only topP near 1", () =>
    Effect.gen(function* () {
      const later = yield* sent("claude-opus-4-7", { prompt, ...sampling })
      assert.deepStrictEqual(later.warned, ["temperature", "topK", "topP"])
      assert.strictEqual(later.version, "2026-10-21")
      const thinking = yield* sent("claude-opus-4-6", { prompt, ...sampling, topP: 0.97, reasoningEffort: "low" })
      assert.deepStrictEqual([thinking.top_p, thinking.warned], [0.97, ["temperature", "topK"]])
    }),
  )

  it.live("a temperature above Anthropic's scale is warned of", () =>
    Effect.map(sent("claude-sonnet-4-6", { prompt, temperature: 1.5 }), ({ temperature, warned }) =>
      assert.deepStrictEqual([temperature, warned], [undefined, ["temperature"]]),
    ),
  )
})

it.live("without a limit max_tokens is the model's largest, or 8192 where nothing is known", () =>
  Effect.gen(function* () {
    for (const [model, expected] of [
      ["claude-sonnet-5-5", 128_000],
      ["claude-haiku-4-5-20251001", 64_000],
      ["claude-opus-4-1", 32_000],
      ["claude-3-haiku-20240307", 4096],
      ["glm-4.7", 8192],
    ] as const) {
      assert.strictEqual((yield* sent(model, { prompt })).max_tokens, expected, model)
    }
  }),
)

it.live("redacted thinking goes back to the model that thought it, as it came, and to no other", () =>
  asking((scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ encryptedReasoning: "REDACTED", text: "Done." })
      for (const way of ["generate", "stream"] as const) {
        const { content, provider, model } = yield* scene[way]("claude-sonnet-4-5", { prompt })
        assert.deepStrictEqual(content[0], {
          type: "reasoning",
          text: "",
          providerData: { anthropic: { redactedData: "REDACTED" } },
        })
        const messages: Ask["messages"] = [
          { role: "user", content: prompt },
          { role: "assistant", content, origin: { provider, model } },
          { role: "user", content: "Go on" },
        ]
        yield* scene.generate("claude-sonnet-4-5", { messages })
        assert.include(JSON.stringify(scene.body()), `{"type":"redacted_thinking","data":"REDACTED"}`)
        yield* scene.generate("claude-opus-5-5", { messages })
        assert.notInclude(JSON.stringify(scene.body()), "REDACTED")
      }
    }),
  ),
)

it.live("thinking whose text was left out keeps its signature, so that it can go back", () =>
  asking((scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ reasoning: "", encryptedReasoning: "SIGNED", text: "Done." })
      const { content, provider, model } = yield* scene.stream("claude-opus-5-5", { prompt })
      const messages: Ask["messages"] = [
        { role: "user", content: prompt },
        { role: "assistant", content, origin: { provider, model } },
        { role: "user", content: "Go on" },
      ]
      yield* scene.stream("claude-opus-5-5", { messages })
      assert.include(JSON.stringify(scene.body()), `{"type":"thinking","thinking":"","signature":"SIGNED"}`)
    }),
  ),
)

describe("thinking is the model's own under each of its names", () => {
  const sonnet = "claude-sonnet-4-5-20250929"
  const cases: ReadonlyArray<readonly [asked: string, origin: string, sent: boolean]> = [
    ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", sonnet, true],
    ["anthropic.claude-sonnet-4-5-20250929-v1:0:200k", sonnet, true],
    ["global.anthropic.claude-sonnet-4-6-v1", "claude-sonnet-4-6", true],
    ["claude-opus-4-1@20250805", "claude-opus-4-1-20250805", true],
    ["claude-opus-4-6@default", "claude-opus-4-6", true],
    ["anthropic/claude-sonnet-4-5", sonnet, true],
    ["claude-sonnet-4-5-latest", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", true],
    ["us.anthropic.claude-opus-4-5-20251101-v1:0", sonnet, false],
    ["claude-opus-4-1@20250805", "claude-opus-4-20250514", false],
    ["house-v2", "house-v1", false],
  ]
  for (const [model, origin, replayed] of cases) {
    it.live(`${origin} ${replayed ? "is" : "is not"} ${model}`, () =>
      asking((scene) =>
        Effect.gen(function* () {
          const thought = {
            type: "reasoning",
            text: "hm",
            providerData: { anthropic: { signature: "SIGNED" } },
          } as const
          const text = { type: "text", text: "Done." } as const
          const messages: Ask["messages"] = [
            { role: "user", content: prompt },
            { role: "assistant", content: [thought, text], origin: { provider: "anthropic", model: origin } },
            { role: "user", content: "Go on" },
          ]
          yield* scene.generate(model, { messages })
          assert.strictEqual(JSON.stringify(scene.body()).includes("SIGNED"), replayed)
        }),
      ),
    )
  }
})

it.live("thinking whose writer is not named stays here, and nothing is told of it", () =>
  asking((scene) =>
    Effect.gen(function* () {
      const thought = { type: "reasoning", text: "hm", providerData: { anthropic: { signature: "SIGNED" } } } as const
      const messages: Ask["messages"] = [
        { role: "user", content: prompt },
        { role: "assistant", content: [thought, { type: "text", text: "Done." }] },
        { role: "user", content: "Go on" },
      ]
      const { warnings } = yield* scene.generate("claude-opus-5-5", { messages })
      assert.notInclude(JSON.stringify(scene.body()), "SIGNED")
      assert.deepStrictEqual(warnings, [])
    }),
  ),
)
