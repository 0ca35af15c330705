import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { callOf, failed, failure, generate, historyOf, policyOf, scripted } from "./stubs.ts"

/** Options as an author without types may write them. */
const made = (options: Record<string, unknown>) => plugin.stagedRetry(options)

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.stagedRetry.manifest, {
      name: "@switchyard/retry-staged",
      kind: "retry",
      contract: contracts.retry,
      permissions: ["filesystem"],
    })
    assert.strictEqual(plugin.plugin, plugin.stagedRetry)
  })

  it.effect("composes without options, and fills the one place of its kind", () =>
    Effect.gen(function* () {
      const { plugin: provider, seen } = scripted([failed("ProviderInternal"), "good"])
      yield* generate([provider, plugin.stagedRetry({ baseMs: 0 })])
      assert.strictEqual(seen.length, 2)
      const twice = generate([provider, plugin.stagedRetry(), plugin.stagedRetry()])
      assert.match((yield* Effect.flip(twice)).reason.message, /a stack has one retry/)
    }),
  )

  it.effect("a decision is data: asked again about the same failure of another call, it decides the same", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf({ jitter: "none" })
      const error = failed("Overloaded")
      const decide = policy.next(failure(error), historyOf(error), callOf().context, undefined)
      const other = policy.next(failure(error), historyOf(error), callOf().context, undefined)
      assert.deepStrictEqual(yield* decide, { _tag: "Retry", delayMs: 500 })
      assert.deepStrictEqual(yield* other, { _tag: "Retry", delayMs: 500 })
    }),
  )

  const nonsense: ReadonlyArray<readonly [options: Record<string, unknown>, says: ReadonlyArray<string>]> = [
    [{ baseMs: -1 }, ["baseMs"]],
    [{ capMs: Number.NaN }, ["capMs"]],
    [{ factor: 0.5 }, ["factor"]],
    [{ maxAttempts: 0 }, ["maxAttempts"]],
    [{ maxAttempts: 2.5 }, ["maxAttempts"]],
    [{ maxRetryAfterMs: -5 }, ["maxRetryAfterMs"]],
    [{ jitter: "some" }, ["jitter"]],
    [{ perKind: { RateLimit: 3 } }, ["perKind", "RateLimit", 'did you mean "RateLimited"?']],
    [{ perKind: { Overloaded: -1 } }, ["perKind", "Overloaded"]],
    [{ budget: { capacity: 0, refillPerSecond: 1 } }, ["budget", "capacity"]],
    [{ budget: { capacity: 5, refillPerSecond: 0 } }, ["budget", "refillPerSecond"]],
    [{ strongerModel: "gpt" }, ["strongerModel", "provider/model"]],
    [{ debugToolName: "" }, ["debugToolName"]],
    [{ debugToolName: "x", debugToolMcpConfig: {} }, ["debugToolMcpConfig", "names no server"]],
    [{ debugToolMcpConfig: { mcpServers: { x: { command: "y" } } } }, ["debugToolMcpConfig", "debugToolName"]],
    [
      { debugToolName: "x", debugToolMcpConfig: { mcpServers: { x: { args: ["y"] } } } },
      [
        `must describe the server "x" by an object with a command or a url at ["debugToolMcpConfig"]["mcpServers"]["x"].`,
      ],
    ],
    [{ debugToolName: "x", debugToolMcpConfig: { x: { command: "" } } }, [`at ["debugToolMcpConfig"]["x"]`]],
    [{ maxAttemptsBeforeToolUse: 2 }, ["maxAttemptsBeforeToolUse", "no effect without debugToolName"]],
    [{ maxAttemptsBeforeStrongerModel: 2 }, ["maxAttemptsBeforeStrongerModel", "no effect without strongerModel"]],
    [{ strongerModel: "q/m" }, ["strongerModel", 'the provider "q", which is not installed (installed: p)']],
    [{ maxDebugFileBytes: 10 }, ["maxDebugFileBytes"]],
    [{ maxAttempt: 3 }, ["maxAttempt"]],
    [{ capMs: 10, baseMs: 20 }, ["capMs", "below the base"]],
    [{ baseMs: 30_000 }, ["baseMs", "below the base"]],
    [{ maxAttempts: 5, maxTotalAttempts: 4 }, ["maxTotalAttempts"]],
    [{ maxAttempts: 3, maxAttemptsBeforeHuman: 4 }, ["maxAttemptsBeforeHuman", "never reached", "at most 3"]],
    [{ maxTotalAttempts: 3, maxAttemptsBeforeHuman: 4 }, ["maxAttemptsBeforeHuman", "never reached", "at most 3"]],
    [{ maxAttempts: 2, debugToolName: "x" }, ["maxAttemptsBeforeToolUse", "never reached"]],
    [{ maxAttempts: 3, strongerModel: "q/m" }, ["maxAttemptsBeforeStrongerModel", "never reached"]],
    [{ debugToolName: "x", maxAttemptsBeforeHuman: 2 }, ["maxAttemptsBeforeHuman", "before the tool"]],
    [{ strongerModel: "q/m", maxAttemptsBeforeHuman: 3 }, ["maxAttemptsBeforeHuman"]],
    [
      { debugToolName: "x", strongerModel: "q/m", maxAttemptsBeforeStrongerModel: 1 },
      ["maxAttemptsBeforeStrongerModel", "before the tool"],
    ],
  ]
  it.effect.each(nonsense.map(([options, says]) => ({ options, says, name: JSON.stringify(options) })))(
    "refuses $name when the stack is composed, with the path of the field",
    ({ options, says }) =>
      Effect.gen(function* () {
        const { plugin: provider, seen } = scripted(["good"])
        const stack = compose([provider, made(options)])
        const error = yield* Effect.flip(
          Effect.provide(
            Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" })),
            stack,
          ),
        )
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        for (const said of says) assert.include(error.message, said)
        // One mistake in a configuration of servers is one message.
        if ("debugToolMcpConfig" in options) assert.lengthOf(error.message.match(/ at \["/g) ?? [], 1, error.message)
        assert.strictEqual(seen.length, 0)
      }),
  )

  it.effect("accepts every stage at once, and a person behind a stronger model", () =>
    Effect.gen(function* () {
      const stages = { debugToolName: "x", strongerModel: "q/m", maxAttemptsBeforeHuman: 5 }
      for (const options of [stages, { ...stages, maxAttempts: 4 }, { maxAttempts: 1, maxAttemptsBeforeHuman: 1 }]) {
        const { plugin: provider } = scripted(["good"])
        const { plugin: stronger } = scripted(["good"], "q")
        assert.deepStrictEqual((yield* generate([provider, stronger, made(options)])).warnings, [])
      }
    }),
  )
})
