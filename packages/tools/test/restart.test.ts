import { assert, it } from "@effect/vitest"
import {
  compose,
  definePlugin,
  type Failover,
  foldCall,
  type Provider,
  type StreamPart,
  textOf,
} from "@switchyard/core"
import { checkGrammar } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { defineTool, streamObject, streamTools } from "../src/index.ts"
import { call } from "./scripted.ts"

const start: StreamPart = { type: "stream-start", warnings: [] }
const finish: StreamPart = { type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } }
const said = (text: string): ReadonlyArray<StreamPart> => [
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", text },
]

const streaming = (id: string, ...streams: ReadonlyArray<ReadonlyArray<StreamPart>>): Provider => {
  let asked = 0
  return {
    id,
    models: ["m"],
    describe: () => undefined,
    stream: () => Stream.suspend(() => Stream.rechunk(Stream.fromArray([...(streams[asked++] ?? [])]), 1)),
  }
}

/** Asks "b" when "a" breaks off. */
const failover: Failover = {
  run: ([first], dispatch) => dispatch(first),
  rescue: () => Effect.succeed({ _tag: "Restart", candidates: [{ provider: "b", model: "m" }] }),
}

const plug = definePlugin
const manifest = (name: string) => ({ name, contract: 1, permissions: [] })
const stack = (a: Provider, b: Provider) =>
  compose([
    ...[a, b].map((provider) =>
      plug({
        manifest: { ...manifest(provider.id), kind: "provider" },
        options: Schema.Struct({}),
        layer: (_, key) => Layer.succeed(key, provider),
      })(),
    ),
    plug({
      manifest: { ...manifest("failover"), kind: "failover" },
      options: Schema.Struct({}),
      layer: (_, key) => Layer.succeed(key, failover),
    })(),
  ])

const request = { model: "a/m", prompt: "go", policy: { stream: "restart" } } as const

it.effect("after a restart in a later step, what earlier steps said stands again", () =>
  Effect.gen(function* () {
    const tool = defineTool({ name: "t", input: Schema.Struct({}), execute: () => "result" })
    const layer = stack(
      streaming(
        "a",
        [start, ...said("first"), { type: "text-end", id: "0" }, call("t", {}, "c"), finish],
        [start, ...said("bro")],
      ),
      streaming("b", [start, ...said("whole"), { type: "text-end", id: "0" }, finish]),
    )
    const parts = yield* Effect.provide(Stream.runCollect(streamTools(request, { tools: [tool] })), layer)
    assert.deepStrictEqual(checkGrammar(parts), [])
    assert.strictEqual(parts.filter(({ type }) => type === "restart").length, 1)
    const { content } = foldCall(parts)
    assert.deepStrictEqual(
      content.map(({ type }) => type),
      ["text", "tool-call", "tool-result", "text"],
    )
    assert.strictEqual(textOf(content), "firstwhole")
  }),
)

it.effect("after a restart the partial object begins anew", () =>
  Effect.gen(function* () {
    const layer = stack(
      streaming("a", [start, ...said('{"a":"bro')]),
      streaming("b", [
        start,
        ...said('{"a":"w'),
        { type: "text-delta", id: "0", text: 'hole"}' },
        { type: "text-end", id: "0" },
        finish,
      ]),
    )
    const schema = Schema.Struct({ a: Schema.String })
    const parts = yield* Effect.provide(Stream.runCollect(streamObject({ ...request, schema })), layer)
    assert.deepStrictEqual(
      parts.map(({ object }) => object),
      [{ a: "bro" }, { a: "w" }, { a: "whole" }, { a: "whole" }],
    )
  }),
)
