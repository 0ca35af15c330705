// A stack that brings its own native instance: a file that cannot be loaded, an answer, an embedding, and the end.
import { compose, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { llamaCpp } from "../../src/index.ts"

const [, , path = "", strange = "", untemplated = ""] = process.argv
const models = {
  untemplated: { path: untemplated, contextSize: 512, threads: 1 },
  strange: { path: strange },
  tiny: { path, contextSize: 512, threads: 1 },
  vectors: { path, contextSize: 256, threads: 1, embedding: true },
}
const program = Kernel.use((kernel) =>
  Effect.gen(function* () {
    const { message } = yield* Effect.flip(kernel.generate({ model: "local/strange", prompt: "Hi" }))
    const { content } = yield* kernel.generate({ model: "local/tiny", prompt: "Hi", maxOutputTokens: 8 })
    const { dimensions } = yield* kernel.embed({ model: "local/vectors", inputs: ["one"] })
    yield* kernel.generate({ model: "local/untemplated", prompt: "Hi", maxOutputTokens: 8 })
    return { message, length: textOf(content).length, dimensions }
  }),
)
const seen = await Effect.runPromise(Effect.provide(program, compose([llamaCpp({ models, gpu: false })])))
process.stdout.write(JSON.stringify(seen))
