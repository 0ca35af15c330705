import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { addUsage, GenAi, LlmError, type Reason, reasonTags, TokenCounter, type Usage } from "../src/index.ts"
import { answer } from "./stubs.ts"

const extra: { readonly [Tag in Reason["_tag"]]?: object } = {
  Unsupported: { feature: "tools" },
  Timeout: { phase: "idle", ms: 5 },
  Truncated: { partial: { content: answer("x").content, usage: {} } },
  OutputInvalid: { verdicts: [] },
  ToolFailed: { tool: "f" },
  AllCandidatesFailed: { attempts: [] },
  PluginIncompatible: { plugin: "x" },
  PluginFailure: { plugin: "x" },
}
const made = (tag: Reason["_tag"], message = "it broke") =>
  LlmError.make({ _tag: tag, message, ...extra[tag] } as Reason, { provider: "p", model: "m" }) // each tag with its own fields

describe("LlmError", () => {
  it("there are the 25 reasons of the design", () => {
    assert.strictEqual(new Set(reasonTags).size, 25)
  })
  for (const tag of reasonTags) {
    it.effect(`${tag}: recovery, advice, JSON, catchReason`, () =>
      Effect.gen(function* () {
        const error = made(tag)
        assert.include(["none", "retry", "failover"], error.recovery)
        assert.match(error.message, /^p\/m: it broke\. [A-Z].+\.$/)
        const json = JSON.stringify(error)
        assert.notInclude(json, "stack")
        assert.deepInclude(JSON.parse(json), {
          error: "LlmError",
          reason: tag,
          message: error.message,
          context: { provider: "p", model: "m" },
        })
        const caught = yield* Effect.catchReason(Effect.fail(error), "LlmError", tag, (reason) =>
          Effect.succeed(reason._tag),
        )
        assert.strictEqual(caught, tag)
        const opened = yield* Effect.flip(Effect.unwrapReason(Effect.fail(error), "LlmError"))
        assert.strictEqual(opened._tag, tag)
      }),
    )
  }
  it("a message ends once, whatever the provider wrote", () => {
    for (const [given, shown] of [
      ["a", "a."],
      ["a.", "a."],
      ["a!", "a!"],
      ["a? ", "a?"],
    ] as const) {
      const { message } = LlmError.make({ _tag: "Network", message: given })
      assert.strictEqual(message.split(" Check")[0], shown)
    }
    assert.match(LlmError.make({ _tag: "Network", message: "x" }, { provider: "p" }).message, /^p: x\./)
  })
  it("in adds what was not known and keeps what was", () => {
    const error = LlmError.make({ _tag: "Network", message: "x" }, { provider: "p" }).in({
      provider: "q",
      model: "m",
      attempt: 2,
    })
    assert.deepStrictEqual(error.context, { provider: "p", model: "m", attempt: 2 })
    assert.match(error.message, /^p\/m: x\./)
  })
  it("the advice about slow providers is not given of what else was late", () => {
    const late = { _tag: "Timeout", phase: "total", ms: 5, message: "the store was late: raise timeoutMs" } as const
    assert.match(LlmError.make(late).message, /policy\.timeouts/)
    assert.strictEqual(LlmError.make({ ...late, recovery: "none" }).message, "the store was late: raise timeoutMs.")
  })

  it("a reason's own recovery, wait and HTTP details go before the table", () => {
    const error = LlmError.make({
      _tag: "RateLimited",
      message: "x",
      recovery: "failover",
      retryAfterMs: 5,
      http: { status: 429 },
    })
    assert.deepStrictEqual([error.recovery, error.retryAfterMs, error.http?.status], ["failover", 5, 429])
    assert.strictEqual(LlmError.make({ _tag: "RateLimited", message: "x" }).recovery, "retry")
    assert.strictEqual(LlmError.make({ _tag: "InvalidRequest", message: "x" }).recovery, "none")
  })
})

describe("usage", () => {
  const some: Usage = {
    input: { total: 3, cacheRead: 1 },
    output: { total: 5 },
    cost: { amount: 0.5, currency: "USD" },
  }
  it("counts add up; one that only one reported is that one's; none stays unknown", () => {
    const other: Usage = { input: { total: 4 }, output: { reasoning: 2 }, cost: { amount: 0.25, currency: "USD" } }
    assert.deepStrictEqual(addUsage(some, other), {
      input: { total: 7, cacheRead: 1 },
      output: { total: 5, reasoning: 2 },
      cost: { amount: 0.75, currency: "USD" },
    })
  })
  it("nothing is the neutral element", () => {
    assert.deepStrictEqual(addUsage(some, { input: {}, output: {} }), some)
    assert.deepStrictEqual(addUsage({ input: {}, output: {} }, some), some)
  })
  it("costs in two currencies are not added", () => {
    assert.strictEqual(addUsage(some, { ...some, cost: { amount: 1, currency: "EUR" } }).cost, undefined)
  })
})

it.effect("tokens are estimated: about four Latin characters each, one Chinese", () =>
  Effect.gen(function* () {
    const counter = yield* TokenCounter
    for (const [text, tokens] of [
      ["", 0],
      ["a", 1],
      ["abcdefgh", 2],
      ["你好", 2],
      ["abcd你好", 3],
    ] as const) {
      assert.deepStrictEqual(counter.count(text, "m"), { tokens, exact: false })
    }
  }),
)

it("names of conventions are unique", () => {
  assert.strictEqual(new Set(Object.values(GenAi)).size, Object.values(GenAi).length)
})
