import { assert, describe, it } from "@effect/vitest"
import {
  foldCall,
  Kernel,
  type LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type StreamPart,
  textOf,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { FailoverControl, type FailoverOptions } from "../src/index.ts"
import { collect, fails, info, parts, plug, request, says, scripted, stack, usage } from "./stubs.ts"

const whole = ["It ", "was ", "a ", "bright ", "day."]
const text = whole.join("")

/** Streams these parts, then fails or just ends. */
const streaming = (id: string, given: ReadonlyArray<StreamPart>, error?: LlmError) => {
  const seen: Array<LlmRequest> = []
  const flowing = Stream.rechunk(Stream.fromArray(given), 1)
  const stub = scripted(id, fails(), {
    describe: () => info({ acceptsPrefill: true }),
    stream: (asked) => {
      seen.push(asked)
      return error === undefined ? flowing : Stream.concat(flowing, Stream.fail(error))
    },
  })
  return { ...stub, seen }
}

/** Goes on where the last message was cut, as a model that accepts a partial answer does. */
const continuing = (id: string, acceptsPrefill = true) => {
  const seen: Array<LlmRequest> = []
  const stub = scripted(id, says(text), {
    describe: () => info({ acceptsPrefill }),
    stream: (asked) => {
      seen.push(asked)
      const last = asked.messages.at(-1)
      const begun = last?.role === "assistant" ? textOf(last.content) : ""
      return Stream.fromArray(parts([text.slice(begun.length)]))
    },
  })
  return { ...stub, seen }
}

const cut = (pieces: ReadonlyArray<string> = whole.slice(0, 3)) => streaming("a", parts(pieces, false))
const asking = (stream: "fail" | "hold" | "resume" | "restart"): LlmRequestInput => ({ ...request, policy: { stream } })

const flow = (
  plugins: Parameters<typeof stack>[0],
  stream: Parameters<typeof asking>[0],
  options: FailoverOptions = {},
) => Effect.provide(Effect.result(collect(asking(stream))), stack(plugins, options))

describe("a cut stream", () => {
  it.effect("restart: told, and then the whole answer", () =>
    Effect.gen(function* () {
      const result = yield* flow([cut().plugin, continuing("b").plugin], "restart")
      assert(result._tag === "Success")
      const response = foldCall(result.success)
      assert.strictEqual(textOf(response.content), text)
      assert.strictEqual(response.provider, "b")
      assert.strictEqual(result.success.filter(({ type }) => type === "restart").length, 1)
      assert.deepStrictEqual(response.usage, usage)
      assert.deepStrictEqual(
        response.route.attempts.map(({ outcome }) => outcome),
        ["failed", "ok"],
      )
    }),
  )

  it.effect("resume: only a candidate that accepts a partial answer goes on, and nothing is said twice", () =>
    Effect.gen(function* () {
      const [a, b, c] = [cut(), continuing("b", false), continuing("c")]
      const input = { ...asking("resume"), model: "all" }
      const got = yield* Effect.provide(collect(input), stack([a.plugin, b.plugin, c.plugin]))
      const response = foldCall(got)
      assert.strictEqual(textOf(response.content), text)
      assert.strictEqual(response.provider, "c")
      assert.isFalse(got.some(({ type }) => type === "restart"))
      assert.strictEqual(b.seen.length, 0)
      assert.deepStrictEqual(c.seen[0]?.messages.at(-1)?.role, "assistant")
    }),
  )

  it.effect("resume: a second cut is taken further by a third candidate", () =>
    Effect.gen(function* () {
      const [a, b, c] = [cut(), streaming("b", parts(["bright "], false)), continuing("c")]
      const input = { ...asking("resume"), model: "all" }
      const got = yield* Effect.provide(collect(input), stack([a.plugin, b.plugin, c.plugin]))
      assert.strictEqual(textOf(foldCall(got).content), text)
    }),
  )

  it.effect("resume: with nobody who accepts it, Truncated with what came", () =>
    Effect.gen(function* () {
      const b = continuing("b", false)
      const result = yield* flow([cut().plugin, b.plugin], "resume")
      assert(result._tag === "Failure")
      const { reason } = result.failure
      assert(reason._tag === "Truncated")
      assert.strictEqual(textOf(reason.partial.content), "It was a ")
      assert.strictEqual(b.seen.length, 0)
    }),
  )

  it.effect("resume: tool calls are never cut, and nothing is no beginning", () =>
    Effect.gen(function* () {
      const call: StreamPart = { type: "tool-call", id: "1", name: "look", inputText: "{}" }
      const reasoning: ReadonlyArray<StreamPart> = [
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", text: "hm" },
      ]
      const writing: ReadonlyArray<StreamPart> = [
        ...parts(whole.slice(0, 2), false),
        { type: "tool-input-start", id: "1", name: "look" },
        { type: "tool-input-delta", id: "1", text: '{"a":' },
      ]
      for (const begun of [writing, [...parts(whole.slice(0, 2), false), call], [call], reasoning]) {
        const b = continuing("b")
        const result = yield* flow([streaming("a", begun).plugin, b.plugin], "resume")
        assert(result._tag === "Failure")
        assert.strictEqual(b.seen.length, 0)
      }
    }),
  )

  it.effect("resume: an answer that is whole and not valid fails; restart: the next candidate answers", () =>
    Effect.gen(function* () {
      const validator = plug("validator", {
        names: ["bright"],
        make: () =>
          Effect.succeed({
            validate: (response) => {
              const ok = textOf(response.content).includes("bright")
              return Effect.succeed({
                ok,
                score: 0,
                issues: ok ? [] : [{ validator: "bright", message: "it is dark" }],
              })
            },
          }),
      })
      const plugins = [streaming("a", parts(["It was dark."])).plugin, continuing("b").plugin, validator]
      const asked = (stream: "resume" | "restart") => ({
        ...request,
        policy: { stream, validators: [{ type: "bright" }] },
      })
      const error = yield* Effect.provide(Effect.flip(collect(asked("resume"))), stack(plugins))
      assert.strictEqual(error.reason._tag, "OutputInvalid")
      const got = foldCall(yield* Effect.provide(collect(asked("restart")), stack(plugins)))
      assert.deepStrictEqual([textOf(got.content), got.verdict?.ok], [text, true])
    }),
  )

  it.effect("fail: Truncated; hold: nobody notices", () =>
    Effect.gen(function* () {
      const failed = yield* flow([cut().plugin, continuing("b").plugin], "fail")
      assert(failed._tag === "Failure")
      assert.strictEqual(failed.failure.reason._tag, "Truncated")
      const held = yield* flow([cut().plugin, continuing("b").plugin], "hold")
      assert(held._tag === "Success")
      const response = foldCall(held.success)
      assert.strictEqual(textOf(response.content), text)
      assert.isFalse(held.success.some(({ type }) => type === "restart"))
    }),
  )

  it.effect("restart: with nobody left, the failure; with a last resort, that, marked", () =>
    Effect.gen(function* () {
      const none = yield* Effect.provide(
        Effect.flip(collect({ ...asking("restart"), model: "one" })),
        stack([cut().plugin]),
      )
      assert.strictEqual(none.reason._tag, "Truncated")
      const got = yield* Effect.provide(
        collect({ ...asking("restart"), model: "one" }),
        stack([cut().plugin, scripted("b", says("extracted")).plugin], { degrade: "b/m" }),
      )
      const response = foldCall(got)
      assert.strictEqual(textOf(response.content), "extracted")
      assert.include(response.degraded, "b/m")
    }),
  )

  it.effect("a stall is a cut, after its share of the time", () =>
    Effect.gen(function* () {
      const stalling = scripted("a", fails(), {
        stream: () => Stream.concat(Stream.fromArray(parts(whole.slice(0, 3), false)), Stream.never),
      })
      for (const [options, ms] of [
        [{}, 6000],
        [{ timeouts: { idle: 300 } }, 300],
      ] as const) {
        const layer = stack([stalling.plugin, continuing("b").plugin], options)
        const input = { ...request, policy: { stream: "restart" as const, deadline: 10_000 } }
        const fiber = yield* Effect.forkChild(Effect.provide(collect(input), layer))
        yield* TestClock.adjust(ms - 1)
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.strictEqual(textOf(foldCall(yield* Fiber.join(fiber)).content), text)
      }
    }),
  )
})

it.effect(
  "a flowing answer holds its place in the bulkhead while it flows, and gives it back when its reader leaves",
  () =>
    Effect.gen(function* () {
      const endless = scripted("a", fails(), {
        stream: () => Stream.concat(Stream.fromArray(parts(["on "], false)), Stream.never),
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          const { status } = yield* FailoverControl
          const kernel = yield* Kernel
          const reading = yield* Effect.forkChild(Stream.runDrain(kernel.stream({ ...request, model: "one" })))
          yield* TestClock.adjust(10)
          assert.strictEqual(status("a/m")?.running, 1)
          yield* Fiber.interrupt(reading)
          assert.deepInclude(status("a/m"), { running: 0, calls: 0 })
        }),
        stack([endless.plugin], { bulkhead: { maxConcurrent: 1 } }),
      )
    }),
)
