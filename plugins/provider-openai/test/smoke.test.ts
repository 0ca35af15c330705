import { assert, it } from "@effect/vitest"
import { compose, foldCall, Kernel } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { openai } from "../src/index.ts"

for (const api of ["chat", "responses"] as const) {
  it.live(api, () =>
    Effect.gen(function* () {
      const upstream = yield* Effect.acquireRelease(Effect.promise(() => startUpstream()), (u) => Effect.promise(() => u.close()))
      upstream.always({ reasoning: "hmm", text: "Hello there", toolCalls: [{ id: "c1", name: "t", arguments: '{"a":1}' }], usage: { input: 3, cachedInput: 1, output: 4, reasoning: 1 } })
      const run = Effect.gen(function* () {
        const kernel = yield* Kernel
        const a = yield* kernel.generate({ model: "openai/gpt-5", prompt: "hi" })
        const b = foldCall(yield* Stream.runCollect(kernel.stream({ model: "openai/gpt-5", prompt: "hi" })))
        const e = yield* kernel.embed({ model: "openai/text-embedding-3-small", inputs: ["a", "b"] })
        console.log(JSON.stringify(a, null, 1), e.dimensions)
        const { route: _a, ...x } = a
        const { route: _b, ...y } = b
        assert.deepStrictEqual(y, x)
      })
      yield* run.pipe(Effect.provide(compose([openai({ apiKey: "sk-test", baseURL: upstream.baseURL, api })])))
    }),
  )
}
