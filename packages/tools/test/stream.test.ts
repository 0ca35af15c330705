import { assert, it } from "@effect/vitest"
import { foldCall, type Message, type StreamPart, textOf, type Usage } from "@switchyard/core"
import { checkGrammar } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { defineTool, runTools, streamTools, type ToolRun } from "../src/index.ts"
import { ask, call, flowing, reasonOf, scripted, text } from "./scripted.ts"

const weather = defineTool({
  name: "weather",
  input: Schema.Struct({ city: Schema.String }),
  execute: ({ city }) => `sunny in ${city}`,
})
const danger = defineTool({ name: "danger", input: Schema.Struct({}), needsApproval: true, execute: () => "done" })

const turns = [[text("let me see"), call("weather", { city: "Rome" })], [text("It is sunny.")]]

it.effect("one stream of all steps, by the grammar, with the results between and one finish", () =>
  Effect.gen(function* () {
    const runs: Array<ToolRun> = []
    const parts = yield* Effect.provide(
      Stream.runCollect(streamTools(ask, { tools: [weather], onEnd: (run) => runs.push(run) })),
      scripted(...turns).layer,
    )
    assert.deepStrictEqual(checkGrammar(parts), [])
    const types = parts.map(({ type }) => type).filter((type) => type !== "response-metadata")
    assert.deepStrictEqual(types, [
      "stream-start",
      "text-start",
      "text-delta",
      "text-end",
      "tool-call",
      "tool-result",
      "text-start",
      "text-delta",
      "text-end",
      "finish",
    ])
    const folded = foldCall(parts)
    assert.deepStrictEqual(
      folded.content.map(({ type }) => type),
      ["text", "tool-call", "tool-result", "text"],
    )
    assert.strictEqual(folded.usage.input.total, 20)
    const whole = yield* Effect.provide(runTools(ask, { tools: [weather] }), scripted(...turns).layer)
    assert.deepStrictEqual(timeless(runs), timeless([whole]))
  }),
)

/** Without times and ids of calls. */
const timeless = (runs: ReadonlyArray<ToolRun>): unknown =>
  JSON.parse(JSON.stringify(runs, (key, value: unknown) => (key === "route" ? undefined : value)))

const usage: Usage = { input: { total: 1 }, output: { total: 2 } }
const finish = (unified: "stop" | "tool-calls"): StreamPart => ({ type: "finish", reason: { unified }, usage })
const start = (...warnings: ReadonlyArray<string>): StreamPart => ({
  type: "stream-start",
  warnings: warnings.map((message) => ({ type: "other", message })),
})
const calling: ReadonlyArray<StreamPart> = [
  { type: "tool-input-start", id: "c", name: "weather" },
  { type: "tool-input-delta", id: "c", text: '{"city":' },
  { type: "tool-input-delta", id: "c", text: '"Rome"}' },
  { type: "tool-input-end", id: "c" },
  call("weather", '{"city":"Rome"}', "c"),
]
const saying = (...deltas: ReadonlyArray<string>): ReadonlyArray<StreamPart> => [
  { type: "text-start", id: "0" },
  ...deltas.map((value): StreamPart => ({ type: "text-delta", id: "0", text: value })),
  { type: "text-end", id: "0" },
]

it.effect("parts flow as they come; warnings of later steps are told with the finish", () =>
  Effect.gen(function* () {
    const layer = flowing(
      [start("first"), ...calling, finish("tool-calls")],
      [start("second"), ...saying("It ", "is ", "sunny."), finish("stop")],
    )
    const parts = yield* Effect.provide(Stream.runCollect(streamTools(ask, { tools: [weather] })), layer)
    assert.deepStrictEqual(checkGrammar(parts), [])
    assert.deepStrictEqual(
      parts.flatMap((part) => (part.type === "text-delta" ? [part.text] : [])),
      ["It ", "is ", "sunny."],
    )
    const last = parts.at(-1)
    assert(last?.type === "finish")
    assert.deepStrictEqual(
      last.warnings?.map(({ message }) => message),
      ["first", "second"],
    )
    assert.deepStrictEqual(last.usage, { input: { total: 2 }, output: { total: 4 } })
    assert.strictEqual(last.reason.unified, "stop")
  }),
)

it.effect("a stream that is cut in a later step fails as any stream does", () =>
  Effect.gen(function* () {
    const layer = flowing(
      [start(), ...calling, finish("tool-calls")],
      [start(), { type: "text-start", id: "0" }, { type: "text-delta", id: "0", text: "It" }],
    )
    const seen: Array<StreamPart> = []
    const run = Stream.runForEach(streamTools(ask, { tools: [weather] }), (part) => Effect.sync(() => seen.push(part)))
    const reason = yield* Effect.provide(reasonOf(run), layer)
    assert(reason._tag === "Truncated")
    assert.strictEqual(textOf(reason.partial.content), "It")
    assert.isTrue(seen.some(({ type }) => type === "tool-result"))
  }),
)

it.effect("a run that stops for approval shows the requests, and going on shows the results first", () =>
  Effect.gen(function* () {
    const runs: Array<ToolRun> = []
    const options = { tools: [danger], onEnd: async (run: ToolRun) => void runs.push(run) }
    const first = yield* Effect.provide(
      Stream.runCollect(streamTools(ask, options)),
      scripted([call("danger", {}, "a")]).layer,
    )
    assert.deepStrictEqual(checkGrammar(first), [])
    assert.strictEqual(first.at(-2)?.type, "approval-request")
    assert.strictEqual(runs[0]?.stopped, "approval")
    const messages: ReadonlyArray<Message> = [
      { role: "user", content: [{ type: "text", text: "go" }] },
      ...(runs[0]?.messages ?? []),
      { role: "tool", content: [{ type: "approval-response", id: "approval-a", approved: true }] },
    ]
    const request = { model: "p/m", messages }
    const second = yield* Effect.provide(
      Stream.runCollect(streamTools(request, options)),
      scripted([text("done")]).layer,
    )
    assert.deepStrictEqual(checkGrammar(second), [])
    assert.deepStrictEqual(
      second.slice(0, 2).map(({ type }) => type),
      ["stream-start", "tool-result"],
    )
    assert.deepStrictEqual(
      runs[1]?.messages.map(({ role }) => role),
      ["tool", "assistant"],
    )
  }),
)

it.effect("hold works too, and a wrong tool fails the stream before anything is sent", () =>
  Effect.gen(function* () {
    const held = { ...ask, policy: { stream: "hold" as const } }
    const parts = yield* Effect.provide(
      Stream.runCollect(streamTools(held, { tools: [weather] })),
      scripted(...turns).layer,
    )
    assert.deepStrictEqual(checkGrammar(parts), [])
    const { seen, layer } = scripted(...turns)
    const wrong = defineTool({ name: "not good", input: Schema.Struct({}) })
    const reason = yield* Effect.provide(reasonOf(Stream.runDrain(streamTools(ask, { tools: [wrong] }))), layer)
    assert.strictEqual(reason._tag, "InvalidRequest")
    assert.lengthOf(seen, 0)
  }),
)
