import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { LlmError, LlmRequestInput, Reason, StreamPart, Timeouts } from "../src/index.ts"
import {
  again,
  answer,
  collect,
  delta,
  endingAt,
  finish,
  generate,
  inTurn,
  paced,
  plug,
  provider,
  recorder,
  saying,
  start,
  stream,
  stuck,
} from "./stubs.ts"

const asking = (timeouts: Timeouts, more: LlmRequestInput["policy"] = {}): LlmRequestInput => ({
  model: "p/m",
  prompt: "hi",
  policy: { timeouts, ...more },
})
const flowing = (parts: Stream.Stream<StreamPart, LlmError>) => plug("provider", provider({ stream: () => parts }))

const expired = (exit: Exit.Exit<unknown, LlmError>): Extract<Reason, { _tag: "Timeout" }> => {
  const error = Exit.findErrorOption(exit)
  assert.strictEqual(error._tag, "Some")
  const outer = error._tag === "Some" ? error.value.reason : undefined
  const reason = outer?._tag === "Truncated" ? outer.because : outer
  if (reason?._tag !== "Timeout") return assert.fail(`not a timeout: ${outer?._tag}`)
  return reason
}

const silence = Stream.concat(Stream.fromArray([start]), Stream.never)
const stall = Stream.concat(paced(10, start, delta("a"), delta("b")), Stream.never)
const trickle = paced(10, start, ...Array.from({ length: 99 }, () => delta("x")), finish())

/** The same bounds mean the same for both ways of asking: phase, limit and moment. */
const cases = [
  { what: "first content", parts: silence, timeouts: { firstContent: 50 }, phase: "first-content", at: 50 },
  {
    what: "first content, before total",
    parts: silence,
    timeouts: { firstContent: 50, total: 80 },
    phase: "first-content",
    at: 50,
  },
  {
    what: "total, before first content",
    parts: silence,
    timeouts: { firstContent: 80, total: 50 },
    phase: "total",
    at: 50,
  },
  { what: "idle", parts: stall, timeouts: { idle: 40 }, phase: "idle", at: 70 },
  { what: "idle, each gap anew", parts: stall, timeouts: { idle: 15 }, phase: "idle", at: 45 },
  { what: "total, in a silent stream", parts: silence, timeouts: { total: 45 }, phase: "total", at: 45 },
  { what: "total, in a stalled stream", parts: stall, timeouts: { total: 45 }, phase: "total", at: 45 },
  {
    what: "total, although parts keep coming",
    parts: trickle,
    timeouts: { total: 45, idle: 30 },
    phase: "total",
    at: 45,
  },
] as const

describe("timeouts of one attempt", () => {
  for (const { what, parts, timeouts, phase, at } of cases) {
    for (const way of ["generate", "stream", "hold"] as const) {
      it.effect(`${what}, ${way}`, () =>
        Effect.gen(function* () {
          const { plugin, attempts } = recorder()
          const plugins = [flowing(parts), plugin]
          const input = asking(timeouts, way === "hold" ? { stream: "hold" } : {})
          const call: Effect.Effect<unknown, LlmError> =
            way === "generate" ? generate(plugins, input) : collect(plugins, input)
          const reason = expired(yield* endingAt(at, call))
          const limit = phase === "first-content" ? 50 : phase === "idle" ? timeouts.idle : timeouts.total
          assert.deepStrictEqual([reason.phase, reason.ms], [phase, limit])
          assert.match(reason.message, new RegExp(`within ${limit} ms`))
          assert.strictEqual(attempts().length, 1)
          assert.notStrictEqual(attempts()[0]?.outcome.interrupted, true, "it failed, nobody cancelled it")
        }),
      )
    }
  }

  it.effect("what comes in time is left alone", () =>
    Effect.gen(function* () {
      const timeouts = { firstContent: 21, idle: 11, total: 1015 }
      assert.isTrue(Exit.isSuccess(yield* endingAt(1010, generate([flowing(trickle)], asking(timeouts)))))
      assert.isTrue(Exit.isSuccess(yield* endingAt(1010, collect([flowing(trickle)], asking(timeouts)))))
    }),
  )

  for (const [name, timeouts] of Object.entries({ total: { total: 50 }, firstContent: { firstContent: 50 } })) {
    it.effect(`${name} bounds a provider that has only generate`, () =>
      Effect.gen(function* () {
        const interrupted: Array<string> = []
        const plugins = [plug("provider", provider({ generate: () => stuck(interrupted) }))]
        expired(yield* endingAt(50, generate(plugins, asking(timeouts))))
        expired(yield* endingAt(50, collect(plugins, asking(timeouts))))
        assert.deepStrictEqual(interrupted, ["stuck", "stuck"])
      }),
    )
  }

  it.effect("generate is served by streaming where it needs to see the pieces, and only then", () =>
    Effect.gen(function* () {
      const both = plug(
        "provider",
        provider({
          generate: () => Effect.succeed(answer("whole")),
          stream: () => Stream.fromArray([start, delta("streamed"), finish()]),
        }),
      )
      const textWith = (timeouts: Timeouts) => Effect.map(generate([both], asking(timeouts)), ({ content }) => content)
      assert.deepStrictEqual(yield* textWith({}), [{ type: "text", text: "whole" }])
      assert.deepStrictEqual(yield* textWith({ total: 50 }), [{ type: "text", text: "whole" }])
      assert.deepStrictEqual(yield* textWith({ firstContent: 50 }), [{ type: "text", text: "streamed" }])
      assert.deepStrictEqual(yield* textWith({ idle: 50 }), [{ type: "text", text: "streamed" }])
    }),
  )

  it.effect("two minutes without a piece are a stall where nothing is said", () =>
    Effect.gen(function* () {
      const parts = Stream.concat(Stream.fromArray([start, delta("a")]), Stream.never)
      const plain = { model: "p/m", prompt: "hi" }
      for (const call of [
        Effect.asVoid(generate([flowing(parts)], plain)),
        Effect.asVoid(collect([flowing(parts)], plain)),
      ]) {
        const reason = expired(yield* endingAt(120_000, call))
        assert.deepStrictEqual([reason.phase, reason.ms], ["idle", 120_000])
      }
    }),
  )

  it.effect("a slow consumer is not idleness", () =>
    Effect.gen(function* () {
      const pieces = [start, ...Array.from({ length: 5 }, () => delta("x")), finish()]
      const parts = Stream.rechunk(Stream.fromArray(pieces), 1)
      const read = Stream.runForEach(stream([flowing(parts)], asking({ idle: 50 })), () => Effect.sleep(1000))
      const fiber = yield* Effect.forkChild(read)
      yield* TestClock.adjust(10_000)
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(fiber)))
    }),
  )

  it.effect("but a slow provider behind a slow consumer is, counted from the pull", () =>
    Effect.gen(function* () {
      const parts = Stream.concat(Stream.fromArray([start, delta("a")]), Stream.never)
      const read = Stream.runForEach(stream([flowing(parts)], asking({ idle: 50 })), (part) =>
        part.type === "text-delta" ? Effect.sleep(1000) : Effect.void,
      )
      assert.strictEqual(expired(yield* endingAt(1050, read)).phase, "idle")
    }),
  )
})

it.effect("total is kept to the ms also when the reader asks late", () =>
  Effect.gen(function* () {
    const parts = Stream.concat(Stream.fromArray([start, delta("a")]), Stream.never)
    const read = Stream.runForEach(stream([flowing(parts)], asking({ idle: 90, total: 100 })), (part) =>
      part.type === "text-delta" ? Effect.sleep(95) : Effect.void,
    )
    assert.strictEqual(expired(yield* endingAt(100, read)).phase, "total")
  }),
)

describe("timeouts and who comes next", () => {
  it.effect("each attempt has its own bounds", () =>
    Effect.gen(function* () {
      const { plugin, attempts } = recorder()
      const plugins = [flowing(silence), again(3, 5), plugin]
      for (const call of [generate, collect]) {
        const run: Effect.Effect<unknown, LlmError> = call(plugins, asking({ firstContent: 50 }))
        assert.strictEqual(expired(yield* endingAt(160, run)).phase, "first-content")
      }
      assert.deepStrictEqual(
        attempts().map(({ outcome }) => outcome.seconds),
        [0.05, 0.05, 0.05, 0.05, 0.05, 0.05],
      )
    }),
  )

  it.effect("a stalled stream is let go before another candidate takes over", () =>
    Effect.gen(function* () {
      for (const contract of ["resume", "restart"] as const) {
        const log: Array<string> = []
        const note = (what: string) => Effect.sync(() => void log.push(what))
        const candidate = { provider: "b", model: "m" }
        const plugins = [
          flowing(Stream.ensuring(stall, note("closed"))),
          plug(
            "provider",
            provider({
              id: "b",
              stream: (r) => Stream.unwrap(Effect.as(note("asked"), saying("x").stream?.(r) ?? Stream.empty)),
            }),
          ),
          inTurn(() =>
            Effect.succeed(
              contract === "resume" ? { _tag: "Resume", candidate } : { _tag: "Restart", candidates: [candidate] },
            ),
          ),
        ]
        yield* endingAt(70, collect(plugins, asking({ idle: 40 }, { stream: contract })))
        assert.deepStrictEqual(log, ["closed", "asked"])
      }
    }),
  )
})

describe("throughput", () => {
  const text = (parts: ReadonlyArray<StreamPart>) =>
    parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("")
  const quick = flowing(paced(10, start, ...Array.from({ length: 20 }, () => delta("quick")), finish()))
  const asked = asking({ throughput: { characters: 50, withinMs: 200 } })

  it.effect("a stream that keeps pace loses nothing", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(collect([quick], asked))
      yield* TestClock.adjust(1000)
      assert.strictEqual(text(yield* Fiber.join(fiber)).length, 100)
    }),
  )

  it.effect("nothing of one that does not is passed on, and the next candidate is asked", () =>
    Effect.gen(function* () {
      const slow = plug("provider", provider({ id: "slow", stream: () => paced(100, start, ...many) }))
      const many = Array.from({ length: 30 }, () => delta("x"))
      const routes = { both: ["slow/m", "p/m"] } as const
      const request = { ...asked, model: "both" }
      const fiber = yield* Effect.forkChild(collect([slow, quick, inTurn()], request, { routes }))
      yield* TestClock.adjust(5000)
      const parts = yield* Fiber.join(fiber)
      assert.strictEqual(text(parts), "quick".repeat(20))
      const last = parts.at(-1)
      const attempts = last?.type === "finish" ? last.route?.attempts : undefined
      assert.match(attempts?.[0]?.error?.message ?? "", /too little content within 200 ms/)
    }),
  )

  it.effect("a short answer that is over has done enough", () =>
    Effect.gen(function* () {
      const brief = flowing(Stream.fromArray([start, delta("yes"), finish()]))
      assert.strictEqual(text(yield* collect([brief], asked)), "yes")
    }),
  )
})
