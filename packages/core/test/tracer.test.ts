import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { GenAi, type LlmError } from "../src/index.ts"
import {
  again,
  answer,
  collect,
  delta,
  generate,
  ill,
  plug,
  provider,
  request,
  saying,
  start,
  stream,
} from "./stubs.ts"

/** Runs a call under a tracer that keeps its spans, with metrics of its own. */
const spansOf = <A>(call: Effect.Effect<A, LlmError>) =>
  Effect.gen(function* () {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      },
    })
    yield* Effect.exit(call).pipe(Effect.withTracer(tracer), Effect.provideService(Metric.MetricRegistry, new Map()))
    return spans
  })
const ended = (span: Tracer.NativeSpan | undefined) => (span?.status._tag === "Ended" ? span.status.exit._tag : "open")
const cached = answer("x", { id: "r", usage: { input: { total: 3, cacheRead: 1 }, output: { total: 5 } } })

describe("spans", () => {
  for (const way of ["generate", "stream"] as const) {
    it.effect(`${way}: two on a call that succeeds at once, with GenAI names`, () =>
      Effect.gen(function* () {
        const plugins = [plug("provider", provider({ generate: () => Effect.succeed(cached) }))]
        const input = { ...request, temperature: 0.5, maxOutputTokens: 9 }
        const spans = yield* spansOf<unknown>(way === "generate" ? generate(plugins, input) : collect(plugins, input))
        assert.deepStrictEqual(
          spans.map(({ name, kind }) => [name, kind]),
          [
            [`switchyard ${way}`, "internal"],
            ["chat m", "client"],
          ],
        )
        const [call, attempt] = spans
        assert.strictEqual(attempt?.parent._tag === "Some" && attempt.parent.value.spanId, call?.spanId)
        assert.deepStrictEqual([ended(call), ended(attempt)], ["Success", "Success"])
        assert.deepStrictEqual(Object.fromEntries(attempt?.attributes ?? []), {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "p",
          "gen_ai.request.model": "m",
          ...(way === "stream" ? { "gen_ai.request.stream": true } : {}),
          "gen_ai.request.max_tokens": 9,
          "gen_ai.request.temperature": 0.5,
          "gen_ai.response.model": "vendor-model",
          "gen_ai.response.id": "r",
          "gen_ai.response.finish_reasons": ["stop"],
          "gen_ai.usage.input_tokens": 3,
          "gen_ai.usage.output_tokens": 5,
          "gen_ai.usage.cache_read.input_tokens": 1,
        })
        assert.strictEqual(call?.attributes.get(GenAi.attempts), 1)
        assert.strictEqual(call?.attributes.get(GenAi.strategy), "by-name")
        assert.isString(call?.attributes.get(GenAi.callId))
      }),
    )

    it.effect(`${way}: a failed call ends every span with its error`, () =>
      Effect.gen(function* () {
        const plugins = [plug("provider", provider({ generate: () => Effect.fail(ill()) })), again(2)]
        const spans = yield* spansOf<unknown>(way === "generate" ? generate(plugins) : collect(plugins))
        assert.strictEqual(spans.length, 3)
        assert.deepStrictEqual(spans.map(ended), ["Failure", "Failure", "Failure"])
        assert.deepStrictEqual(
          spans.map(({ attributes }) => attributes.get(GenAi.errorType)),
          ["Overloaded", "Overloaded", "Overloaded"],
        )
      }),
    )

    it.effect(`${way}: an interrupted call ends every span as cancelled`, () =>
      Effect.gen(function* () {
        const plugins = [plug("provider", provider({ generate: () => Effect.never }))]
        const call: Effect.Effect<unknown, LlmError> = way === "generate" ? generate(plugins) : collect(plugins)
        const interrupting = Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(call)
          for (let i = 0; i < 20; i++) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
        })
        const spans = yield* spansOf(interrupting)
        assert.strictEqual(spans.length, 2)
        assert.deepStrictEqual(
          spans.map(({ attributes }) => attributes.get(GenAi.errorType)),
          ["cancelled", "cancelled"],
        )
        assert.notInclude(spans.map(ended), "open")
      }),
    )
  }

  it.effect("a stream that is cut, or left, ends its spans", () =>
    Effect.gen(function* () {
      const cut = [plug("provider", provider({ stream: () => Stream.fromArray([start, delta("half")]) }))]
      assert.deepStrictEqual(
        (yield* spansOf(collect(cut))).map(({ attributes }) => attributes.get(GenAi.errorType)),
        ["Truncated", "Truncated"],
      )
      const left = yield* spansOf(Stream.runDrain(Stream.take(stream(cut), 1)))
      assert.deepStrictEqual(
        left.map(({ attributes }) => attributes.get(GenAi.errorType)),
        [undefined, "cancelled"],
      )
      assert.notInclude(left.map(ended), "open")
    }),
  )

  it.effect("what a provider traces hangs under its attempt", () =>
    Effect.gen(function* () {
      const inner = provider({ generate: () => Effect.withSpan(Effect.succeed(cached), "http") })
      const spans = yield* spansOf(generate([plug("provider", inner)]))
      const http = spans.find(({ name }) => name === "http")
      assert.strictEqual(http?.parent._tag === "Some" && http.parent.value.spanId, spans[1]?.spanId)
    }),
  )
})

it.effect("metrics: duration and tokens per attempt, with the error's type", () =>
  Effect.gen(function* () {
    yield* generate([plug("provider", saying("x"))])
    yield* collect([plug("provider", saying("x"))])
    yield* Effect.exit(generate([plug("provider", provider({ generate: () => Effect.fail(ill()) }))]))
    const seen = (yield* Metric.snapshot).flatMap((metric) =>
      metric.type === "Histogram"
        ? [
            [
              metric.id,
              metric.attributes?.[GenAi.tokenType],
              metric.attributes?.[GenAi.errorType],
              metric.state.count,
              metric.state.sum,
            ],
          ]
        : [],
    )
    const by = (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>) => (String(a) < String(b) ? -1 : 1)
    assert.deepStrictEqual(
      seen.sort(by),
      [
        [GenAi.tokenUsageMetric, "input", undefined, 2, 6],
        [GenAi.tokenUsageMetric, "output", undefined, 2, 10],
        [GenAi.durationMetric, undefined, undefined, 2, 0],
        [GenAi.durationMetric, undefined, "Overloaded", 1, 0],
      ].sort(by),
    )
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())),
)
