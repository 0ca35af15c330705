import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, foldCall, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { MemoryCacheControl, memoryCache, plugin } from "../src/index.ts"
import manifest from "../package.json" with { type: "json" }
import { counted, type GivenOptions, plug, provider, request, standing } from "./stubs.ts"

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  assert.deepInclude(memoryCache.manifest, { name: manifest.name, kind: "cache", contract: contracts.cache })
  assert.deepInclude(manifest.switchyard, { kind: "cache", contract: contracts.cache })
  assert.strictEqual(plugin, memoryCache)
})

const refused: ReadonlyArray<readonly [path: string, options: unknown]> = [
  [`["maxEntries"]`, { maxEntries: 0 }],
  [`["maxEntries"]`, { maxEntries: 1.5 }],
  [`["maxBytes"]`, { maxBytes: -1 }],
  [`["maxEntryBytes"]`, { maxBytes: 1000, maxEntryBytes: 2000 }],
  [`["ttlMs"]`, { ttlMs: Number.NaN }],
  [`["ttlMs"]`, { ttlMs: -5 }],
  [`["ttlByModel"]["p/*"]`, { ttlByModel: { "p/*": "1h" } }],
  [`["maxTemperature"]`, { maxTemperature: Infinity }],
  [`["share"]`, { share: "some" }],
  [`["replayCharactersPerSecond"]`, { replayCharactersPerSecond: 0 }],
  [`["joinIdleMs"]`, { joinIdleMs: 0 }],
  [`["persist"]`, { persist: "" }],
  [`["persist"]`, { persist: "postgres://root:pa55@host/db" }],
  [`["persist"]["maxBytes"]`, { persist: { file: "x.sqlite", maxBytes: 0 } }],
  [`["ttl"]`, { ttl: 1 }],
]

describe("options", () => {
  it.effect.each(refused)("%s is refused when the stack is composed", ([path, options]) =>
    Effect.gen(function* () {
      const wrong = memoryCache(options as GivenOptions) // nonsense is what the test is about
      const error = yield* Effect.flip(Effect.scoped(Layer.build(compose([provider().plugin, wrong]))))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, path)
      assert.notInclude(error.message, "pa55")
    }),
  )
})

it.effect("composes without options, and fills the one place of its kind", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const { ask } = yield* standing([one])
    yield* ask()
    yield* ask()
    assert.strictEqual(state.calls, 1)
    const twice = Effect.scoped(Layer.build(compose([one, memoryCache(), memoryCache()])))
    assert.match((yield* Effect.flip(twice)).reason.message, /a stack has one cache/)
  }).pipe(Effect.scoped),
)

it.effect("an answer is the same with it and without, whole and as a stream, at first and again", () =>
  Effect.gen(function* () {
    const { plugin: one } = provider()
    const bare = yield* Effect.provide(
      Kernel.use((kernel) => kernel.generate(request)),
      compose([provider().plugin]),
    )
    const { call, collect } = yield* standing([one])
    const answers = [yield* call(), yield* call(), foldCall(yield* collect())]
    for (const { content, usage, finish, model, provider: from, warnings } of answers) {
      assert.deepStrictEqual(
        { content, usage, finish, model, provider: from, warnings },
        {
          content: bare.content,
          usage: bare.usage,
          finish: bare.finish,
          model: bare.model,
          provider: bare.provider,
          warnings: [],
        },
      )
    }
  }).pipe(Effect.scoped),
)

it.effect("a failure reaches the caller as it is, and so do defects; neither is kept", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const { call, ask, control } = yield* standing([one])
    state.say = () => Effect.die(new TypeError("broken"))
    assert.strictEqual((yield* Effect.flip(call())).reason._tag, "PluginFailure")
    state.say = provider().state.say
    assert.strictEqual(yield* ask(), "answer 2")
    assert.strictEqual((yield* control.stats).entries, 1)
  }).pipe(Effect.scoped),
)

it.effect("interrupting the caller cancels what is underneath, and leaves nothing to follow", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    state.say = () => Effect.never
    const { ask, control } = yield* standing([one])
    const fiber = yield* Effect.forkChild(ask())
    yield* counted(control, ({ misses }) => misses === 1)
    yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    state.say = provider().state.say
    const again = yield* ask()
    assert.strictEqual(again, `answer ${state.calls}`)
    assert.strictEqual((yield* control.stats).joined, 0)
  }).pipe(Effect.scoped),
)

it.effect("what is fetched behind a stale answer ends with the stack", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const scene = Effect.gen(function* () {
      const { ask } = yield* standing([one], { ttlMs: 0, staleWhileRevalidateMs: 1000 })
      yield* ask()
      state.say = () => Effect.never
      assert.strictEqual(yield* ask(), "answer 1")
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
    })
    yield* Effect.scoped(scene)
    assert.deepStrictEqual([state.calls, state.cancelled], [2, 1])
  }),
)

it.effect("two stacks know nothing of each other", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const [first, second] = [yield* standing([one]), yield* standing([one])]
    yield* first.ask()
    yield* second.ask()
    assert.strictEqual(state.calls, 2)
    assert.strictEqual((yield* second.control.stats).hits, 0)
  }).pipe(Effect.scoped),
)

it.effect("without the plugin its service says so", () =>
  Effect.gen(function* () {
    const control = yield* MemoryCacheControl
    const error = yield* Effect.flip(control.invalidate({}))
    assert.include(error.message, "memoryCache()")
    assert.strictEqual((yield* Effect.flip(control.stats)).reason._tag, "NoRoute")
  }),
)

it.effect("middleware of other plugins sees hits as it sees other answers", () =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    const watching = plug("middleware", {
      name: "watching",
      stage: "context",
      response: (response) => Effect.sync(() => (seen.push(textOf(response.content)), response)),
    })
    const { ask } = yield* standing([provider().plugin, watching])
    yield* ask()
    yield* ask()
    assert.deepStrictEqual(seen, ["answer 1", "answer 1"])
  }).pipe(Effect.scoped),
)
