import { assert, describe, it } from "@effect/vitest"
import { type EmbedRequest, tellHeaders, type Usage } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { countTokens } from "gpt-tokenizer/encoding/cl100k_base"
import type { BudgetAlert } from "../src/index.ts"
import { textsOf } from "./shared.ts"
import { failed, info, plug, provider, standing, upstreamProvider, used, vectors } from "./stubs.ts"

const day = (limit: { readonly tokens: number } | { readonly usd: number } | { readonly calls: number }) => ({
  name: "b",
  limit,
  per: "day" as const,
})
/** Counts are exact, and nothing is loaded while the clock is moved. */
const exact = { preload: ["cl100k_base"], encodings: { "p/m": "cl100k_base" } } as const
const words = (count: number): string => "the".concat(" the".repeat(count - 1))
const started = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })
const nothingSaid: Usage = { input: {}, output: {} }

describe("an embedding under budgets", () => {
  it.effect("is held by what is sent, and settled by what was reported", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const budgets = [day({ tokens: 1000 }), { ...day({ usd: 1 }), name: "u" }, { ...day({ calls: 5 }), name: "c" }]
      const { embed, use } = yield* standing([plugin], { budgets, tokens: exact })
      const status = Effect.map(
        use((usage) => usage.budgets()),
        (all) => all.map((one) => [one.held, one.used]),
      )
      let during: ReadonlyArray<ReadonlyArray<number>> = []
      state.embed = (request) =>
        Effect.map(status, (now) => {
          during = now
          return vectors(request, { input: used(290, 0).input, output: {} })
        })
      yield* embed({ inputs: [words(100), words(200)] })
      assert.deepStrictEqual(during, [
        [300, 0],
        [0.0003, 0],
        [1, 0],
      ])
      assert.deepStrictEqual(yield* status, [
        [0, 290],
        [0, 0.00029],
        [0, 1],
      ])
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.deepInclude(sum, { attempts: 1, failed: 0, inputTokens: 290, outputTokens: 0, estimated: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect.each([
    ["tokens", { tokens: 100 }],
    ["usd", { usd: 0.0001 }],
    ["calls", { calls: 1 }],
  ] as const)("%s: without room it is refused before it is sent, and leaves no trace on the account", ([, limit]) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { embed, use } = yield* standing([plugin], { budgets: [day(limit)], tokens: exact })
      state.embed = (request) => Effect.succeed(vectors(request, used(60, 0)))
      yield* embed({ inputs: [words(60)] })
      const error = yield* Effect.flip(embed({ inputs: [words(60)] }))
      assert.deepInclude(error.reason, { _tag: "BudgetExceeded", limit: "b", retryAfterMs: 86_400_000 })
      assert.strictEqual(error.context.operation, "embed")
      assert.strictEqual(state.calls, 1)
      const [status] = yield* use((usage) => usage.budgets())
      assert.strictEqual(status?.held, 0)
      assert.strictEqual((yield* use((usage) => usage.usageStats()))[0]?.attempts, 1)
      yield* TestClock.adjust("1 day")
      yield* embed({ inputs: [words(60)] })
      assert.strictEqual(state.calls, 2)
    }).pipe(Effect.scoped),
  )

  it.effect("a count that is not exact is raised by the margin, and learns from what is reported", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { embed, use } = yield* standing([plugin], { budgets: [day({ tokens: 1e6 })] })
      const held: Array<number> = []
      state.embed = (request) =>
        Effect.map(
          use((usage) => usage.budgets()),
          ([one]) => {
            held.push(one?.held ?? 0)
            return vectors(request, used(800, 0))
          },
        )
      for (let round = 0; round < 5; round++) yield* embed({ inputs: [words(1000)] })
      assert.deepStrictEqual(held.slice(0, 3), [1500, 1500, 1500])
      assert.strictEqual(held[4], 1200)
    }).pipe(Effect.scoped),
  )

  it.effect("what a refused one, one without usage, a broken and a left one cost; one row for each", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { embed, use } = yield* standing([plugin], { budgets: [day({ tokens: 10_000 })], tokens: exact })
      const costs = Effect.fnUntraced(function* (send: Effect.Effect<unknown>) {
        const [before] = yield* use((usage) => usage.budgets())
        yield* send
        const [after] = yield* use((usage) => usage.budgets())
        assert.strictEqual(after?.held, 0)
        return (after?.used ?? 0) - (before?.used ?? 0)
      })
      const one = Effect.exit(embed({ inputs: [words(100)] }))
      state.embed = () => Effect.fail(failed("Overloaded", { http: { status: 503 } }))
      assert.strictEqual(yield* costs(one), 0)
      state.embed = (request) => Effect.succeed(vectors(request, nothingSaid))
      assert.strictEqual(yield* costs(one), 100)
      state.embed = () => Effect.fail(failed("Network", { code: "ECONNRESET" }))
      assert.strictEqual(yield* costs(one), 100)
      state.embed = () => Effect.never
      assert.strictEqual(yield* costs(Effect.flatMap(started(one), Fiber.interrupt)), 100)
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.deepInclude(sum, { calls: 4, attempts: 4, failed: 2, inputTokens: 300, reserved: 2, estimated: 3 })
    }).pipe(Effect.scoped),
  )

  it.effect("each attempt of a retry is reserved and written down by itself", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const again = plug("retry", { next: () => Effect.succeed({ _tag: "Retry", delayMs: 0 }) })
      const { embed, use } = yield* standing([plugin, again], { budgets: [day({ calls: 5 })] })
      state.embed = (request, calls) =>
        calls < 3 ? Effect.fail(failed("Overloaded")) : Effect.succeed(vectors(request, used(7, 0)))
      yield* embed({ tenant: "t", tags: { team: "x" } })
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], { used: 3, held: 0 })
      const [sum] = yield* use((usage) => usage.usageStats({ by: ["tenant", "tag"] }))
      assert.deepInclude(sum, {
        group: { tenant: "t", tag: "team=x" },
        calls: 1,
        attempts: 3,
        failed: 2,
        inputTokens: 7,
      })
    }).pipe(Effect.scoped),
  )

  it.effect(
    "a budget in USD refuses a model without a price; one that downgrades answers only refuses embeddings",
    () =>
      Effect.gen(function* () {
        const { price: _, ...unpriced } = info()
        const { plugin, state } = provider("q", () => unpriced)
        const { embed } = yield* standing([plugin], { budgets: [day({ usd: 1 })] })
        const error = yield* Effect.flip(embed({ model: "q/m" }))
        assert.include(error.message, "no price is known of q/m")
        assert.strictEqual(state.calls, 0)
        const priced = provider()
        const onExceeded = { downgrade: "p/cheap" }
        const cheaper = yield* standing([priced.plugin], { budgets: [{ ...day({ calls: 0 }), onExceeded }] })
        assert.strictEqual((yield* Effect.flip(cheaper.embed())).reason._tag, "BudgetExceeded")
        assert.strictEqual(priced.state.calls, 0)
      }).pipe(Effect.scoped),
  )

  it.effect("tells of a share that is passed, once", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const alerts: Array<BudgetAlert> = []
      const budgets = [{ ...day({ calls: 4 }), alertAt: [0.5] }]
      const { embed } = yield* standing([plugin], { budgets, onAlert: (alert) => void alerts.push(alert) })
      yield* Effect.all([embed(), embed(), embed()])
      assert.deepStrictEqual(
        alerts.map(({ name, share }) => [name, share]),
        [["b", 0.5]],
      )
    }).pipe(Effect.scoped),
  )

  it.live("no hundred at once overshoot it, by the upstream's own count", () =>
    Effect.gen(function* () {
      const upstream = yield* Effect.acquireRelease(
        Effect.promise(() => startUpstream()),
        (running) => Effect.promise(() => running.close()),
      )
      let counted = 0
      upstream.always(({ body, index }) => {
        if (index % 7 === 3) return { fault: { status: 503 } }
        const input = [body["input"]].flat().reduce<number>((sum, text) => sum + countTokens(String(text)), 0)
        counted += input
        return { usage: { input, output: 0 }, fault: { delayMs: 5 } }
      })
      const limit = 2000
      const { embed, use } = yield* standing([upstreamProvider(upstream.baseURL)], {
        budgets: [{ limit: { tokens: limit }, per: "lifetime" }],
        tokens: exact,
      })
      const all = Array.from({ length: 100 }, (_, index) => Effect.result(embed({ inputs: textsOf(index) })))
      const results = yield* Effect.all(all, { concurrency: "unbounded" })
      const tags = results.map((one) => (one._tag === "Success" ? "answered" : one.failure.reason._tag))
      assert.isAbove(tags.filter((tag) => tag === "BudgetExceeded").length, 10)
      assert.isAbove(tags.filter((tag) => tag === "answered").length, 10)
      assert.isAtMost(counted, limit)
      const [status] = yield* use((usage) => usage.budgets())
      assert.deepInclude(status, { used: counted, held: 0 })
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.deepInclude(sum, { attempts: upstream.requests.length, inputTokens: counted })
    }).pipe(Effect.scoped),
  )
})

describe("an embedding at rate limits", () => {
  it.effect("rpm: embeddings and answers share one", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call, embed } = yield* standing([plugin], {
        rateLimits: { p: { rpm: 2, maxWaitMs: 120_000 } },
        tokens: exact,
      })
      yield* call()
      yield* embed()
      const third = yield* started(embed())
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(state.calls, 2)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(third)
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.scoped),
  )

  it.effect("tpm: what is sent counts; without a turn in time it fails and holds nothing", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { embed, use } = yield* standing([plugin], {
        rateLimits: { "p/m": { tpm: 1000, maxWaitMs: 20_000 } },
        budgets: [day({ tokens: 1e6 })],
        tokens: exact,
      })
      const one = embed({ inputs: [words(450), words(450)] })
      yield* one
      const late = yield* started(Effect.flip(one))
      yield* TestClock.adjust("20 seconds")
      const error = yield* Fiber.join(late)
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.include(error.message, "no turn within 20000 ms at the rate limits of p/m")
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], { used: 7, held: 0 })
      assert.strictEqual(state.calls, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("concurrent: who leaves frees the place", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      let [under, most] = [0, 0]
      state.embed = (request: EmbedRequest) =>
        Effect.ensuring(
          Effect.suspend(() => {
            most = Math.max(most, ++under)
            return Effect.delay(Effect.succeed(vectors(request, used(1, 0))), "1 second")
          }),
          Effect.sync(() => void under--),
        )
      const { embed } = yield* standing([plugin], { rateLimits: { p: { concurrent: 2 } }, tokens: exact })
      const [first, ...rest] = yield* Effect.forEach([0, 1, 2, 3, 4], () => started(embed()))
      yield* TestClock.adjust("500 millis")
      if (first !== undefined) yield* Fiber.interrupt(first)
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach(rest, Fiber.join)
      assert.deepStrictEqual([under, most, state.calls], [0, 2, 5])
    }).pipe(Effect.scoped),
  )

  it.effect("what headers say is left, and what a refusal asks for, hold for the embeddings that come", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.embed = (request, calls) =>
        Effect.gen(function* () {
          if (calls === 2) return yield* failed("RateLimited", { retryAfterMs: 20_000 })
          const tell = yield* tellHeaders
          const left = { limit: "10", remaining: calls === 1 ? "0" : "10", reset: calls === 1 ? "1m0s" : "0s" }
          tell(Object.entries(left).map(([what, value]) => [`x-ratelimit-${what}-requests`, value]))
          return vectors(request, used(1, 0))
        })
      const { embed } = yield* standing([plugin], { rateLimits: { p: { maxWaitMs: 120_000 } }, tokens: exact })
      yield* embed()
      // Full again in a minute: one request every 6 s.
      const second = yield* started(Effect.flip(embed()))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(state.calls, 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(second)).reason._tag, "RateLimited")
      const third = yield* started(embed())
      yield* TestClock.adjust("18 seconds")
      assert.strictEqual(state.calls, 2)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(third)
      assert.strictEqual(state.calls, 3)
    }).pipe(Effect.scoped),
  )
})
