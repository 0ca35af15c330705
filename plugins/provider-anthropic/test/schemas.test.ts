import { assert, describe, it } from "@effect/vitest"
import { type JsonObject, type LlmError, Providers, type Tool } from "@switchyard/core"
import { checkGrammar } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Ask, asking } from "./asking.ts"

const native = "claude-opus-5-5"
const forced = "claude-opus-4-1"
const look: Tool = { type: "function", name: "look", inputSchema: { type: "object" } }
const search: Tool = { type: "provider", id: "anthropic.web_search_20250305" }
const taking = (inputSchema: JsonObject, strict = false): Ask => ({
  prompt: "Hi",
  tools: [{ ...look, inputSchema, strict }],
})
const giving = (schema: JsonObject): Ask => ({ prompt: "Hi", output: { type: "json", schema } })

const text = { type: "string" } as const
const having = (properties: JsonObject): JsonObject => ({ type: "object", properties })

/** A schema of that many objects, one inside the other. */
const nested = (levels: number): JsonObject => {
  let schema: JsonObject = text
  for (let level = 0; level < levels; level++) schema = having({ a: schema })
  return schema
}

const deepResult: Ask["messages"] = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "look", inputText: "{}" }] },
  {
    role: "tool",
    content: [{ type: "tool-result", id: "c1", name: "look", output: { type: "json", value: nested(3000) } }],
  },
]

const fieldOf = ({ reason }: LlmError): string | undefined =>
  reason._tag === "InvalidRequest" ? reason.field : reason._tag === "Unsupported" ? reason.feature : undefined

describe("what Anthropic would refuse is refused here, with the field, and nothing is sent", () => {
  const dangling = having({ a: { $ref: "#/$defs/missing" } })
  const elsewhere = { ...having({ a: { $ref: "#/definitions/b" } }), definitions: { b: text } }
  const cases: ReadonlyArray<
    readonly [what: string, model: string, request: Ask, tag: string, field: string | undefined]
  > = [
    ["two tools of one name", native, { prompt: "Hi", tools: [look, look] }, "InvalidRequest", "tools[1].name"],
    [
      "a tool named as one of Anthropic's",
      native,
      { prompt: "Hi", tools: [search, { ...look, name: "web_search" }] },
      "InvalidRequest",
      "tools[1].name",
    ],
    ["a type that is none", native, giving({ type: "strin" }), "InvalidRequest", "output.schema.type"],
    [
      "properties that are a list",
      native,
      taking({ type: "object", properties: ["a"] }),
      "InvalidRequest",
      "tools[0].inputSchema.properties",
    ],
    [
      "a property that is no schema",
      native,
      giving(having({ a: "string" })),
      "InvalidRequest",
      "output.schema.properties",
    ],
    [
      "required that is no list",
      native,
      taking({ type: "object", required: true }),
      "InvalidRequest",
      "tools[0].inputSchema.required",
    ],
    [
      "a property's name with a blank",
      native,
      taking(having({ "a b": text })),
      "InvalidRequest",
      "tools[0].inputSchema.properties",
    ],
    [
      "the same in an answer by a tool",
      forced,
      giving(having({ "a b": text })),
      "InvalidRequest",
      "output.schema.properties",
    ],
    ["a reference to nothing", native, giving(dangling), "InvalidRequest", "output.schema"],
    ["the same in strict input", native, taking(dangling, true), "InvalidRequest", "tools[0].inputSchema"],
    ["a reference to where nothing stays", native, giving(elsewhere), "InvalidRequest", "output.schema"],
    ["3000 levels", native, giving(nested(3000)), "InvalidRequest", "output.schema"],
    ["3000 levels of other input", native, taking(nested(3000)), "InvalidRequest", undefined],
    ["3000 levels of a tool's output", native, { messages: deepResult }, "InvalidRequest", undefined],
    ["3000 levels of strict input", native, taking(nested(3000), true), "InvalidRequest", "tools[0].inputSchema"],
    [
      "a choice of a tool that is not there",
      native,
      { prompt: "Hi", tools: [look], toolChoice: { type: "tool", name: "loook" } },
      "InvalidRequest",
      "toolChoice",
    ],
    [
      "a choice of another vendor's tool",
      native,
      {
        prompt: "Hi",
        tools: [look, { type: "provider", id: "openai.web_search" }],
        toolChoice: { type: "tool", name: "web_search" },
      },
      "Unsupported",
      `toolChoice names the tool "web_search"`,
    ],
    ["a prompt of blanks", native, { prompt: " \n" }, "InvalidRequest", "messages"],
  ]
  for (const [what, model, request, tag, field] of cases) {
    it.live(what, () =>
      asking((scene) =>
        Effect.gen(function* () {
          for (const way of ["generate", "stream"] as const) {
            const error = yield* Effect.flip(scene[way](model, request))
            assert.deepStrictEqual([error.reason._tag, fieldOf(error)], [tag, field], error.message)
          }
          assert.deepStrictEqual(scene.upstream.requests, [])
        }),
      ),
    )
  }

  it.live("but a reference that is there, and a choice of Anthropic's own tool, are sent", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const inner = { ...having({ a: { $ref: "#/$defs/x~1y" }, b: { $ref: "#" } }), $defs: { "x/y": text } }
        yield* scene.generate(native, giving(inner))
        const toolChoice = { type: "tool", name: "web_search" } as const
        yield* scene.generate("claude-sonnet-4-6", { prompt: "Hi", tools: [search], toolChoice })
        assert.deepStrictEqual(scene.body()["tool_choice"], toolChoice)
        assert.strictEqual(scene.upstream.requests.length, 2)
      }),
    ),
  )
})

describe("what answers are not held to is in the warning, and nothing else is", () => {
  const object = having({ a: text })
  const cases: ReadonlyArray<readonly [what: string, schema: JsonObject, lost: ReadonlyArray<string>]> = [
    [
      "an object that may be null",
      having({ a: { ...object, type: ["object", "null"], required: ["a"] } }),
      ["properties", "required"],
    ],
    ["a text that may be null", having({ a: { type: ["string", "null"], format: "date" } }), ["format"]],
    [
      "a format that is not known, and one that is",
      having({ a: { ...text, format: "color" }, b: { ...text, format: "date" } }),
      ["format"],
    ],
    [
      "what stands beside a reference",
      { ...having({ a: { $ref: "#/$defs/b", minLength: 2 } }), $defs: { b: text } },
      ["minLength"],
    ],
    ["one of two choices", having({ a: { anyOf: [text], oneOf: [text] } }), ["oneOf"]],
    ["literals that are objects", having({ a: { type: "object", enum: [{ b: 1 }] } }), ["enum"]],
    [
      "more than one item at least",
      having({ a: { type: "array", items: { ...text, minLength: 1 }, minItems: 2 } }),
      ["minLength", "minItems"],
    ],
    [
      "all that is enforced",
      {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        ...having({
          a: { type: "string", enum: ["x"], description: "A", title: "a" },
          b: { oneOf: [{ type: "null" }, { type: "array", items: { type: ["integer", "null"] }, minItems: 1 }] },
          c: { $ref: "#/$defs/c" },
          d: { type: "string", const: "d" },
        }),
        $defs: { c: { ...object, additionalProperties: false } },
        required: ["a"],
        additionalProperties: false,
      },
      [],
    ],
  ]
  for (const [what, schema, lost] of cases) {
    it.live(what, () =>
      asking((scene) =>
        Effect.gen(function* () {
          const { warnings } = yield* scene.generate(native, giving(schema))
          const told = warnings.map(({ message }) => /not held to (.*): the model/.exec(message)?.[1])
          assert.deepStrictEqual(told, lost.length === 0 ? [] : [lost.join(", ")])
        }),
      ),
    )
  }
})

describe("the tool that stands in for structured output", () => {
  const schema = having({ city: text })
  const asked = (name: string | undefined, tools?: ReadonlyArray<Tool>): Ask => ({
    prompt: "Hi",
    output: { type: "json", schema, ...(name === undefined ? {} : { name }) },
    tools,
  })
  const names = (body: Readonly<Record<string, unknown>>) =>
    Array.isArray(body["tools"]) ? body["tools"].map((tool: Readonly<Record<string, unknown>>) => tool["name"]) : []

  it.live("has a name that no other tool has, and an empty name is none", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const second = { ...look, name: "look_2" }
        scene.upstream.always({ toolCalls: [{ id: "c1", name: "look", arguments: `{"a":1}` }] })
        const { content } = yield* scene.generate(forced, asked("look", [look, second]))
        assert.deepStrictEqual(names(scene.body()), ["look", "look_2", "look_3"])
        assert.deepStrictEqual(content, [{ type: "tool-call", id: "c1", name: "look", inputText: `{"a":1}` }])
        scene.upstream.always({ toolCalls: [{ id: "c1", name: "look_3", arguments: `{"city":"Lima"}` }] })
        const answer = yield* scene.stream(forced, asked("look", [look, second]))
        assert.deepStrictEqual(answer.content, [{ type: "text", text: `{"city":"Lima"}` }])
        yield* scene.generate(forced, asked(""))
        assert.deepStrictEqual(names(scene.body()), ["answer"])
      }),
    ),
  )

  it.live("is called once at a time, whatever the choice", () =>
    asking((scene) =>
      Effect.gen(function* () {
        for (const toolChoice of [undefined, "auto", "required", "none", { type: "tool", name: "look" }] as const) {
          yield* scene.generate(forced, { ...asked("forecast", [look]), toolChoice })
          assert.containSubset(scene.body(), { tool_choice: { disable_parallel_tool_use: true } })
        }
      }),
    ),
  )

  it.live("and called twice all the same, its first call is the answer", () =>
    asking((scene) =>
      Effect.gen(function* () {
        const call = (id: string, city: string) => ({ id, name: "forecast", arguments: `{"city":"${city}"}` })
        scene.upstream.always({ toolCalls: [call("c1", "Lima"), call("c2", "Oslo")] })
        const whole = yield* scene.generate(forced, asked("forecast"))
        const streamed = yield* scene.stream(forced, asked("forecast"))
        for (const { content, finish } of [whole, streamed]) {
          assert.deepStrictEqual(content, [{ type: "text", text: `{"city":"Lima"}` }])
          assert.strictEqual(finish.unified, "stop")
        }
        assert.deepStrictEqual(
          whole.warnings.map(({ setting }) => setting),
          ["output"],
        )
        const provider = (yield* Providers).all[0]?.provider
        const messages = [{ role: "user", content: [{ type: "text", text: "Hi" }] }] as const
        const request = { model: forced, messages, output: { type: "json", schema, name: "forecast" } } as const
        const parts = yield* Stream.runCollect(provider?.stream?.(request) ?? Stream.empty)
        assert.deepStrictEqual(checkGrammar(parts), [])
        const last = parts.at(-1)
        assert.deepStrictEqual(last?.type === "finish" ? last.warnings : undefined, whole.warnings)
      }),
    ),
  )
})
