import { assert, it } from "@effect/vitest"
import type { Message, Part, StreamPart } from "@switchyard/core"
import { checkGrammar } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { defineTool, runTools, streamTools, type ToolRun } from "../src/index.ts"
import { ask, call, flowing, reasonOf, scripted, text } from "./scripted.ts"

const stage = () => {
  const removed: Array<string> = []
  const remove = defineTool({
    name: "remove",
    input: Schema.Struct({ path: Schema.String }),
    needsApproval: true,
    execute: ({ path }) => {
      removed.push(path)
      return `removed ${path}`
    },
  })
  return { removed, remove }
}

const start: Message = { role: "user", content: [{ type: "text", text: "go" }] }
const twins = [call("remove", { path: "/tmp" }, "c"), call("remove", { path: "/etc" }, "c")]

it.effect("two calls of one id are approved apart: what was allowed runs, what was not does not", () =>
  Effect.gen(function* () {
    const { removed, remove } = stage()
    const run = yield* Effect.provide(runTools(ask, { tools: [remove] }), scripted(twins).layer)
    assert.deepStrictEqual(run.approvals, [
      { type: "approval-request", id: "approval-c", toolCallId: "c" },
      { type: "approval-request", id: "approval-c_2", toolCallId: "c_2" },
    ])
    const one: Message = { role: "tool", content: [{ type: "approval-response", id: "approval-c", approved: true }] }
    const next = scripted([text("done")])
    const messages = [start, ...run.messages, one]
    const half = yield* Effect.provide(reasonOf(runTools({ model: "p/m", messages }, { tools: [remove] })), next.layer)
    assert(half._tag === "InvalidRequest")
    assert.include(half.message, `id: "approval-c_2"`)

    removed.length = 0
    const other: Message = {
      role: "tool",
      content: [{ type: "approval-response", id: "approval-c_2", approved: false }],
    }
    const both = { model: "p/m", messages: [...messages, other] }
    const end = yield* Effect.provide(runTools(both, { tools: [remove] }), next.layer)
    assert.deepStrictEqual(removed, ["/tmp"])
    assert.deepStrictEqual(end.messages[0]?.content, [
      { type: "tool-result", id: "c", name: "remove", output: { type: "text", value: "removed /tmp" } },
      { type: "tool-result", id: "c_2", name: "remove", output: { type: "denied" } },
    ])
    const sent = next.seen[0]?.messages.flatMap(({ content }) => (typeof content === "string" ? [] : content))
    assert.deepStrictEqual(
      sent?.flatMap((part) => ("id" in part ? [`${part.type} ${part.id}`] : [])),
      ["tool-call c", "tool-call c_2", "tool-result c", "tool-result c_2"],
    )
  }),
)

it.effect("a conversation from elsewhere whose open calls share an id is refused, and nothing of it runs", () =>
  Effect.gen(function* () {
    const { removed, remove } = stage()
    const content: ReadonlyArray<Part> = [
      ...twins,
      { type: "approval-request", id: "approval-c", toolCallId: "c" },
      { type: "approval-request", id: "approval-c", toolCallId: "c" },
    ]
    const messages: ReadonlyArray<Message> = [
      start,
      { role: "assistant", content },
      { role: "tool", content: [{ type: "approval-response", id: "approval-c", approved: true }] },
    ]
    const { seen, layer } = scripted([text("done")])
    const reason = yield* Effect.provide(reasonOf(runTools({ model: "p/m", messages }, { tools: [remove] })), layer)
    assert(reason._tag === "InvalidRequest")
    assert.strictEqual(reason.field, "messages")
    assert.include(reason.message, `"c"`)
    assert.deepStrictEqual([removed, seen], [[], []])
  }),
)

const writing = (input: string): ReadonlyArray<StreamPart> => [
  { type: "tool-input-start", id: "c", name: "note" },
  { type: "tool-input-delta", id: "c", text: input.slice(0, 4) },
  { type: "tool-input-delta", id: "c", text: input.slice(4) },
]
const written = (input: string): ReadonlyArray<StreamPart> => [
  { type: "tool-input-end", id: "c" },
  call("note", input, "c"),
]
const finish: StreamPart = { type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } }
const opening: StreamPart = { type: "stream-start", warnings: [] }
const note = defineTool({ name: "note", input: Schema.Struct({ n: Schema.Int }), execute: ({ n }) => n })
const [first, second, third] = ['{"n":1}', '{"n":2}', '{"n":3}'] as const

const streams: Readonly<Record<string, ReadonlyArray<StreamPart>>> = {
  "one after the other": [...writing(first), ...written(first), ...writing(second), ...written(second)],
  "both open at once": [...writing(first), ...writing(second), ...written(first), ...written(second)],
}

it.effect.each(Object.entries(streams))("what a stream shows has the ids that the run knows: %s", ([, twice]) =>
  Effect.gen(function* () {
    const layer = flowing(
      [opening, ...twice, finish],
      [opening, ...writing(third), ...written(third), finish],
      [opening, { type: "text-start", id: "0" }, { type: "text-delta", id: "0", text: "done" }, finish],
    )
    const runs: Array<ToolRun> = []
    const options = { tools: [note], onEnd: (run: ToolRun) => void runs.push(run) }
    const parts = yield* Effect.provide(Stream.runCollect(streamTools(ask, options)), layer)
    assert.deepStrictEqual(
      checkGrammar(parts).filter((problem) => !problem.includes("text")),
      [],
    )
    const shown = parts.flatMap((part) => (part.type === "tool-call" ? [[part.id, part.inputText]] : []))
    assert.deepStrictEqual(shown, [
      ["c", first],
      ["c_2", second],
      ["c_3", third],
    ])
    assert.deepStrictEqual(
      parts.flatMap((part) => (part.type === "tool-result" ? [[part.id, part.output]] : [])),
      [
        ["c", { type: "json", value: 1 }],
        ["c_2", { type: "json", value: 2 }],
        ["c_3", { type: "json", value: 3 }],
      ],
    )
    const kept = (runs[0]?.messages ?? []).flatMap(({ content }) => (typeof content === "string" ? [] : content))
    assert.deepStrictEqual(
      kept.flatMap((part) => (part.type === "tool-call" ? [[part.id, part.inputText]] : [])),
      shown,
    )
  }),
)

it.effect("calls that the provider answered itself keep their results by their side", () =>
  Effect.gen(function* () {
    const output = { type: "text", value: "?" } as const
    const answered = (id: string) => ({ type: "tool-result", id, name: "note", output }) as const
    const search = { ...call("search", {}, "c"), providerExecuted: true }
    const { layer } = scripted(
      [call("note", { n: 1 }, "c")],
      [call("note", { n: 2 }, "c"), answered("c"), search, call("note", { n: 3 }, "c")],
      [text("done")],
    )
    const { steps } = yield* Effect.provide(runTools(ask, { tools: [note] }), layer)
    assert.deepStrictEqual(
      steps[1]?.response.content.map((part) => "id" in part && part.id),
      ["c_2", "c_2", "c", "c_3"],
    )
    assert.deepStrictEqual(
      steps[1]?.results.map(({ id }) => id),
      ["c_3"],
    )
  }),
)

const Ids = Schema.Array(Schema.Array(Schema.Literals(["a", "a_2", "b", ""])))

it.effect.prop(
  "however ids repeat, each call has an id of its own and one result, and a stream says the same",
  [Ids],
  ([given]) =>
    Effect.gen(function* () {
      const answers = given.slice(0, 6).filter((ids) => ids.length > 0)
      const turns = [...answers.map((ids) => ids.map((id, n) => call("note", { n }, id))), [text("done")]]
      const run = yield* Effect.provide(runTools(ask, { tools: [note] }), scripted(...turns).layer)
      const content = run.messages.flatMap((message) => (message.role === "system" ? [] : message.content))
      const idsOf = (type: Part["type"]) =>
        content.flatMap((part) => (part.type === type && "id" in part ? [part.id] : []))
      const calls = idsOf("tool-call")
      assert.lengthOf(calls, answers.flat().length)
      assert.strictEqual(new Set(calls).size, calls.length)
      assert.deepStrictEqual(idsOf("tool-result"), calls)
      const runs: Array<ToolRun> = []
      const options = { tools: [note], onEnd: (ended: ToolRun) => void runs.push(ended) }
      const parts = yield* Effect.provide(Stream.runCollect(streamTools(ask, options)), scripted(...turns).layer)
      assert.deepStrictEqual(checkGrammar(parts), [])
      assert.deepStrictEqual(runs[0]?.messages, run.messages)
    }),
  { arbitrary: { seed: "call-ids", runs: 100 } },
)
