import { assert, describe, it } from "@effect/vitest"
import { type Tool, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type Ask, asking } from "./asking.ts"

const schema = {
  type: "object",
  properties: { city: { type: "string", minLength: 2 }, days: { type: "integer" } },
  required: ["city", "days"],
} as const
const output = { type: "json", schema, name: "forecast" } as const
const look: Tool = { type: "function", name: "look", inputSchema: { type: "object", properties: {} } }
const request: Ask = { prompt: "Weather?", output }

describe("structured output", () => {
  it.live("native: the schema is cut down to what the API enforces, and the rest told", () =>
    asking((scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ text: `{"city":"Lima","days":3}` })
        for (const way of ["generate", "stream"] as const) {
          const { content, warnings } = yield* scene[way]("claude-opus-5-5", request)
          assert.strictEqual(textOf(content), `{"city":"Lima","days":3}`)
          assert.deepStrictEqual(scene.body()["output_config"], {
            format: {
              type: "json_schema",
              schema: {
                ...schema,
                properties: { city: { type: "string", description: "{minLength: 2}" }, days: { type: "integer" } },
                additionalProperties: false,
              },
            },
          })
          assert.isUndefined(scene.body()["tools"])
          assert.deepStrictEqual(
            warnings.map(({ type, setting }) => [type, setting]),
            [["compatibility", "output"]],
          )
          assert.include(warnings[0]?.message ?? "", "minLength")
        }
      }),
    ),
  )

  it.live("elsewhere: a tool that must be called, whose input is the text of the answer", () =>
    asking((scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ toolCalls: [{ id: "c1", name: "forecast", arguments: `{"city":"Lima","days":3}` }] })
        for (const way of ["generate", "stream"] as const) {
          const { content, finish, warnings } = yield* scene[way]("claude-opus-4-1", request)
          assert.deepStrictEqual(content, [{ type: "text", text: `{"city":"Lima","days":3}` }])
          assert.deepStrictEqual(finish, { unified: "stop", raw: "tool_use" })
          assert.deepStrictEqual(warnings, [])
          assert.containSubset(scene.body(), {
            tools: [{ name: "forecast", input_schema: schema }],
            tool_choice: { type: "tool", name: "forecast", disable_parallel_tool_use: true },
          })
        }
      }),
    ),
  )

  it.live("elsewhere, with tools of one's own: those may be called first", () =>
    asking((scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ toolCalls: [{ id: "c1", name: "look", arguments: `{"a":1}` }] })
        for (const way of ["generate", "stream"] as const) {
          const { content, finish } = yield* scene[way]("claude-opus-4-1", { ...request, tools: [look] })
          assert.deepStrictEqual(scene.body()["tool_choice"], { type: "any", disable_parallel_tool_use: true })
          assert.strictEqual(finish.unified, "tool-calls")
          assert.deepStrictEqual(content, [{ type: "tool-call", id: "c1", name: "look", inputText: `{"a":1}` }])
        }
        yield* scene.generate("claude-opus-4-1", { ...request, tools: [look], toolChoice: "none" })
        const only = { type: "tool", name: "forecast", disable_parallel_tool_use: true }
        assert.deepStrictEqual(scene.body()["tool_choice"], only)
      }),
    ),
  )

  it.live("an answer of no input is an empty object", () =>
    asking((scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ toolCalls: [{ id: "c1", name: "forecast", arguments: "" }] })
        for (const way of ["generate", "stream"] as const) {
          assert.strictEqual(textOf((yield* scene[way]("claude-opus-4-1", request)).content), "{}")
        }
      }),
    ),
  )

  it.live("schemas that cannot be sent are refused, with the field, before anything is sent", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const list = { type: "json", schema: { type: "array", items: { type: "string" } } } as const
        const untyped = { type: "json", schema: { type: "object", properties: { a: {} } } } as const
        for (const [model, output] of [["claude-opus-4-1", list] as const, ["claude-opus-5-5", untyped] as const]) {
          const error = yield* Effect.flip(scene.generate(model, { prompt: "Hi", output }))
          assert.strictEqual(error.reason._tag, "Unsupported")
          assert.include(error.message, "output.schema")
        }
        assert.deepStrictEqual(scene.upstream.requests, [])
      }),
    ),
  )
})

describe("tools", () => {
  it.live("one call at a time, where providerData asks for it, whatever the choice", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const providerData = { anthropic: { disable_parallel_tool_use: true } }
        for (const [toolChoice, sent] of [
          [undefined, { type: "auto", disable_parallel_tool_use: true }],
          ["required", { type: "any", disable_parallel_tool_use: true }],
          [
            { type: "tool", name: "look" },
            { type: "tool", name: "look", disable_parallel_tool_use: true },
          ],
          ["none", { type: "none" }],
        ] as const) {
          yield* scene.generate("claude-sonnet-4-6", { prompt: "Hi", tools: [look], toolChoice, providerData })
          assert.deepStrictEqual(scene.body()["tool_choice"], sent)
          assert.notProperty(scene.body(), "disable_parallel_tool_use")
        }
      }),
    ),
  )

  it.live("models that cannot be made to call one are asked without, with a warning", () =>
    asking((scene) =>
      Effect.gen(function* () {
        for (const toolChoice of ["required", { type: "tool", name: "look" }] as const) {
          const { warnings } = yield* scene.generate("claude-sonnet-5-5", { prompt: "Hi", tools: [look], toolChoice })
          assert.isUndefined(scene.body()["tool_choice"])
          assert.deepStrictEqual(
            warnings.map(({ setting }) => setting),
            ["toolChoice"],
          )
        }
      }),
    ),
  )

  it.live("strict input is held to the schema where the model can, else warned of", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const strict: Tool = { ...look, inputSchema: schema, strict: true }
        const held = yield* scene.generate("claude-haiku-4-5", { prompt: "Hi", tools: [strict] })
        assert.containSubset(scene.body(), { tools: [{ strict: true, input_schema: { additionalProperties: false } }] })
        assert.include(held.warnings[0]?.message ?? "", "minLength")
        const loose = yield* scene.generate("claude-opus-4-1", { prompt: "Hi", tools: [strict] })
        assert.deepStrictEqual(loose.warnings[0]?.setting, "tools")
        assert.notInclude(JSON.stringify(scene.body()), "strict")
      }),
    ),
  )

  it.live("names and schemas that Anthropic cannot take are refused, with the field, before anything is sent", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const cases: ReadonlyArray<readonly [Tool, string, string]> = [
          [{ ...look, name: "look up" }, "InvalidRequest", "tools[1].name"],
          [{ ...look, inputSchema: { type: "string" } }, "Unsupported", "tools[1].inputSchema"],
          [{ ...look, inputSchema: { anyOf: [{ type: "object" }] } }, "Unsupported", "tools[1].inputSchema"],
        ]
        for (const [tool, tag, field] of cases) {
          const error = yield* Effect.flip(scene.generate("claude-opus-5-5", { prompt: "Hi", tools: [look, tool] }))
          assert.strictEqual(error.reason._tag, tag)
          assert.include(error.message, field)
        }
        assert.deepStrictEqual(scene.upstream.requests, [])
      }),
    ),
  )

  it.live("a call that code made at the vendor says so when it goes back", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const caller = { type: "code_execution_20260120", tool_id: "srvtoolu_1" }
        const block = { type: "tool_use", id: "c1", name: "look", input: { a: 1 }, caller }
        scene.upstream.always({ blocks: [block], stopReason: "tool_use" })
        for (const way of ["generate", "stream"] as const) {
          const { content, provider, model } = yield* scene[way]("claude-opus-5-5", { prompt: "Hi" })
          const assistant = { role: "assistant", content, origin: { provider, model } } as const
          yield* scene.generate("claude-opus-5-5", { messages: [{ role: "user", content: "Hi" }, assistant] })
          assert.containSubset(scene.body()["messages"], [{}, { content: [block] }])
        }
      }),
    ),
  )
})
