import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, foldCall, Kernel, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { plugin, usage } from "../src/index.ts"
import manifest from "../package.json" with { type: "json" }
import { failed, type GivenOptions, info, plug, provider, standing } from "./stubs.ts"

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  assert.deepInclude(usage.manifest, { name: manifest.name, kind: "middleware", contract: contracts.middleware })
  assert.deepInclude(manifest.switchyard, { kind: "middleware", contract: contracts.middleware })
  assert.strictEqual(plugin, usage)
})

const day = "day" as const
const refused: ReadonlyArray<readonly [path: string, options: unknown]> = [
  [`["budgets"][0]["limit"]["usd"]`, { budgets: [{ limit: { usd: -1 }, per: day }] }],
  [
    `["budgets"][1]["limit"]["tokens"]`,
    {
      budgets: [
        { limit: { usd: 1 }, per: day },
        { limit: { tokens: -5 }, per: day },
      ],
    },
  ],
  [`["budgets"][0]["limit"]["calls"]`, { budgets: [{ limit: { calls: 1.5 }, per: day }] }],
  [`["budgets"][0]["limit"]["usd"]`, { budgets: [{ limit: { usd: Number.NaN }, per: day }] }],
  [`["budgets"][0]["per"]`, { budgets: [{ limit: { usd: 1 }, per: "week" }] }],
  [`["budgets"][0]["per"]`, { budgets: [{ limit: { usd: 1 } }] }],
  [`["budgets"][0]["alertAt"][0]`, { budgets: [{ limit: { usd: 1 }, per: day, alertAt: [80] }] }],
  [
    `["budgets"][1]["name"]`,
    {
      budgets: [
        { limit: { usd: 1 }, per: day },
        { limit: { usd: 2 }, per: day },
      ],
    },
  ],
  [`["budgets"][0]["downgrade"]`, { budgets: [{ limit: { usd: 1 }, per: day, downgrade: "p/m" }] }],
  [`["rateLimits"]["p"]["rpm"]`, { rateLimits: { p: { rpm: 0 } } }],
  [`["rateLimits"]["p"]["rmp"]`, { rateLimits: { p: { rmp: 5 } } }],
  [`["redis"]["url"]`, { redis: { url: "http://user:pa55@host" } }],
  [`["redis"]["whenAway"]`, { redis: { url: "redis://host", whenAway: "open" } }],
  [`["reservation"]["margin"]`, { reservation: { margin: 0.5 } }],
  [`["webhook"]["url"]`, { webhook: { url: Redacted.make("ftp://host/secret-path") } }],
  [`["store"]`, { store: "mysql://root:pa55@host/db" }],
  [`["handle"]`, { handle: {} }],
]

describe("options", () => {
  it.effect.each(refused)("%s is refused when the stack is composed", ([path, options]) =>
    Effect.gen(function* () {
      const wrong = usage(options as GivenOptions) // nonsense is what the test is about
      const error = yield* Effect.flip(Effect.scoped(Layer.build(compose([provider().plugin, wrong]))))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, path)
      assert.notInclude(error.message, "pa55")
      assert.notInclude(error.message, "secret-path")
    }),
  )

  const known = (id: string, model: string) =>
    model === "m" || model === "cheap" ? info(id === "q" ? {} : dear) : undefined
  const stackOf = (budget: object) => {
    const providers = ["p", "q"].map((id) => provider(id, (model) => known(id, model)).plugin)
    const options = {
      store: ":memory:",
      budgets: [
        { limit: { usd: 1 }, per: day },
        { per: "hour", ...budget },
      ],
    }
    return Effect.scoped(Layer.build(compose([...providers, usage(options as GivenOptions)])))
  }
  const dear = { price: { input: 5, output: 5 } }
  const wrongTargets: ReadonlyArray<readonly [what: string, budget: object]> = [
    [`must be "provider/model", and is "cheap"`, { limit: { usd: 1 }, onExceeded: { downgrade: "cheap" } }],
    [
      `"oppenai", which is not installed (installed: p, q)`,
      { limit: { calls: 1 }, onExceeded: { downgrade: "oppenai/m" } },
    ],
    [`(did you mean "p/cheap"?)`, { limit: { tokens: 1 }, onExceeded: { downgrade: "p/cheep" } }],
    ["costs no less than p/m", { limit: { usd: 1 }, match: { model: "p/m" }, onExceeded: { downgrade: "p/cheap" } }],
  ]

  it.effect.each(wrongTargets)(
    "a downgrade that leads nowhere is refused when the stack is composed: %s",
    ([what, budget]) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(stackOf(budget))
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "budgets[1].onExceeded.downgrade" })
        assert.include(error.message, what)
      }),
  )

  it.effect("a downgrade to a cheaper model, or where prices say nothing, is taken", () =>
    Effect.gen(function* () {
      const onExceeded = { downgrade: "q/cheap" }
      yield* stackOf({ limit: { usd: 1 }, match: { model: "p/m" }, onExceeded })
      yield* stackOf({ limit: { tokens: 1 }, match: { model: "q/m" }, onExceeded })
      yield* stackOf({ limit: { usd: 1 }, match: { model: "q/*" }, onExceeded })
    }),
  )

  it.effect("budgets whose ledger cannot be read fail the stack: a restart would be a new budget", () =>
    Effect.gen(function* () {
      const blind = usage({ store: "/dev/null/usage.sqlite", budgets: [{ limit: { usd: 1 }, per: "day" }] })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(compose([provider().plugin, blind]))))
      assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "store" })
    }),
  )
})

it.effect("changes nothing of an answer but its cost, whole or as a stream", () =>
  Effect.gen(function* () {
    const { plugin: one } = provider()
    const { call } = yield* standing([one])
    const bare = yield* Effect.provide(
      Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" })),
      compose([one]),
    )
    const response = yield* call()
    assert.deepStrictEqual([response.content, response.warnings], [bare.content, []])
    assert.deepStrictEqual(response.usage, { ...bare.usage, cost: { amount: 0.00005, currency: "USD" } })
    const held = yield* standing([one])
    const streamed = yield* Stream.runCollect(held.stream({ policy: { stream: "hold" } }))
    assert.strictEqual(textOf(foldCall(streamed).content), "fine")
  }).pipe(Effect.scoped),
)

it.effect("a failure reaches the caller as it is without it", () =>
  Effect.gen(function* () {
    const { plugin: one, state } = provider()
    const { call } = yield* standing([one])
    state.generate = () => Effect.fail(failed("RateLimited", { retryAfterMs: 7 }))
    const error = yield* Effect.flip(call())
    assert.deepInclude(error.reason, { _tag: "RateLimited", retryAfterMs: 7 })
  }).pipe(Effect.scoped),
)

it.effect("an interrupted call holds nothing and is on the ledger; a plugin that dies is a failure", () =>
  Effect.gen(function* () {
    const hanging = plug("provider", {
      id: "h",
      models: ["m", "dead"],
      describe: (model) => {
        if (model === "dead") throw new TypeError("no description")
        return undefined
      },
      generate: ({ model }) => (model === "dead" ? Effect.die(new TypeError("broken")) : Effect.never),
    })
    const { call, use } = yield* standing([hanging], { budgets: [{ limit: { tokens: 1e6 }, per: "day" }] })
    const fiber = yield* Effect.forkChild(call({ model: "h/m" }), { startImmediately: true })
    yield* Effect.yieldNow
    yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    const [status] = yield* use((tracker) => tracker.budgets())
    assert.strictEqual(status?.held, 0)
    const error = yield* Effect.flip(call({ model: "h/dead" }))
    assert.strictEqual(error.reason._tag, "PluginFailure")
    assert.strictEqual((yield* use((tracker) => tracker.budgets()))[0]?.held, 0)
  }).pipe(Effect.scoped),
)

it.effect("two stacks know nothing of each other", () =>
  Effect.gen(function* () {
    const { plugin: one } = provider()
    const options = { budgets: [{ limit: { calls: 1 }, per: day }] }
    const [first, second] = [yield* standing([one], options), yield* standing([one], options)]
    yield* first.call()
    assert.deepStrictEqual(yield* second.use((tracker) => tracker.usageStats()), [])
    yield* second.call()
  }).pipe(Effect.scoped),
)
