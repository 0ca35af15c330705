import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { compose, definePlugin, Kernel, type Provider, foldCall } from "../src/index.ts"

const echo = (id: string): Provider => ({
  id,
  models: ["one"],
  describe: () => undefined,
  stream: (request) =>
    Stream.fromArray([
      { type: "stream-start", warnings: [] },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", text: "hello " },
      { type: "text-delta", id: "0", text: request.model },
      { type: "text-end", id: "0" },
      { type: "finish", reason: { unified: "stop" }, usage: { input: { total: 1 }, output: { total: 2 } } },
    ] as const),
})

const plugin = definePlugin({
  manifest: { name: "echo", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({ id: Schema.optionalKey(Schema.String) }),
  layer: ({ id }, key) => Layer.succeed(key, echo(id ?? "echo")),
})

it.effect("answers", () =>
  Effect.gen(function* () {
    const kernel = yield* Kernel
    const whole = yield* kernel.generate({ model: "echo/one", prompt: "hi" })
    const streamed = foldCall(yield* Stream.runCollect(kernel.stream({ model: "two/one", prompt: "hi" })))
    assert.deepStrictEqual(whole.content, [{ type: "text", text: "hello one" }])
    assert.deepStrictEqual(streamed.content, whole.content)
    assert.strictEqual(streamed.provider, "two")
  }).pipe(Effect.provide(compose([plugin(), plugin({ id: "two" })]))),
)
