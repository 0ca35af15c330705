import { assert, it } from "@effect/vitest"
import { foldCall, LlmError, textOf } from "@switchyard/core"
import type { Reply } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { FailoverControl } from "../src/index.ts"
import { collect, generate, stack } from "./stubs.ts"
import { text, upstreamProvider, upstreamScoped } from "./upstreams.ts"

const faults: ReadonlyArray<Reply["fault"]> = [
  ...Array.from({ length: 16 }, () => undefined),
  { status: 503 },
  { status: 500 },
  { error: "rate_limit_exceeded" },
  { resetBeforeHeaders: true },
  { resetAfterChunks: 20 },
  { endAfterChunks: 60 },
  { stallAfterChunks: 30 },
  { malformedChunkAt: 10 },
]

it.live("many calls at once over faulty upstreams: the exact text or a typed failure, and nothing left", () =>
  Effect.gen(function* () {
    const upstreams = [yield* upstreamScoped, yield* upstreamScoped, yield* upstreamScoped]
    const random = yield* Random.Random
    for (const upstream of upstreams) {
      upstream.always(() => {
        const fault = faults[Math.floor(random.nextDoubleUnsafe() * faults.length)]
        return { text, chunks: 60, ...(fault === undefined ? {} : { fault }) }
      })
    }
    const plugins = upstreams.map((upstream, at) => upstreamProvider("abc".charAt(at), upstream, "chat"))
    const hedge = { delayMs: 150 }
    // One that opens by chance would make it another test.
    const breaker = { failureRate: 0.9 }
    const layer = stack(plugins, {
      timeouts: { firstContent: 1500, idle: 300 },
      bulkhead: { maxConcurrent: 20 },
      hedge,
      breaker,
    })
    const contracts = ["hold", "restart", "fail"] as const
    const call = (at: number) => {
      const stream = contracts[at % contracts.length] ?? "hold"
      const asked = { model: "all", prompt: "Say sixty words", policy: { stream, deadline: 10_000 } }
      return at % 2 === 0 ? generate(asked) : Effect.map(collect(asked), foldCall)
    }
    yield* Effect.provide(
      Effect.gen(function* () {
        const calls = Array.from({ length: 120 }, (_, at) => Effect.result(call(at)))
        const results = yield* Effect.all(calls, { concurrency: 40 })
        for (const result of results) {
          if (Result.isSuccess(result)) assert.strictEqual(textOf(result.success.content), text)
          else assert.instanceOf(result.failure, LlmError)
        }
        assert.isAbove(results.filter(Result.isSuccess).length, 100)
        const { all } = yield* FailoverControl
        for (const { running, waiting, model } of all())
          assert.deepStrictEqual([model, running, waiting], [model, 0, 0])
      }),
      layer,
    )
  }).pipe(Effect.scoped, Random.withSeed("upstreams")),
)
