import { assert, it } from "@effect/vitest"
import { foldCall, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { standing } from "./stubs.ts"
import { openai, upstream } from "./upstream.ts"

it.live("a hundred callers at once, half of them streaming: one request, and its answer for all", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    server.always({ text: "one two three four five", fault: { firstChunkDelayMs: 150, chunkDelayMs: 20 } })
    const { ask, collect } = yield* standing([openai(server)])
    const input = { model: "openai/gpt-test", prompt: "hi" }
    const streamed = Effect.map(collect(input), (parts) => textOf(foldCall(parts).content))
    const all = Array.from({ length: 100 }, (_, nth) => (nth % 2 === 0 ? streamed : ask(input)))
    const texts = yield* Effect.all(all, { concurrency: "unbounded" })
    assert.deepStrictEqual(new Set(texts), new Set(["one two three four five"]))
    assert.strictEqual(server.requests.length, 1)
    assert.strictEqual(yield* streamed, "one two three four five")
    assert.strictEqual(server.requests.length, 1)
  }).pipe(Effect.scoped),
)

it.live("a stream that the server cuts is not kept: the next call asks again", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    server.reply({ text: "one two three", fault: { resetAfterChunks: 2 } }, { text: "whole" })
    const { ask, collect } = yield* standing([openai(server)])
    const input = { model: "openai/gpt-test", prompt: "hi" }
    assert.strictEqual((yield* Effect.flip(collect(input))).reason._tag, "Truncated")
    assert.strictEqual(yield* ask(input), "whole")
    assert.strictEqual(yield* ask(input), "whole")
    assert.strictEqual(server.requests.length, 2)
  }).pipe(Effect.scoped),
)
