import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { TokenCounter } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { UsageTracker } from "../src/index.ts"
import { answer, plug, provider, standing, until, used } from "./stubs.ts"

interface Posted {
  readonly event: string
  readonly budget: { readonly share: number }
}

/** A webhook that keeps what it is sent. */
const webhookServer = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ url: string; posted: Array<Posted>; close: () => void }>((resolve) => {
        const posted: Array<Posted> = []
        const server = createServer((request, response) => {
          let text = ""
          request.setEncoding("utf8").on("data", (piece: string) => (text += piece))
          request.on("end", () => {
            posted.push(JSON.parse(text))
            response.writeHead(204).end()
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resolve({ url: `http://127.0.0.1:${port}/hooks/T0PSECRET`, posted, close })
        })
      }),
  ),
  ({ close }) => Effect.sync(close),
)

describe("what is on the accounts", () => {
  it.effect("an answer from a cache costs nothing, and is on the ledger", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const hit = { _tag: "Whole", response: answer("kept") } as const
      const cache = plug("cache", {
        lookup: () => Effect.succeed({ answer: hit, provider: "p", cached: { kind: "test", ageMs: 1 } }),
        store: () => Effect.void,
        invalidate: () => Effect.succeed(0),
        stats: Effect.succeed({ hits: 0, misses: 0, evictions: 0, entries: 0, bytes: 0 }),
      })
      const { call, use } = yield* standing([plugin, cache], { budgets: [{ limit: { usd: 0 }, per: "day" }] })
      yield* call({ tenant: "t" })
      assert.strictEqual(state.calls, 0)
      const [sum] = yield* use((usage) => usage.usageStats({ by: "tenant" }))
      assert.deepInclude(sum, { group: { tenant: "t" }, calls: 1, cached: 1, usd: 0, unpriced: 0, inputTokens: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect("each request of a tool loop is reserved and counted by itself", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const loop = plug("middleware", {
        name: "loop",
        stage: "tools",
        attempt: (request, _, next) => Effect.andThen(next(request), next(request)),
      })
      const budgets = [{ limit: { calls: 3 }, per: "day" as const }]
      const { call, use } = yield* standing([plugin, loop], { budgets })
      yield* call()
      assert.strictEqual((yield* Effect.flip(call())).reason._tag, "BudgetExceeded")
      const [status] = yield* use((usage) => usage.budgets())
      assert.deepInclude(status, { used: 3, held: 0 })
      const [sum] = yield* use((usage) => usage.usageStats())
      assert.deepInclude(sum, { attempts: 2, failed: 1, inputTokens: 30, outputTokens: 60 })
    }).pipe(Effect.scoped),
  )

  it.effect("calls within calls count for the same tenant and tags; embeddings count too", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const asking = plug("middleware", {
        name: "asking",
        stage: "quality",
        response: (response, _, context) =>
          context.depth > 0
            ? Effect.succeed(response)
            : Effect.as(context.ask({ model: "p/cheap", prompt: "?" }), response),
      })
      const budgets = [{ limit: { tokens: 10_000 }, per: "day" as const, by: "tenant" as const }]
      const { call, embed, use } = yield* standing([plugin, asking], { budgets })
      yield* call({ tenant: "t", tags: { team: "x" } })
      const sums = yield* use((usage) => usage.usageStats({ by: ["model", "tenant", "tag"] }))
      assert.deepStrictEqual(
        sums.map(({ group, attempts }) => [group, attempts]),
        [
          [{ model: "p/cheap", tenant: "t", tag: "team=x" }, 1],
          [{ model: "p/m", tenant: "t", tag: "team=x" }, 1],
        ],
      )
      yield* embed({ tenant: "t" })
      assert.strictEqual((yield* use((usage) => usage.budgets({ tenant: "t" })))[0]?.used, 67)
    }).pipe(Effect.scoped),
  )

  it.effect(
    "a cost that the provider reports is taken as it is; a price of one's own comes before the provider's",
    () =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const cost = { amount: 0.7, currency: "USD" }
        const { call, use } = yield* standing([plugin], {
          prices: { overrides: { "p/m": { input: 1e6, output: 1e6 } } },
        })
        state.generate = () => Effect.succeed(answer("fine", { ...used(1, 1), cost }))
        assert.deepStrictEqual((yield* call()).usage.cost, cost)
        assert.strictEqual((yield* use((usage) => usage.usageStats()))[0]?.usd, 0.7)
        state.generate = () => Effect.succeed(answer("fine", used(1, 1)))
        assert.deepStrictEqual((yield* call()).usage.cost, { amount: 2, currency: "USD" })
      }).pipe(Effect.scoped),
  )

  it.effect("the stack's context has the tracker and the token counter", () =>
    Effect.gen(function* () {
      const { context } = yield* standing([provider().plugin])
      const tracker = yield* Effect.provide(UsageTracker, context)
      yield* tracker.trackUsage({ provider: "q", model: "n", usage: used(1, 1), usd: 2 })
      assert.strictEqual((yield* tracker.usageStats())[0]?.usd, 2)
      const counter = yield* Effect.provide(TokenCounter, context)
      assert.isAbove(counter.count("hello", "openai/gpt-5").tokens, 0)
    }).pipe(Effect.scoped),
  )

  it.live("an alert reaches the webhook and the metric; one that nobody takes costs no call anything", () =>
    Effect.gen(function* () {
      const { url, posted } = yield* webhookServer
      const { plugin } = provider()
      const budgets = [{ name: "b", limit: { calls: 2 }, per: "lifetime" as const, alertAt: [0.5] }]
      const { call } = yield* standing([plugin], { budgets, webhook: { url } })
      yield* call()
      yield* until(() => posted.length === 1)
      assert.strictEqual(posted[0]?.event, "budget")
      assert.strictEqual(posted[0]?.budget.share, 0.5)
      const metrics = yield* Metric.snapshot
      assert.isTrue(metrics.some(({ id }) => id === "switchyard_budget_alerts_total"))
      const silent = yield* standing([plugin], { budgets, webhook: { url: "http://127.0.0.1:1/x", timeoutMs: 100 } })
      yield* silent.call()
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map())),
  )
})
