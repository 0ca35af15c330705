import { assert, describe, it } from "@effect/vitest"
import {
  compose,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type ProviderResponse,
  textOf,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { validateAgent } from "../src/index.ts"
import { type Options, pass, ruling, run } from "./stack.ts"

const answer = (text: string, model: string): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage: { input: { total: 100 }, output: { total: 50 }, cost: { amount: 0.01, currency: "USD" } },
  warnings: [],
  model,
})

/** Tries again at once, with feedback, until so many attempts have been made. */
const again = (attempts: number) =>
  definePlugin({
    manifest: { name: "again", kind: "retry", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.succeed(key, {
        next: (_failure, history) =>
          Effect.succeed(
            history.length >= attempts
              ? { _tag: "Stop" }
              : {
                  _tag: "Retry",
                  delayMs: 0,
                  amend: (request) => ({
                    ...request,
                    messages: [
                      ...request.messages,
                      { role: "user", content: [{ type: "text", text: "That was wrong" }] },
                    ],
                  }),
                },
          ),
      }),
  })()

type Judge = (request: LlmRequest) => Effect.Effect<string, LlmError>

/** A stack on virtual time: the model under test says "Paris.", the judge what it is made to. */
const timed = (judge: Judge, options: Options = {}, more: ReadonlyArray<ReturnType<typeof again>> = []) => {
  const asked: Array<LlmRequest> = []
  const provider = definePlugin({
    manifest: { name: "timed", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.succeed(key, {
        id: "p",
        models: ["m", "judge"],
        describe: () => undefined,
        generate: (request) => {
          if (request.model === "m") return Effect.succeed(answer("Paris.", "m"))
          asked.push(request)
          return Effect.map(judge(request), (text) => answer(text, "judge"))
        },
      }),
  })()
  const stack = compose([provider, validateAgent({ model: "p/judge", ...options }), ...more])
  const call = (params: object = {}, types = ["judge"], more: Partial<LlmRequestInput> = {}) => {
    const validators: unknown = types.map((type) => ({ type, params: { rubric: "It is true.", ...params } }))
    const request = { model: "p/m", prompt: "?", ...more, policy: { ...more.policy, validators: validators as [] } }
    return Effect.provide(
      Kernel.use((kernel) => kernel.generate(request)),
      stack,
    )
  }
  return { asked, call }
}

const first = (error: LlmError): string =>
  error.reason._tag === "OutputInvalid" ? (error.reason.verdicts[0]?.issues[0]?.message ?? "") : error.message

describe("time", () => {
  it.effect("an ask that takes too long is cancelled, and its verdict is unknown", () =>
    Effect.gen(function* () {
      let cancelled = 0
      const judge = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void cancelled++))
      const { call, asked } = timed(judge, { timeoutMs: 2000 })
      const fiber = yield* Effect.forkChild(Effect.flip(call()))
      yield* TestClock.adjust("1999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.match(first(yield* Fiber.join(fiber)), /unknown.*did not answer within 2000 ms/)
      assert.deepStrictEqual([cancelled, asked.length], [1, 1])
    }),
  )

  it.effect("all asks of a verdict share one bound", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.delay(Effect.succeed("hm"), 1500), { totalTimeoutMs: 2000 })
      const fiber = yield* Effect.forkChild(Effect.flip(call()))
      yield* TestClock.adjust("2 seconds")
      assert.match(first(yield* Fiber.join(fiber)), /unknown.*no verdict within 2000 ms/)
      assert.strictEqual(asked.length, 2)
    }),
  )

  it.effect("the call's deadline holds for its judges, and interrupting the call cancels them", () =>
    Effect.gen(function* () {
      let cancelled = 0
      const judge = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void cancelled++))
      const { call } = timed(judge)
      const late = yield* Effect.forkChild(Effect.flip(call({}, ["judge"], { policy: { deadline: 1000 } })))
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(late)
      assert.strictEqual(cancelled, 1)
      assert.include(["Timeout", "OutputInvalid"], error.reason._tag)
      const left = yield* Effect.forkChild(call())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.interrupt(left)
      assert.strictEqual(cancelled, 2)
    }),
  )
})

describe("the budget of a call", () => {
  it.effect("asks are counted over all validators and attempts", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.succeed("hm"), { maxAsks: 5 }, [again(3)])
      const error = yield* Effect.flip(call({}, ["judge", "llm_judge"]))
      // Two validators, two asks each, three attempts: without the budget it would be twelve.
      assert.strictEqual(asked.length, 5)
      assert.match(first(error), /the budget of 5 asks for this call is spent/)
    }),
  )

  it.effect("later attempts are judged against the question as it first came", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.succeed(JSON.stringify({ verdict: "fail" })), {}, [again(2)])
      yield* Effect.flip(call())
      const prompts = asked.map(({ messages }) => textOf(messages.at(-1)?.content ?? ""))
      assert.strictEqual(prompts.length, 2)
      assert.strictEqual(prompts[0], prompts[1])
      assert.notInclude(prompts[1], "That was wrong")
    }),
  )

  it.effect("samples are taken once for all attempts", () =>
    Effect.gen(function* () {
      let sampled = 0
      const judge = () => Effect.sync(() => `London ${++sampled > 0}`)
      const { call } = timed(judge, {}, [again(3)])
      yield* Effect.flip(call({ samples: 3, model: "p/judge" }, ["self_consistency"]))
      assert.strictEqual(sampled, 3)
    }),
  )

  it.effect("tokens and dollars end it", () =>
    Effect.gen(function* () {
      for (const [limit, pattern] of [
        [{ maxTokens: 150 }, /150 tokens/],
        [{ maxUsd: 0.005 }, /0.005 USD/],
      ] as const) {
        const { call, asked } = timed(() => Effect.succeed("hm"), limit)
        assert.match(first(yield* Effect.flip(call())), pattern)
        assert.strictEqual(asked.length, 1)
      }
    }),
  )

  it.effect("so many asks at once, and no more", () =>
    Effect.gen(function* () {
      let [now, most] = [0, 0]
      const judge = () =>
        Effect.acquireUseRelease(
          Effect.sync(() => void (most = Math.max(most, ++now))),
          () => Effect.delay(Effect.succeed("Paris."), 100),
          () => Effect.sync(() => void now--),
        )
      const { call, asked } = timed(judge, { concurrency: 3 })
      const fiber = yield* Effect.forkChild(call({ samples: 8, model: "p/judge" }, ["self_consistency"]))
      yield* TestClock.adjust("300 millis")
      assert.isTrue((yield* Fiber.join(fiber)).verdict?.ok)
      assert.deepStrictEqual([asked.length, most], [8, 3])
    }),
  )

  it.effect("another call has a budget of its own", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.succeed("hm"), { maxAsks: 2 })
      yield* Effect.flip(call())
      yield* Effect.flip(call())
      assert.strictEqual(asked.length, 4)
    }),
  )

  it.effect("material that is too long is not judged by half", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.succeed(JSON.stringify(pass)), { maxChars: 5 })
      assert.match(first(yield* Effect.flip(call())), /unknown.*6 characters.*maxChars is 5/)
      assert.strictEqual(asked.length, 0)
      const question = timed(() => Effect.succeed(JSON.stringify(pass)), { maxChars: 50 })
      const long = yield* Effect.flip(question.call({}, ["judge"], { prompt: "?".repeat(60) }))
      assert.match(first(long), /unknown.*66 characters are to be judged/)
    }),
  )

  it.effect("each reply is bounded, and no cache answers for the judge", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.succeed(JSON.stringify(pass)), { maxOutputTokens: 77 })
      yield* call({ temperature: 0 })
      const [request] = asked
      assert.deepStrictEqual([request?.maxOutputTokens, request?.temperature], [77, 0])
      assert.strictEqual(request?.policy?.cache?.mode, "off")
      assert.strictEqual(request?.tags?.["purpose"], "judge")
    }),
  )
})

describe("failures of the judge", () => {
  it.effect("an ill provider leaves the verdict unknown", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.fail(LlmError.make({ _tag: "Overloaded", message: "full" })))
      const error = yield* Effect.flip(call())
      assert.match(first(error), /unknown.*Overloaded: full/)
      assert.strictEqual(asked.length, 1)
    }),
  )

  it.effect("a judge that is not there fails the call, and says which", () =>
    Effect.gen(function* () {
      const { call } = timed(() => Effect.succeed(""))
      const error = yield* Effect.flip(call({ model: "nobody/x" }))
      assert.strictEqual(error.reason._tag, "NoRoute")
      assert.strictEqual(error.recovery, "none")
      assert.match(error.message, /the validator "judge" cannot ask nobody\/x/)
    }),
  )

  it.effect("what the judge is asked is not judged in turn", () =>
    Effect.gen(function* () {
      const { call, asked } = timed(() => Effect.succeed(JSON.stringify(pass)))
      yield* call()
      assert.isUndefined(asked[0]?.policy?.validators)
      assert.strictEqual(asked.length, 1)
    }),
  )
})

describe("the judge and the model under test", () => {
  const judged = { validator: "judge", answer: "Paris." } as const

  it.live("the same model is warned of, unless that is meant", () =>
    Effect.gen(function* () {
      const own = { rubric: "true", model: "openai/small" }
      const answer = (_: unknown, index: number) => (index === 0 ? "Paris." : JSON.stringify(pass))
      const { warnings, verdict } = yield* run({ ...judged, answer, judge: "", params: own })
      assert.isTrue(verdict.ok)
      assert.deepStrictEqual(warnings, [
        "judge: the judge openai/small is the model under test: name another one, or set allowSelf",
      ])
      const meant = yield* run({ ...judged, answer, judge: "", params: { ...own, allow_self: true } })
      assert.deepStrictEqual(meant.warnings, [])
    }),
  )

  it.live("an alias that leads to the same model is seen through", () =>
    Effect.gen(function* () {
      const judge = (request: Parameters<ReturnType<typeof ruling>>[0]) => ({
        text: ruling(pass)(request),
        model: "small-2026",
      })
      const answer = { text: "Paris.", model: "small-2026" }
      const { warnings } = yield* run({ ...judged, answer, judge, params: { rubric: "true" } })
      assert.match(warnings[0] ?? "", /is the model under test/)
    }),
  )
})
