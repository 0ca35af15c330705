import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { AttemptTrace, CallOutcome } from "../src/index.ts"
import {
  again,
  bad,
  collect,
  embed,
  generate,
  ill,
  judged,
  middleware,
  plug,
  provider,
  request,
  saying,
  stream,
  streamOf,
  validator,
} from "./stubs.ts"

const watcher = () => {
  const settled: Array<AttemptTrace["outcome"]> = []
  const ended: Array<CallOutcome> = []
  const plugin = middleware({
    settled: ({ outcome }) => Effect.sync(() => void settled.push(outcome)),
    ended: (outcome) => Effect.sync(() => void ended.push(outcome)),
  })
  const ways = () =>
    ended.map((one) =>
      one.response ? "response" : one.error ? one.error.reason._tag : one.interrupted ? "left" : "given",
    )
  return { plugin, settled, ended, ways }
}

describe("middleware is told how attempts and calls end", () => {
  it.effect("that answer, whole or flowing", () =>
    Effect.gen(function* () {
      const { plugin, settled, ways, ended } = watcher()
      const plugins = [plug("provider", saying("hi")), plugin]
      yield* generate(plugins)
      yield* collect(plugins)
      yield* collect(plugins, { ...request, policy: { stream: "hold" } })
      assert.deepStrictEqual(settled, ["ok", "ok", "ok"])
      assert.deepStrictEqual(ways(), ["response", "response", "response"])
      assert.strictEqual(ended[0]?.response?.content.length, 1)
      assert.strictEqual(ended[0]?.request?.model, "p/m")
    }),
  )

  it.effect("that fail: each attempt, and the call once", () =>
    Effect.gen(function* () {
      const { plugin, settled, ways } = watcher()
      const down = provider({ generate: () => Effect.fail(ill()), stream: () => Stream.fail(ill()) })
      const plugins = [plug("provider", down), again(3), plugin]
      yield* Effect.flip(generate(plugins))
      yield* Effect.flip(collect(plugins))
      assert.deepStrictEqual(
        settled,
        Array.from({ length: 6 }, () => "failed" as const),
      )
      assert.deepStrictEqual(ways(), ["Overloaded", "Overloaded"])
    }),
  )

  it.effect("that are not valid, and embeddings", () =>
    Effect.gen(function* () {
      const { plugin, settled, ways } = watcher()
      const vectors = { vectors: [new Float32Array(1)], dimensions: 1, model: "m", usage: { input: {}, output: {} } }
      const both = { ...saying("hi"), embed: () => Effect.succeed(vectors) }
      const plugins = [
        plug("provider", both),
        plug(
          "validator",
          validator(() => bad()),
        ),
        plugin,
      ]
      yield* Effect.flip(generate(plugins, judged))
      yield* embed(plugins)
      assert.deepStrictEqual(settled, ["rejected", "ok"])
      assert.deepStrictEqual(ways(), ["OutputInvalid", "given"])
    }),
  )

  it.effect("that their caller leaves", () =>
    Effect.gen(function* () {
      const { plugin, settled, ways } = watcher()
      const slow = provider({ id: "slow", generate: () => Effect.never })
      const parts = Stream.rechunk(Stream.fromArray([...streamOf("a long answer")]), 1)
      const flowing = provider({ stream: () => parts })
      const plugins = [plug("provider", slow), plug("provider", flowing), plugin]
      const fiber = yield* Effect.forkChild(generate(plugins, { model: "slow/m", prompt: "hi" }))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      yield* Stream.runDrain(Stream.take(stream(plugins), 1))
      assert.deepStrictEqual(ways(), ["left", "left"])
      assert.deepStrictEqual(settled, ["cancelled", "cancelled"])
    }),
  )

  it.effect("and costs the call nothing when it dies", () =>
    Effect.gen(function* () {
      const broken = middleware({ settled: () => Effect.die("no"), ended: () => Effect.die("no") })
      assert.strictEqual((yield* generate([plug("provider", saying("hi")), broken])).content.length, 1)
    }),
  )
})
