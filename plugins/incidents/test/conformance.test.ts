import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, foldCall, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { incidents, plugin } from "../src/index.ts"
import manifest from "../package.json" with { type: "json" }
import { failed, type GivenOptions, plug, provider, standing } from "./stubs.ts"

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  assert.deepInclude(incidents.manifest, { name: manifest.name, kind: "middleware", contract: contracts.middleware })
  assert.deepInclude(manifest.switchyard, { kind: "middleware", contract: contracts.middleware })
  assert.strictEqual(plugin, incidents)
})

const refused: ReadonlyArray<readonly [path: string, options: unknown]> = [
  [`["policy"]["rate"]`, { policy: { rate: 0 } }],
  [`["policy"]["rate"]`, { policy: { rate: 1.5 } }],
  [`["policy"]["rate"]`, { policy: { rate: Number.NaN } }],
  [`["policy"]["minimumVolume"]`, { policy: { minimumVolume: 0 } }],
  [`["policy"]["windowMs"]`, { policy: { windowMs: -1 } }],
  [`["policy"]["closeRate"]`, { policy: { rate: 0.2, closeRate: 0.5 } }],
  [`["policy"]["quietMs"]`, { policy: { windowMs: 60_000, quietMs: 5000 } }],
  [`["policies"]["billing"]["closeRate"]`, { policies: { billing: { rate: 0.1, closeRate: 0.3 } } }],
  [`["policy"]["thresold"]`, { policy: { thresold: 1 } }],
  [`["webhook"]["url"]`, { webhook: { url: "ftp://host/secret-path" } }],
  [`["webhook"]["url"]`, { webhook: { url: Redacted.make("not a url") } }],
  [`["store"]`, { store: "mysql://root:pa55@host/db" }],
  [`["flushMs"]`, { flushMs: 0 }],
  [`["ignore"]`, { ignore: ["Rate"] }],
  [`["handle"]`, { handle: {} }],
]

describe("options", () => {
  it.effect.each(refused)("%s is refused when the stack is composed", ([path, options]) =>
    Effect.gen(function* () {
      const wrong = incidents(options as GivenOptions) // nonsense is what the test is about
      const error = yield* Effect.flip(Effect.scoped(Layer.build(compose([provider().plugin, wrong]))))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, path)
      assert.notInclude(error.message, "pa55")
      assert.notInclude(error.message, "secret-path")
    }),
  )
})

it.effect("changes nothing of an answer, whole or as a stream", () =>
  Effect.gen(function* () {
    const { plugin: one } = provider()
    const { call, context } = yield* standing([one])
    const bare = yield* Effect.provide(
      Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" })),
      compose([one]),
    )
    const response = yield* call()
    assert.deepStrictEqual([response.content, response.warnings, response.usage], [bare.content, [], bare.usage])
    const streamed = Kernel.use((kernel) => Stream.runCollect(kernel.stream({ model: "p/m", prompt: "hi" })))
    assert.strictEqual(textOf(foldCall(yield* Effect.provide(streamed, context)).content), "fine")
  }).pipe(Effect.scoped),
)

it.effect("a failure reaches the caller as it is without it", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const { call } = yield* standing([one])
    state.error = failed("RateLimited", { retryAfterMs: 7 })
    const error = yield* Effect.flip(call())
    assert.deepInclude(error.reason, { _tag: "RateLimited", retryAfterMs: 7 })
  }).pipe(Effect.scoped),
)

it.effect("an interrupted call is neither success nor failure, and a plugin that dies is a failure", () =>
  Effect.gen(function* () {
    const hanging = plug("provider", {
      id: "h",
      models: ["m", "dead"],
      describe: () => undefined,
      generate: ({ model }) => (model === "dead" ? Effect.die(new TypeError("broken")) : Effect.never),
    })
    const { call, use } = yield* standing([hanging])
    const fiber = yield* Effect.forkChild(call({ model: "h/m", prompt: "hi" }), { startImmediately: true })
    yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    assert.deepStrictEqual(yield* use((service) => service.aggregates()), [])
    yield* Effect.exit(call({ model: "h/dead", prompt: "hi" }))
    const [one] = yield* use((service) => service.aggregates({ component: "provider" }))
    assert.deepInclude(one, { kind: "PluginFailure", category: "code", count: 1, rate: 1 })
  }).pipe(Effect.scoped),
)

it.effect("two stacks know nothing of each other", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const [first, second] = [yield* standing([one]), yield* standing([one])]
    state.error = failed("Network")
    yield* Effect.exit(first.call())
    assert.deepStrictEqual(yield* second.use((service) => service.aggregates()), [])
  }).pipe(Effect.scoped),
)
