// What a user sees who composes the plugin without having installed node-llama-cpp.
import { registerHooks } from "node:module"
import { compose, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { llamaCpp } from "../../src/index.ts"

const asked: Array<string> = []
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier !== "node-llama-cpp") return next(specifier, context)
    asked.push(specifier)
    return next("node-llama-cpp-that-is-not-installed", context)
  },
})

const [, , path = ""] = process.argv
const program = Kernel.use((kernel) =>
  Effect.gen(function* () {
    process.stdout.write(`composed, looked for it ${asked.length} times\n`)
    const error = yield* Effect.flip(kernel.generate({ model: "local/tiny", prompt: "Hi" }))
    process.stdout.write(`${error.reason._tag}, ${error.recovery}: ${error.message}\n`)
  }),
)
await Effect.runPromise(Effect.provide(program, compose([llamaCpp({ models: { tiny: { path } } })])))
