// A provider of your own in one file, composed by layers with one that is installed.
import { compose, definePlugin, Kernel, type Provider, textOf } from "@switchyard/core"
import { extractive } from "@switchyard/provider-extractive"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const parrot: Provider = {
  id: "parrot",
  models: ["grey"],
  describe: () => undefined,
  generate: (request) =>
    Effect.succeed({
      content: [{ type: "text", text: `You said: ${textOf(request.messages.at(-1)?.content ?? "")}` }],
      finish: { unified: "stop" },
      usage: { input: {}, output: {} },
      warnings: [],
      model: request.model,
    }),
}

const plugin = definePlugin({
  manifest: { name: "switchyard-provider-parrot", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_options, key) => Layer.succeed(key, parrot),
})

const program = Effect.gen(function* () {
  const kernel = yield* Kernel
  const { candidates, strategy } = yield* kernel.explain({ model: "fast", prompt: "Hello" })
  const response = yield* kernel.generate({ model: "fast", prompt: "Hello" })
  return `${strategy} -> ${candidates[0].provider}: ${textOf(response.content)}`
})

const stack = compose([extractive(), plugin()], { routes: { fast: "parrot/grey" } })
console.log(await Effect.runPromise(Effect.provide(program, stack)))
