import { assert, describe, it } from "@effect/vitest"
import {
  Kernel,
  LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type RetryPolicy,
  type Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { answer, collect, fails, ill, info, parts, plug, request, says, scripted, silent, stack } from "./stubs.ts"

const generating = (input: LlmRequestInput) => Kernel.use((kernel) => kernel.generate(input))
const deadline = (ms: number, more: LlmRequestInput["policy"] = {}): LlmRequestInput => ({
  ...request,
  policy: { deadline: ms, ...more },
})

const again = (times: number): RetryPolicy => ({
  next: (_, history) => Effect.succeed(history.length < times ? { _tag: "Retry", delayMs: 0 } : { _tag: "Stop" }),
})

/** What came of a call once so much time has passed on the test's clock. */
const after = <A>(ms: number, call: Effect.Effect<A, LlmError>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.result(call))
    yield* TestClock.adjust(ms)
    return yield* Fiber.join(fiber)
  })

describe("one candidate leaves the others their share of the time", () => {
  it.effect("however often it is retried", () =>
    Effect.gen(function* () {
      const slow = scripted("a", () => Effect.andThen(Effect.sleep(1100), Effect.fail(ill("ProviderInternal"))))
      const b = scripted("b", says("from b"))
      const layer = stack([slow.plugin, b.plugin, plug("retry", again(9))])
      const result = yield* after(2000, Effect.provide(generating(deadline(2000)), layer))
      assert(result._tag === "Success")
      assert.strictEqual(result.success.provider, "b")
    }),
  )

  it.effect("however much time the request itself gives an attempt", () =>
    Effect.gen(function* () {
      const a = scripted("a", silent)
      const b = scripted("b", says("from b"))
      const layer = stack([a.plugin, b.plugin])
      const generous = { firstContent: 30_000, total: 60_000 }
      const whole = yield* after(2000, Effect.provide(generating(deadline(2000, { timeouts: generous })), layer))
      assert.strictEqual(whole._tag === "Success" ? whole.success.provider : whole.failure.reason._tag, "b")
      const flowing = collect(deadline(2000, { timeouts: generous }))
      const parts = yield* after(2000, Effect.provide(flowing, layer))
      assert.strictEqual(parts._tag, "Success")
    }),
  )
})

describe("resume", () => {
  const prefills = { describe: () => info({ acceptsPrefill: true }) }
  const cut = scripted("a", fails(), { ...prefills, stream: () => Stream.fromArray(parts(["one ", "two "], false)) })
  const rest = scripted("c", says("three"), prefills)
  const asking: LlmRequestInput = { model: "all", prompt: "count", policy: { stream: "resume", deadline: 4000 } }

  it.effect("a silent candidate is left in time for the next", () =>
    Effect.gen(function* () {
      const layer = stack([cut.plugin, scripted("b", silent, prefills).plugin, rest.plugin], {
        timeouts: { firstContent: 300, idle: 300 },
      })
      const result = yield* after(1000, Effect.provide(collect(asking), layer))
      assert(result._tag === "Success")
      const text = result.success.map((part) => (part.type === "text-delta" ? part.text : "")).join("")
      assert.strictEqual(text, "one two three")
    }),
  )

  it.effect("one that refuses to go on refuses our request, and the next is asked", () =>
    Effect.gen(function* () {
      const refusing = scripted("b", fails(ill("InvalidRequest")), prefills)
      const layer = stack([cut.plugin, refusing.plugin, rest.plugin])
      const parts = yield* Effect.provide(collect(asking), layer)
      assert.strictEqual(parts.at(-1)?.type, "finish")
      assert.strictEqual(refusing.calls, 1)
    }),
  )

  it.effect("when nobody goes on in time, what came is in the failure", () =>
    Effect.gen(function* () {
      const layer = stack([cut.plugin, scripted("b", silent, prefills).plugin])
      const result = yield* after(5000, Effect.provide(collect({ ...asking, model: "two" }), layer))
      assert(result._tag === "Failure")
      const { reason } = result.failure
      assert(reason._tag === "Truncated")
      assert.deepStrictEqual(reason.partial.content, [{ type: "text", text: "one two " }])
    }),
  )
})

it.effect("a failure that says it is final is nobody else's turn", () =>
  Effect.gen(function* () {
    const rejected = LlmError.make({ _tag: "OutputInvalid", verdicts: [], message: "ann said no", recovery: "none" })
    const b = scripted("b", says("unseen"))
    const escalating = plug("escalation", { escalate: () => Effect.fail(rejected) })
    const policy = plug("retry", { next: () => Effect.succeed({ _tag: "Escalate", reason: "enough" }) })
    const layer = stack([scripted("a", fails()).plugin, b.plugin, escalating, policy])
    const error = yield* Effect.flip(Effect.provide(generating(request), layer))
    assert.match(error.message, /ann said no/)
    assert.strictEqual(b.calls, 0)
  }),
)

it.effect("the next candidate begins with what the one before it was told", () =>
  Effect.gen(function* () {
    const bad: Verdict = { ok: false, score: 0, issues: [{ validator: "v", message: "too short" }] }
    const good: Verdict = { ok: true, score: 1, issues: [] }
    const seen: Array<LlmRequest> = []
    const told = (asked: LlmRequest): LlmRequest => ({
      ...asked,
      messages: [...asked.messages, { role: "user", content: [{ type: "text", text: "too short" }] }],
    })
    const validators = plug("validator", {
      names: ["v"],
      make: () =>
        Effect.succeed({
          validate: ({ content: [part] }) => Effect.succeed(part?.type === "text" && part.text === "long" ? good : bad),
        }),
    })
    const stopping = plug("retry", { next: () => Effect.succeed({ _tag: "Stop", amend: told }) })
    const b = scripted("b", says("long"), {
      generate: (asked) => {
        seen.push(asked)
        return Effect.succeed(answer("long"))
      },
    })
    const layer = stack([scripted("a", says("short")).plugin, b.plugin, validators, stopping])
    const input = { ...request, policy: { validators: [{ type: "v" }] } }
    const response = yield* Effect.provide(generating(input), layer)
    assert.strictEqual(response.provider, "b")
    assert.strictEqual(seen[0]?.messages.length, 2)
  }),
)
