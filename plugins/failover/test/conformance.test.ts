import { assert, it } from "@effect/vitest"
import { contracts, foldCall, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { failover, plugin } from "../src/index.ts"
import { collect, fails, generate, request, says, scripted, stack } from "./stubs.ts"

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  assert.deepInclude(failover.manifest, {
    name: "@switchyard/failover",
    kind: "failover",
    contract: contracts.failover,
  })
  assert.strictEqual(plugin, failover)
})

it.effect("one function serves generate, stream and embed", () =>
  Effect.gen(function* () {
    const vectors = {
      vectors: [new Float32Array([1])],
      dimensions: 1,
      model: "m",
      usage: { input: { total: 1 }, output: {} },
    }
    const embed = () => Effect.succeed(vectors)
    const layer = stack([scripted("a", fails()).plugin, scripted("b", says("b"), { embed }).plugin])
    const whole = yield* Effect.provide(generate(), layer)
    const flowed = foldCall(yield* Effect.provide(collect(), layer))
    const held = foldCall(yield* Effect.provide(collect({ ...request, policy: { stream: "hold" } }), layer))
    for (const { content, provider } of [whole, flowed, held]) {
      assert.deepStrictEqual([textOf(content), provider], ["b", "b"])
    }
    const embedded = Kernel.use((kernel) => kernel.embed({ model: "two", inputs: ["x"] }))
    assert.strictEqual((yield* Effect.provide(embedded, layer)).provider, "b")
  }),
)

it.effect("with nothing to do it changes nothing, and says nothing", () =>
  Effect.gen(function* () {
    const response = yield* Effect.provide(
      generate(),
      stack([scripted("a", says("a")).plugin, scripted("b", says("b")).plugin]),
    )
    assert.strictEqual(response.provider, "a")
    assert.isUndefined(response.degraded)
    assert.deepStrictEqual([response.warnings, response.route.decisions], [[], []])
  }),
)

it.effect("a stack of its own knows nothing of another's failures", () =>
  Effect.gen(function* () {
    const a = scripted("a", fails())
    const layers = [stack([a.plugin]), stack([a.plugin])]
    for (const layer of layers) {
      const calls = Array.from({ length: 10 }, () => Effect.flip(generate({ ...request, model: "one" })))
      yield* Effect.provide(Effect.all(calls), layer)
    }
    assert.strictEqual(a.calls, 20)
  }),
)
