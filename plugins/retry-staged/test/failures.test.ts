import { assert, describe, it } from "@effect/vitest"
import { LlmError, reasonTags, type ReasonTag } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { stagedRetry } from "../src/index.ts"
import {
  callOf,
  failed,
  failure,
  generate,
  historyOf,
  judged,
  type Options,
  plug,
  policyOf,
  request,
  scripted,
} from "./stubs.ts"

/** How many requests a call sends that fails in this way for ever. */
const requestsFor = Effect.fnUntraced(function* (error: LlmError, options: Options = {}) {
  const { plugin, seen } = scripted([error])
  const call = generate([plugin, stagedRetry({ baseMs: 0, ...options })])
  const reason = (yield* Effect.flip(call)).reason._tag
  return [seen.length, reason] as const
})

/** What each kind needs besides a message. */
const details: Partial<Record<ReasonTag, Record<string, unknown>>> = {
  Timeout: { phase: "first-content", ms: 5 },
  Truncated: { partial: { content: [], usage: { input: {}, output: {} } } },
  Unsupported: { feature: "x" },
  ToolFailed: { tool: "x" },
  AllCandidatesFailed: { attempts: [] },
  PluginIncompatible: { plugin: "x" },
  PluginFailure: { plugin: "x" },
}

describe("which failures are tried again", () => {
  const retried: Partial<Record<ReasonTag, number>> = {
    RateLimited: 3,
    Overloaded: 2,
    ProviderInternal: 2,
    Network: 2,
    InvalidResponse: 2,
    EmptyResponse: 2,
    Truncated: 2,
  }
  it.effect.each(reasonTags.filter((tag) => tag !== "OutputInvalid").map((tag) => ({ tag, times: retried[tag] ?? 1 })))(
    "$tag: $times requests",
    ({ tag, times }) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* requestsFor(failed(tag, details[tag])), [times, tag])
      }),
  )

  it.effect("perKind changes that, in both directions", () =>
    Effect.gen(function* () {
      const perKind = { RateLimited: 0, Overloaded: 4, ContentFiltered: 1 }
      const options = { perKind, maxAttempts: 10 }
      assert.strictEqual((yield* requestsFor(failed("RateLimited"), options))[0], 1)
      assert.strictEqual((yield* requestsFor(failed("Overloaded"), options))[0], 5)
      assert.strictEqual((yield* requestsFor(failed("ContentFiltered"), options))[0], 2)
      assert.strictEqual((yield* requestsFor(failed("Network"), options))[0], 2)
    }),
  )

  it.effect("what the failure itself says of its recovery goes first", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* requestsFor(failed("Overloaded", { recovery: "none" })))[0], 1)
      assert.strictEqual((yield* requestsFor(failed("Forbidden", { recovery: "retry" })))[0], 2)
      assert.strictEqual((yield* requestsFor(failed("RateLimited", { recovery: "failover" })))[0], 1)
    }),
  )

  it.effect("a stream that was cut because its provider fell silent is left like a silent one", () =>
    Effect.gen(function* () {
      const because = failed("Timeout", { phase: "idle", ms: 5 } as never).reason
      const cut = failed("Truncated", { ...details.Truncated, because } as never)
      assert.strictEqual((yield* requestsFor(cut))[0], 1)
    }),
  )
})

describe("bounds", () => {
  it.effect("maxAttempts counts at one candidate, whatever the kinds; maxTotalAttempts counts all", () =>
    Effect.gen(function* () {
      const mixed = [failed("RateLimited"), failed("Overloaded"), failed("RateLimited"), failed("Network")]
      const all = { perKind: { RateLimited: 9, Overloaded: 9, Network: 9 }, baseMs: 0 }
      const one = scripted(mixed)
      yield* Effect.flip(generate([one.plugin, stagedRetry({ ...all, maxAttempts: 3 })]))
      assert.strictEqual(one.seen.length, 3)
      const both = [scripted(mixed, "p"), scripted(mixed, "q")] as const
      const failover = plug("failover", {
        run: ([first], dispatch) =>
          Effect.catchTag(dispatch(first), "LlmError", () => dispatch({ provider: "q", model: "m" })),
        rescue: () => Effect.succeed({ _tag: "Fail" }),
      })
      const plugins = [both[0].plugin, both[1].plugin, failover]
      yield* Effect.flip(generate([...plugins, stagedRetry({ ...all, maxAttempts: 3, maxTotalAttempts: 5 })]))
      assert.deepStrictEqual([both[0].seen.length, both[1].seen.length], [3, 2])
    }),
  )

  it.effect("attempts that were given up count for nothing", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf({ maxAttempts: 2, baseMs: 0 })
      const error = failed("Overloaded")
      const history = historyOf(error).flatMap((trace) => [{ ...trace, outcome: "cancelled" as const }, trace])
      const decision = yield* policy.next(failure(error), history, callOf().context, undefined)
      assert.strictEqual(decision._tag, "Retry")
    }),
  )

  it.effect("no wait begins that would end after the deadline, and it spends none of the budget", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf({ budget: { capacity: 1, refillPerSecond: 0.001 }, jitter: "none", baseMs: 100 })
      const error = failed("Overloaded")
      const { context, decisions } = callOf(100)
      assert.deepStrictEqual(yield* policy.next(failure(error), historyOf(error), context, undefined), { _tag: "Stop" })
      assert.deepStrictEqual(decisions, ["not again: the next attempt would start after the deadline"])
      const later = yield* policy.next(failure(error), historyOf(error), callOf(101).context, undefined)
      assert.strictEqual(later._tag, "Retry")
    }),
  )

  it.effect("the waits are real time of the call, and the trace says why", () =>
    Effect.gen(function* () {
      const { plugin } = scripted([failed("RateLimited"), failed("RateLimited"), "good"])
      const options = { jitter: "none", baseMs: 1000, factor: 3 } as const
      const fiber = yield* Effect.forkChild(generate([plugin, stagedRetry(options)]))
      yield* TestClock.adjust(3999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      const { route } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        route.decisions.map(({ atMs, what }) => [atMs, what]),
        [
          [0, "RateLimited may pass by itself"],
          [0, "p/m again in 1000 ms"],
          [1000, "RateLimited may pass by itself"],
          [1000, "p/m again in 3000 ms"],
        ],
      )
    }),
  )

  it.effect("embeddings are retried by the same rules", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf()
      const error = failed("Overloaded")
      const decision = yield* policy.next(failure(error), historyOf(error), callOf().context, undefined)
      assert.strictEqual(decision._tag, "Retry")
    }),
  )

  it.effect("a call that succeeds never asks the policy", () =>
    Effect.gen(function* () {
      const { plugin } = scripted(["good"])
      for (const input of [request, judged]) {
        const judging = plug("validator", {
          names: ["v"],
          make: () => Effect.succeed({ validate: () => Effect.succeed({ ok: true, score: 1, issues: [] }) }),
        })
        const { route } = yield* generate([plugin, judging, stagedRetry()], input)
        assert.deepStrictEqual(route.decisions, [])
      }
    }),
  )
})
