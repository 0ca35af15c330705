import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { LlmError, LlmRequestInput, Reason, StreamPart } from "../src/index.ts"
import {
  again,
  collect,
  delta,
  embed,
  endingAt,
  finish,
  generate,
  good,
  ill,
  inTurn,
  paced,
  plug,
  provider,
  saying,
  start,
  stream,
  stuck,
  type TestPlugin,
} from "./stubs.ts"

const input: LlmRequestInput = { model: "p/m", prompt: "hi", policy: { deadline: 1000, validators: [{ type: "v" }] } }
const fine = plug("provider", saying("fine"))
const judge = (validate: Effect.Effect<never> | undefined) =>
  plug("validator", {
    names: ["v"],
    make: () => Effect.succeed({ validate: () => validate ?? Effect.succeed(good) }),
  })
const accepting = judge(undefined)

const timedOut = (exit: Exit.Exit<unknown, LlmError>, ms = 1000): LlmError => {
  const error = Exit.findErrorOption(exit)
  assert.strictEqual(error._tag, "Some")
  if (error._tag !== "Some") throw new Error("unreachable")
  const outer = error.value.reason
  const reason: Reason | undefined = outer._tag === "Truncated" ? outer.because : outer
  assert.strictEqual(reason?._tag, "Timeout")
  if (reason?._tag === "Timeout") {
    assert.strictEqual(reason.phase, "call")
    assert.strictEqual(reason.ms, ms)
  }
  assert.strictEqual(error.value.context.elapsedMs, ms)
  return error.value
}

/** What may be slow, and who waits for it. */
const slow: Readonly<Record<string, (wait: Effect.Effect<never>) => ReadonlyArray<TestPlugin>>> = {
  "provider.generate": (wait) => [plug("provider", provider({ generate: () => wait })), accepting],
  "provider.stream": (wait) => [plug("provider", provider({ stream: () => Stream.fromEffect(wait) })), accepting],
  router: (wait) => [fine, accepting, plug("router", { route: () => wait })],
  failover: (wait) => [
    fine,
    accepting,
    plug("failover", { run: () => wait, rescue: () => Effect.succeed({ _tag: "Fail" }) }),
  ],
  retry: (wait) => [
    plug("provider", provider({ generate: () => Effect.fail(ill()) })),
    accepting,
    plug("retry", { next: () => wait }),
  ],
  escalation: (wait) => [
    plug("provider", provider({ generate: () => Effect.fail(ill()) })),
    accepting,
    plug("retry", { next: () => Effect.succeed({ _tag: "Escalate", reason: "x" }) }),
    plug("escalation", { escalate: () => wait }),
  ],
  "validator.make": (wait) => [fine, plug("validator", { names: ["v"], make: () => wait })],
  "validator.validate": (wait) => [fine, judge(wait)],
  "middleware.request": (wait) => [
    fine,
    accepting,
    plug("middleware", { name: "x", stage: "fit", request: () => wait }),
  ],
  "middleware.attempt": (wait) => [
    fine,
    accepting,
    plug("middleware", { name: "x", stage: "fit", attempt: () => wait }),
  ],
  "middleware.response": (wait) => [
    fine,
    accepting,
    plug("middleware", { name: "x", stage: "fit", response: () => wait }),
  ],
}

describe("the deadline bounds the whole call, whoever is slow", () => {
  for (const [who, make] of Object.entries(slow)) {
    for (const contract of ["generate", "fail", "hold", "resume", "restart"] as const) {
      it.effect(`${who}, ${contract === "generate" ? "generate" : `stream with the contract "${contract}"`}`, () =>
        Effect.gen(function* () {
          const interrupted: Array<string> = []
          const asked = yield* Deferred.make<void>()
          const plugins = make(Effect.andThen(Deferred.succeed(asked, undefined), stuck(interrupted, who)))
          const call: Effect.Effect<unknown, LlmError> =
            contract === "generate"
              ? generate(plugins, input)
              : collect(plugins, { ...input, policy: { ...input.policy, stream: contract } })
          const error = timedOut(yield* endingAt(1000, call, Deferred.await(asked)))
          assert.strictEqual(error.recovery === "none" || error.reason._tag === "Truncated", true)
          assert.deepStrictEqual(interrupted, [who])
        }),
      )
    }
  }

  it.effect("embed", () =>
    Effect.gen(function* () {
      const interrupted: Array<string> = []
      const plugins = [plug("provider", provider({ embed: () => stuck(interrupted) }))]
      timedOut(yield* endingAt(50, embed(plugins, { model: "p/m", inputs: ["x"], deadline: 50 })), 50)
      assert.deepStrictEqual(interrupted, ["stuck"])
    }),
  )

  it.effect("ten minutes where nothing is said, for each operation", () =>
    Effect.gen(function* () {
      const plain = { model: "p/m", prompt: "hi" }
      const dead = [plug("provider", provider({ generate: () => Effect.never, embed: () => Effect.never }))]
      timedOut(yield* endingAt(600_000, generate(dead, plain)), 600_000)
      timedOut(yield* endingAt(600_000, collect(dead, plain)), 600_000)
      timedOut(yield* endingAt(600_000, embed(dead)), 600_000)
    }),
  )
})

describe("the deadline of a stream", () => {
  it.effect("between parts: Truncated, with what came", () =>
    Effect.gen(function* () {
      const parts = Stream.concat(Stream.fromArray([start, delta("half")]), Stream.never)
      const error = timedOut(
        yield* endingAt(1000, collect([plug("provider", provider({ stream: () => parts })), accepting], input)),
      )
      assert.strictEqual(error.reason._tag, "Truncated")
    }),
  )

  it.effect("the time before the stream was opened counts, and the error names the deadline as it was given", () =>
    Effect.gen(function* () {
      const parts = Stream.concat(Stream.fromArray([start, delta("half")]), Stream.never)
      const lazy = plug("middleware", {
        name: "lazy",
        stage: "guard",
        request: (current) => Effect.as(Effect.sleep(300), current),
      })
      const plugins = [plug("provider", provider({ stream: () => parts })), accepting, lazy]
      timedOut(yield* endingAt(1000, collect(plugins, input)))
      const timeouts = { idle: 10_000 }
      timedOut(yield* endingAt(1000, generate(plugins, { ...input, policy: { ...input.policy, timeouts } })))
    }),
  )

  it.effect("although parts keep coming", () =>
    Effect.gen(function* () {
      const parts = paced(90, start, ...Array.from({ length: 50 }, () => delta("x")), finish())
      timedOut(yield* endingAt(1000, collect([plug("provider", provider({ stream: () => parts })), accepting], input)))
    }),
  )

  it.effect("while the consumer is slow: the next pull fails", () =>
    Effect.gen(function* () {
      const interrupted: Array<string> = []
      const parts = Stream.concat(Stream.fromArray([start, delta("half")]), Stream.fromEffect(stuck(interrupted)))
      const plugins = [plug("provider", provider({ stream: () => parts })), accepting]
      const call = Stream.runForEach(Stream.rechunk(stream(plugins, input), 1), () => Effect.sleep(2000))
      const fiber = yield* Effect.forkChild(Effect.flip(call))
      yield* TestClock.adjust(4000)
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason._tag, "Truncated")
      if (error.reason._tag === "Truncated") assert.strictEqual(error.reason.because?._tag, "Timeout")
    }),
  )

  it.effect("a whole answer is not failed because its consumer was slow", () =>
    Effect.gen(function* () {
      const call = Stream.runForEach(Stream.rechunk(stream([fine, accepting], input), 1), () => Effect.sleep(2000))
      const fiber = yield* Effect.forkChild(call)
      yield* TestClock.adjust(60_000)
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(fiber)))
    }),
  )

  for (const contract of ["resume", "restart"] as const) {
    it.effect(`a rescue under "${contract}" has only what is left`, () =>
      Effect.gen(function* () {
        const cut: Stream.Stream<StreamPart, LlmError> = Stream.concat(
          paced(200, start, delta("half")),
          Stream.fail(ill()),
        )
        const candidate = { provider: "b", model: "m" }
        const failover = inTurn(() =>
          Effect.succeed(
            contract === "resume" ? { _tag: "Resume", candidate } : { _tag: "Restart", candidates: [candidate] },
          ),
        )
        for (const dead of [{ generate: () => Effect.never }, { stream: () => Stream.never }]) {
          const plugins = [
            plug("provider", provider({ stream: () => cut })),
            plug("provider", provider({ id: "b", ...dead })),
            accepting,
            failover,
          ]
          const policy = { ...input.policy, stream: contract }
          timedOut(yield* endingAt(1000, collect(plugins, { ...input, policy })))
        }
      }),
    )
  }
})

describe("retries and the deadline", () => {
  const failing = plug("provider", provider({ generate: () => Effect.fail(ill()) }))
  for (const [delayMs, endsAt] of [
    [1000, 0],
    [999, 999],
    [400, 800],
    [Infinity, 0],
  ] as const) {
    it.effect(`a delay of ${delayMs} ms in a call of 1000 ms ends at ${endsAt} ms with the failure itself`, () =>
      Effect.gen(function* () {
        for (const call of [generate, collect]) {
          const run: Effect.Effect<unknown, LlmError> = call([failing, accepting, again(99, delayMs)], input)
          const exit = endsAt === 0 ? yield* Effect.exit(run) : yield* endingAt(endsAt, run)
          const error = Exit.findErrorOption(exit)
          assert.strictEqual(error._tag === "Some" && error.value.reason._tag, "Overloaded")
          if (error._tag !== "Some") return
          const last = error.value.context.route?.decisions.at(-1)
          assert.match(last?.what ?? "", /after the deadline/)
        }
      }),
    )
  }

  it.effect("an embed delay longer than what is left is not waited for", () =>
    Effect.gen(function* () {
      const failing = plug("provider", provider({ embed: () => Effect.fail(ill()) }))
      const error = yield* Effect.flip(embed([failing, again(9, 60)], { model: "p/m", inputs: ["x"], deadline: 50 }))
      assert.strictEqual(error.reason._tag, "Overloaded")
    }),
  )
})
