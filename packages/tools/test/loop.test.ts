import { assert, it } from "@effect/vitest"
import { Kernel, LlmError, type Message } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { defineTool, describeTools, runTools, toolFailed, type ToolStep } from "../src/index.ts"
import { ask, call, reasonOf, scripted, text } from "./scripted.ts"

const City = Schema.Struct({ city: Schema.String })
const weather = defineTool({ name: "weather", input: City, execute: ({ city }) => `sunny in ${city}` })

it.effect("asks, runs the tools, asks again, and gives everything back", () =>
  Effect.gen(function* () {
    const { seen, layer } = scripted([text("let me see"), call("weather", { city: "Rome" })], [text("It is sunny.")])
    const run = yield* Effect.provide(runTools({ ...ask, system: "be brief" }, { tools: [weather] }), layer)
    assert.strictEqual(run.stopped, "answer")
    assert.deepStrictEqual(run.response.content, [text("It is sunny.")])
    const origin = { provider: "p", model: "vendor-1" }
    const added: ReadonlyArray<Message> = [
      { role: "assistant", content: [text("let me see"), call("weather", { city: "Rome" })], origin },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            id: "call-weather",
            name: "weather",
            output: { type: "text", value: "sunny in Rome" },
          },
        ],
      },
      { role: "assistant", content: [text("It is sunny.")], origin },
    ]
    assert.deepStrictEqual(run.messages, added)
    assert.deepStrictEqual(seen[1]?.messages.slice(2), added.slice(0, 2))
    assert.deepStrictEqual(run.usage, {
      input: { total: 20 },
      output: { total: 10 },
      cost: { amount: 1, currency: "USD" },
    })
    assert.deepStrictEqual(
      run.steps.map(({ index, usage }) => [index, usage.input.total]),
      [
        [0, 10],
        [1, 20],
      ],
    )
    assert.deepStrictEqual([run.calls, run.approvals, run.warnings], [[], [], []])
  }),
)

it.effect("results have the form of what the tool gave", () =>
  Effect.gen(function* () {
    const input = Schema.Struct({})
    const image = { type: "file", mediaType: "image/png", source: { type: "base64", base64: "iVBO" } } as const
    const cycle: Array<unknown> = []
    cycle.push(cycle)
    const tools = [
      defineTool({ name: "text", input, execute: () => "plain" }),
      defineTool({ name: "object", input, execute: async () => ({ at: new Date(0), gone: undefined }) }),
      defineTool({ name: "nothing", input, execute: () => undefined }),
      defineTool({ name: "effect", input, execute: () => Effect.succeed([1, 2]) }),
      defineTool({
        name: "image",
        input,
        execute: () => "iVBO",
        toModelOutput: () => ({ type: "content", value: [image] }),
      }),
      defineTool({ name: "encoded", input, output: Schema.Date, execute: () => new Date(0) }),
      defineTool({ name: "wrong", input, output: Schema.Int, execute: () => "seven" }),
      defineTool({ name: "cycle", input, execute: () => cycle }),
      defineTool({ name: "big", input, execute: () => 1n }),
    ]
    const { layer } = scripted(
      tools.map(({ name }) => call(name, "")),
      [text("done")],
    )
    const { steps } = yield* Effect.provide(runTools(ask, { tools }), layer)
    const results = Object.fromEntries(steps[0]?.results.map(({ name, output }) => [name, output]) ?? [])
    const epoch = "1970-01-01T00:00:00.000Z"
    assert.deepStrictEqual(
      Object.keys(results),
      tools.map(({ name }) => name),
    )
    assert.deepStrictEqual(results["text"], { type: "text", value: "plain" })
    assert.deepStrictEqual(results["object"], { type: "json", value: { at: epoch } })
    assert.deepStrictEqual(results["nothing"], { type: "json", value: null })
    assert.deepStrictEqual(results["effect"], { type: "json", value: [1, 2] })
    assert.deepStrictEqual(results["image"], { type: "content", value: [image] })
    assert.deepStrictEqual(results["encoded"], { type: "text", value: epoch })
    for (const name of ["wrong", "cycle", "big"]) assert.strictEqual(results[name]?.type, "error-text")
  }),
)

it.effect("what goes wrong with a call is told to the model, and the run goes on", () =>
  Effect.gen(function* () {
    const input = Schema.Struct({})
    const tools = [
      weather,
      defineTool({
        name: "throws",
        input,
        execute: () => {
          throw new Error("no such file\n    at secret.ts")
        },
      }),
      defineTool({ name: "rejects", input, execute: () => Promise.reject(new Error("refused")) }),
      defineTool({ name: "fails", input, execute: () => Effect.fail("out of paper") }),
      defineTool({ name: "dies", input, execute: () => Effect.die(new Error("a bug")) }),
      defineTool({ name: "stops", input, execute: () => Effect.interrupt }),
      defineTool({
        name: "calls",
        input,
        execute: () => Effect.fail(LlmError.make({ _tag: "Network", message: "no way out" })),
      }),
    ]
    const { seen, layer } = scripted(
      [
        ...tools.slice(1).map(({ name }) => call(name, {})),
        call("weather", '{"city": "Ro', "cut"),
        call("wether", {}, "unknown"),
      ],
      [text("sorry")],
    )
    const { steps, stopped } = yield* Effect.provide(runTools(ask, { tools }), layer)
    const told = Object.fromEntries(steps[0]?.results.map(({ id, output }) => [id, JSON.stringify(output)]) ?? [])
    const says = (id: string) => told[id] ?? ""
    assert.strictEqual(
      says("call-throws"),
      JSON.stringify({ type: "error-text", value: 'The tool "throws" failed: no such file' }),
    )
    assert.include(says("call-rejects"), "refused")
    assert.include(says("call-fails"), "out of paper")
    assert.include(says("call-dies"), "a bug")
    assert.include(says("call-stops"), "stopped itself")
    assert.include(says("call-calls"), "no way out")
    assert.match(says("cut"), /error-text.*not valid JSON.*one JSON object/)
    assert.match(says("unknown"), /no tool \\"wether\\".*weather, throws, rejects/)
    assert.strictEqual(stopped, "answer")
    assert.lengthOf(seen, 2)
  }),
)

it.effect("arguments that were cut at the limit of tokens are told so", () =>
  Effect.gen(function* () {
    const cut = { content: [call("weather", '{"city": "Ro')], finish: { unified: "length" } } as const
    const { steps } = yield* Effect.provide(runTools(ask, { tools: [weather] }), scripted(cut, [text("sorry")]).layer)
    assert.match(JSON.stringify(steps[0]?.results[0]?.output), /error-text.*cut at the limit of tokens/)
  }),
)

it.effect("toolFailed ends the run, from an effect, a throw or another class with its reason", () =>
  Effect.gen(function* () {
    const input = Schema.Struct({})
    const outcomes: ReadonlyArray<() => unknown> = [
      () => Effect.fail(toolFailed("t", "the disk is full")),
      () => {
        throw toolFailed("t", "the disk is full")
      },
      () =>
        Promise.reject(Object.assign(new Error("x"), { reason: { _tag: "ToolFailed", message: "the disk is full" } })),
    ]
    for (const execute of outcomes) {
      const { seen, layer } = scripted([call("t", {})])
      const reason = yield* Effect.provide(
        reasonOf(runTools(ask, { tools: [defineTool({ name: "t", input, execute })] })),
        layer,
      )
      assert(reason._tag === "ToolFailed")
      assert.strictEqual(reason.tool, "t")
      assert.include(reason.message, "the disk is full")
      assert.lengthOf(seen, 1)
    }
  }),
)

it.effect("a model that never stops is stopped, and the run can be continued", () =>
  Effect.gen(function* () {
    let asked = 0
    const { seen, layer } = scripted(() => [call("weather", { city: "Rome" }, `call-${asked++}`)])
    const run = yield* Effect.provide(runTools(ask, { tools: [weather], maxSteps: 3 }), layer)
    assert.strictEqual(run.stopped, "max-steps")
    assert.lengthOf(seen, 3)
    assert.strictEqual(run.response.finish.unified, "tool-calls")
    assert.deepStrictEqual(
      run.messages.map(({ role }) => role),
      ["assistant", "tool", "assistant", "tool", "assistant", "tool"],
    )
    const eight = yield* Effect.provide(runTools(ask, { tools: [weather] }), layer)
    assert.lengthOf(eight.steps, 8)
    const next = scripted([text("enough")])
    const messages: ReadonlyArray<Message> = [
      { role: "user", content: [{ type: "text", text: "go" }] },
      ...run.messages,
    ]
    const end = yield* Effect.provide(runTools({ model: "p/m", messages }, { tools: [weather] }), next.layer)
    assert.strictEqual(end.stopped, "answer")
    assert.deepStrictEqual(next.seen[0]?.messages, messages)
  }),
)

it.effect("a choice of tool that forces a call holds for the first step only", () =>
  Effect.gen(function* () {
    const forced = [
      ["required", undefined],
      [{ type: "tool", name: "weather" }, undefined],
      ["auto", "auto"],
      ["none", "none"],
    ] as const
    for (const [toolChoice, then] of forced) {
      const { seen, layer } = scripted([call("weather", { city: "Rome" })], [text("done")])
      yield* Effect.provide(runTools({ ...ask, toolChoice }, { tools: [weather] }), layer)
      assert.deepStrictEqual(
        seen.map((request) => request.toolChoice),
        [toolChoice, then],
      )
    }
  }),
)

it.effect("a tool without execute, and one that the request names, hand their calls to the caller; others run", () =>
  Effect.gen(function* () {
    const screen = defineTool({ name: "screen", input: Schema.Struct({ on: Schema.Boolean }) })
    const plain = { type: "function", name: "plain", inputSchema: { type: "object" } } as const
    const calls = [
      call("screen", { on: true }),
      call("weather", { city: "Rome" }),
      call("plain", {}),
      call("screen", { on: 3 }, "bad"),
    ]
    const { seen, layer } = scripted(calls)
    const run = yield* Effect.provide(runTools({ ...ask, tools: [plain] }, { tools: [screen, weather] }), layer)
    assert.strictEqual(run.stopped, "tool-calls")
    assert.deepStrictEqual(
      run.calls.map(({ id }) => id),
      ["call-screen", "call-plain"],
    )
    assert.deepStrictEqual(
      run.steps[0]?.results.map(({ id }) => id),
      ["call-weather", "bad"],
    )
    assert.deepStrictEqual(
      seen[0]?.tools?.map((tool) => "name" in tool && tool.name),
      ["plain", "screen", "weather"],
    )

    const next = scripted([text("thanks")])
    const conversation: ReadonlyArray<Message> = [
      { role: "user", content: [{ type: "text", text: "go" }] },
      ...run.messages,
    ]
    const options = { tools: [screen, weather] }
    const early = yield* Effect.provide(
      reasonOf(runTools({ model: "p/m", tools: [plain], messages: conversation }, options)),
      next.layer,
    )
    assert(early._tag === "InvalidRequest")
    assert.include(early.message, `"call-screen"`)
    assert.lengthOf(next.seen, 0)
    const result = (id: string, name: string) =>
      ({ type: "tool-result", id, name, output: { type: "text", value: "ok" } }) as const
    const messages: ReadonlyArray<Message> = [
      ...conversation,
      { role: "tool", content: [result("call-screen", "screen"), result("call-plain", "plain")] },
    ]
    yield* Effect.provide(runTools({ model: "p/m", tools: [plain], messages }, options), next.layer)
    const sent = next.seen[0]?.messages.at(-1)
    assert(sent?.role === "tool")
    assert.deepStrictEqual(
      sent.content.map(({ id }) => id),
      ["call-weather", "bad", "call-screen", "call-plain"],
    )
  }),
)

it.effect("calls that the provider runs itself are left alone, and a pause is gone on from", () =>
  Effect.gen(function* () {
    const search = { ...call("search", {}), providerExecuted: true }
    const bridged = [
      call("weather", { city: "A" }, "x"),
      { type: "tool-result", id: "x", name: "weather", output: { type: "text", value: "?" } },
    ] as const
    const { seen, layer } = scripted({ content: [search], finish: { unified: "pause" } }, [...bridged, text("found")])
    const run = yield* Effect.provide(runTools(ask, { tools: [weather] }), layer)
    assert.strictEqual(run.stopped, "answer")
    assert.deepStrictEqual(
      run.steps.map(({ results }) => results.length),
      [0, 0],
    )
    assert.deepStrictEqual(
      seen[1]?.messages.map(({ role }) => role),
      ["user", "assistant"],
    )
  }),
)

it.effect("each step is told as it ends, so what was done is not lost when a later one fails", () =>
  Effect.gen(function* () {
    const steps: Array<ToolStep> = []
    const { layer } = scripted([call("weather", { city: "Rome" })], () => {
      throw new Error("boom")
    })
    const failed = yield* Effect.provide(
      reasonOf(runTools(ask, { tools: [weather], onStep: async (step) => void steps.push(step) })),
      layer,
    )
    assert.strictEqual(failed._tag, "PluginFailure")
    assert.deepStrictEqual(
      steps[0]?.messages.map(({ role }) => role),
      ["assistant", "tool"],
    )
    assert.strictEqual(steps[0]?.usage.input.total, 10)
    const { layer: again } = scripted([text("hi")])
    const hook = yield* Effect.provide(
      reasonOf(runTools(ask, { tools: [], onStep: () => Promise.reject(new Error("no database")) })),
      again,
    )
    assert(hook._tag === "ToolFailed")
    assert.include(hook.message, "no database")
  }),
)

it.effect("a tool is told its call's id and the conversation", () =>
  Effect.gen(function* () {
    const seen: Array<unknown> = []
    const tool = defineTool({
      name: "t",
      input: Schema.Struct({}),
      execute: (_, { toolCallId, messages, signal }) => {
        seen.push(
          toolCallId,
          messages.map(({ role }) => role),
          signal.aborted,
        )
      },
    })
    const { layer } = scripted([call("t", {}, "id-1")], [text("done")])
    yield* Effect.provide(runTools(ask, { tools: [tool] }), layer)
    assert.deepStrictEqual(seen, ["id-1", ["user", "assistant"], false])
  }),
)

class Database extends Context.Service<Database, { readonly read: (key: string) => string }>()("test/Database") {}

it.effect("a tool may need services, which the run then needs", () =>
  Effect.gen(function* () {
    const tool = defineTool({
      name: "read",
      input: Schema.Struct({ key: Schema.String }),
      execute: ({ key }) => Effect.map(Database, (database) => database.read(key)),
    })
    const { layer } = scripted([call("read", { key: "k" })], [text("done")])
    const needing: Effect.Effect<unknown, LlmError, Kernel | Database> = runTools(ask, { tools: [tool, weather] })
    const run = Effect.provideService(runTools(ask, { tools: [tool, weather] }), Database, {
      read: (key) => `value of ${key}`,
    })
    const { steps } = yield* Effect.provide(run, layer)
    assert.isDefined(needing)
    assert.deepStrictEqual(steps[0]?.results[0]?.output, { type: "text", value: "value of k" })
  }),
)

it("describeTools gives what the kernel takes", () => {
  const tool = defineTool({
    name: "t",
    description: "does it",
    input: Schema.Struct({}),
    strict: true,
    providerData: { anthropic: { x: 1 } },
  })
  const inputSchema = { type: "object", properties: {}, additionalProperties: false }
  assert.deepStrictEqual(describeTools([tool]), [
    {
      type: "function",
      name: "t",
      description: "does it",
      inputSchema,
      strict: true,
      providerData: { anthropic: { x: 1 } },
    },
  ])
})
