import { assert, it } from "@effect/vitest"
import type { Message } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type ApprovalCall, defineTool, runTools } from "../src/index.ts"
import { ask, call, reasonOf, scripted, text } from "./scripted.ts"

const stage = () => {
  const removed: Array<string> = []
  const remove = defineTool({
    name: "remove",
    input: Schema.Struct({ path: Schema.String }),
    needsApproval: ({ path }) => path.startsWith("/"),
    execute: ({ path }) => {
      removed.push(path)
      return "removed"
    },
  })
  return { removed, remove }
}

const two = [call("remove", { path: "/etc" }, "a"), call("remove", { path: "tmp" }, "b")]
const start: Message = { role: "user", content: [{ type: "text", text: "go" }] }

it.effect("the hook decides, one call after the other, with the decoded input", () =>
  Effect.gen(function* () {
    const { removed, remove } = stage()
    const asked: Array<ApprovalCall> = []
    const calls = [...two, call("remove", { path: "/var" }, "c"), call("remove", { path: "/usr" }, "d")]
    const { layer } = scripted(calls, [text("done")])
    let busy = 0
    const approve = async (given: ApprovalCall) => {
      assert.strictEqual(++busy, 1)
      asked.push(given)
      await Promise.resolve()
      busy--
      if (given.toolCallId === "d") return { approved: true }
      return given.toolCallId === "a" ? true : { approved: false, reason: "too much" }
    }
    const { steps, stopped } = yield* Effect.provide(runTools(ask, { tools: [remove], approve }), layer)
    assert.deepStrictEqual(
      asked.map(({ tool, input, toolCallId }) => [tool, input, toolCallId]),
      [
        ["remove", { path: "/etc" }, "a"],
        ["remove", { path: "/var" }, "c"],
        ["remove", { path: "/usr" }, "d"],
      ],
    )
    assert.deepStrictEqual(removed, ["/etc", "tmp", "/usr"])
    assert.deepStrictEqual(steps[0]?.results[2]?.output, { type: "denied", reason: "too much" })
    assert.strictEqual(stopped, "answer")
  }),
)

it.effect("without a hook the run stops with requests, and goes on when the answers are in the messages", () =>
  Effect.gen(function* () {
    const { removed, remove } = stage()
    const { layer } = scripted([...two, call("remove", { path: "/var" }, "c")])
    const run = yield* Effect.provide(runTools(ask, { tools: [remove] }), layer)
    assert.strictEqual(run.stopped, "approval")
    const requests = ["a", "c"].map(
      (id) => ({ type: "approval-request", id: `approval-${id}`, toolCallId: id }) as const,
    )
    assert.deepStrictEqual(run.approvals, requests)
    assert.deepStrictEqual(run.response.content.slice(3), requests)
    assert.deepStrictEqual(removed, ["tmp"])

    const next = scripted([text("done")])
    const waiting = [start, ...run.messages]
    const early = yield* Effect.provide(
      reasonOf(runTools({ model: "p/m", messages: waiting }, { tools: [remove] })),
      next.layer,
    )
    assert(early._tag === "InvalidRequest")
    assert.include(early.message, `id: "approval-a"`)

    const messages: ReadonlyArray<Message> = [
      ...waiting,
      {
        role: "tool",
        content: [
          { type: "approval-response", id: "approval-a", approved: true },
          { type: "approval-response", id: "approval-c", approved: false, reason: "keep it" },
        ],
      },
    ]
    const end = yield* Effect.provide(runTools({ model: "p/m", messages }, { tools: [remove] }), next.layer)
    assert.deepStrictEqual(removed, ["tmp", "/etc"])
    assert.strictEqual(end.stopped, "answer")
    assert.deepStrictEqual(end.messages[0], {
      role: "tool",
      content: [
        { type: "tool-result", id: "a", name: "remove", output: { type: "text", value: "removed" } },
        { type: "tool-result", id: "c", name: "remove", output: { type: "denied", reason: "keep it" } },
      ],
    })
    // The vendor sees calls and all their results in one message, and nothing of the approvals.
    const sent = next.seen[0]?.messages ?? []
    assert.deepStrictEqual(
      sent.map(({ role }) => role),
      ["user", "assistant", "tool"],
    )
    assert.deepStrictEqual(
      sent.slice(1).flatMap(({ content }) => (typeof content === "string" ? [] : content.map((part) => part.type))),
      ["tool-call", "tool-call", "tool-call", "tool-result", "tool-result", "tool-result"],
    )
  }),
)

it.effect("approved once, a call is not run again when the conversation goes on", () =>
  Effect.gen(function* () {
    const { removed, remove } = stage()
    const { layer } = scripted([call("remove", { path: "/etc" }, "a")])
    const run = yield* Effect.provide(runTools(ask, { tools: [remove] }), layer)
    const approved: Message = {
      role: "tool",
      content: [{ type: "approval-response", id: "approval-a", approved: true }],
    }
    const next = scripted([text("done")])
    const messages = [start, ...run.messages, approved]
    const second = yield* Effect.provide(runTools({ model: "p/m", messages }, { tools: [remove] }), next.layer)
    const all: ReadonlyArray<Message> = [
      ...messages,
      ...second.messages,
      { role: "user", content: [{ type: "text", text: "thanks" }] },
    ]
    yield* Effect.provide(runTools({ model: "p/m", messages: all }, { tools: [remove] }), next.layer)
    assert.deepStrictEqual(removed, ["/etc"])
  }),
)

it.effect("a hook that fails ends the run: nothing runs that nobody allowed", () =>
  Effect.gen(function* () {
    const { removed, remove } = stage()
    const { layer } = scripted([call("remove", { path: "/etc" }, "a")])
    const approve = () => Promise.reject(new Error("the pager is off"))
    const reason = yield* Effect.provide(reasonOf(runTools(ask, { tools: [remove], approve })), layer)
    assert(reason._tag === "ToolFailed")
    assert.include(reason.message, "the pager is off")
    const doubtful = defineTool({
      name: "remove",
      input: Schema.Struct({}),
      needsApproval: () => {
        throw new Error("who knows")
      },
      execute: () => removed.push("x"),
    })
    const again = scripted([call("remove", {}, "a")])
    const second = yield* Effect.provide(
      reasonOf(runTools(ask, { tools: [doubtful], approve: () => true })),
      again.layer,
    )
    assert(second._tag === "ToolFailed")
    assert.deepStrictEqual(removed, [])
  }),
)
