/** A process that stores an answer, says so when the call has ended, asks for another one and waits to be killed. */
import { compose, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { memoryCache } from "../src/index.ts"
import { provider, request } from "./stubs.ts"

const { plugin, state } = provider()
const stack = compose([plugin, memoryCache({ persist: process.argv[2] ?? "" })])

const program = Effect.gen(function* () {
  const kernel = yield* Kernel
  const { content } = yield* kernel.generate(request)
  yield* Effect.sync(() => process.stdout.write(`${textOf(content)}\n`))
  state.takesMs = 20_000
  // Longer than the test lasts, and not for ever where it was not killed.
  yield* kernel.generate({ ...request, prompt: "another" })
})

await Effect.runPromise(Effect.provide(program, stack))
