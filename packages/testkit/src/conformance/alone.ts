import { assert } from "@effect/vitest"
import { fold, type LlmRequest, makeRequest, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { checkGrammar } from "./checkGrammar.ts"
import { withoutTrace } from "./judge.ts"
import { checkAlone } from "./Scene.ts"
import { hello, type ProviderConformance, ways } from "./Suite.ts"
import { assertUsage } from "./usage.ts"
import { group } from "./group.ts"

/** What a provider without HTTP promises like any other: the grammar, the law, and that it can be interrupted. */
export const alone = (suite: ProviderConformance): void =>
  group("answers", () => {
    const sample = suite.sample ?? hello
    const requestOf = (model: string): LlmRequest => {
      const request = makeRequest({ ...sample, model })
      if (request instanceof LlmError) throw request
      return request
    }

    checkAlone(suite, "the sample is answered, with a finish and sane usage", (scene) =>
      Effect.gen(function* () {
        for (const way of ways) {
          const response = yield* scene.ask(way, sample)
          assert.notStrictEqual(response.finish.unified, "unknown", "finish")
          assert.isAbove(response.content.length, 0, "content")
          assert.strictEqual(response.provider, scene.provider.id)
          assert.isAbove(response.model.length, 0, "model")
          assertUsage(response.usage)
          if (suite.capabilities.usage) {
            assert.isDefined(response.usage.input.total, "input tokens are reported")
            assert.isDefined(response.usage.output.total, "output tokens are reported")
          }
        }
      }),
    )

    checkAlone(suite, "the provider's stream is well formed, and folds to what generate gives", (scene) =>
      Effect.gen(function* () {
        const { generate, stream } = scene.provider
        if (stream === undefined) return
        const parts = yield* Stream.runCollect(stream(requestOf(suite.model)))
        assert.deepStrictEqual(checkGrammar(parts), [])
        if (generate === undefined) return
        assert.deepStrictEqual(fold(parts, suite.model), yield* generate(requestOf(suite.model)))
      }),
    )

    checkAlone(suite, "the same through the kernel", (scene) =>
      Effect.gen(function* () {
        const whole = yield* scene.ask("generate", sample)
        assert.deepStrictEqual(withoutTrace(yield* scene.ask("stream", sample)), withoutTrace(whole))
      }),
    )

    checkAlone(suite, "a plain request draws no warnings of settings", (scene) =>
      Effect.gen(function* () {
        for (const way of ways) {
          const { warnings } = yield* scene.ask(way, sample)
          // What a provider always has to say of itself is no warning of the request.
          assert.deepStrictEqual(
            warnings.filter(({ type, setting }) => type === "unsupported" || setting !== undefined),
            [],
          )
        }
      }),
    )

    checkAlone(suite, "50 calls at once are all answered alike", (scene) =>
      Effect.gen(function* () {
        const [first, ...rest] = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, index) => ways[index % 2] ?? "generate"),
          (way) => scene.ask(way, sample),
          { concurrency: "unbounded" },
        )
        for (const other of rest) assert.deepStrictEqual(other.content, first?.content)
      }),
    )
    interruption(suite)
  })

const interruption = (suite: ProviderConformance): void => {
  const sample = suite.sample ?? hello
  checkAlone(suite, "a call that is interrupted ends, and the next one works", (scene) =>
    Effect.gen(function* () {
      for (const way of ways) {
        const fiber = yield* Effect.forkChild(scene.ask(way, sample), { startImmediately: true })
        yield* Effect.timeout(Fiber.interrupt(fiber), 2000)
        const exit = yield* Fiber.await(fiber)
        // It may have been done before; if not, it ended as interrupted and in no other way.
        assert.isTrue(Exit.isSuccess(exit) || Exit.hasInterrupts(exit), way)
        yield* scene.ask(way, sample)
      }
    }),
  )

  checkAlone(suite, "a consumer may stop at any part", (scene) =>
    Effect.gen(function* () {
      const all = yield* Stream.runCollect(scene.parts(sample))
      for (let count = 1; count < Math.min(all.length, 12); count++) {
        const some = yield* Effect.timeout(Stream.runCollect(Stream.take(scene.parts(sample), count)), 2000)
        assert.strictEqual(some.length, count)
      }
    }),
  )
}
