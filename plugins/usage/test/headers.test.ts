import { assert, describe, it } from "@effect/vitest"
import { type AttemptTrace, type SettledDetail, tellHeaders } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { answer, type GivenOptions, plug, provider, standing, upstreamProvider } from "./stubs.ts"

type Told = Readonly<Record<string, string>>

/** A provider whose answers begin with what `headers` gives, and end a second later. */
const telling = (headers: (calls: number) => Told, takes = 1000) => {
  const { plugin, state } = provider()
  const startedAt: Array<number> = []
  state.generate = (calls) =>
    Effect.gen(function* () {
      startedAt.push(yield* Effect.clockWith((clock) => clock.currentTimeMillis))
      const tell = yield* tellHeaders
      tell(Object.entries(headers(calls)))
      return yield* Effect.delay(Effect.succeed(answer("fine")), takes)
    })
  return { plugin, startedAt }
}

/** So that nothing is loaded while the clock is moved. */
const loaded = { preload: ["o200k_base"] as const }

const openAi = (kind: string, limit: number | undefined, remaining: number, reset: string): Told => ({
  ...(limit === undefined ? {} : { [`x-ratelimit-limit-${kind}`]: String(limit) }),
  [`x-ratelimit-remaining-${kind}`]: String(remaining),
  [`x-ratelimit-reset-${kind}`]: reset,
})

/** When so many calls, made at once after a first one, are sent: seconds after it. */
const sentAt = Effect.fnUntraced(function* (headers: (calls: number) => Told, count: number, maxOutputTokens = 100) {
  const { plugin, startedAt } = telling(headers)
  const { call } = yield* standing([plugin], { rateLimits: { p: { maxWaitMs: 600_000 } }, tokens: loaded })
  const one = call({ maxOutputTokens })
  const first = yield* Effect.forkChild(one, { startImmediately: true })
  const rest = yield* Effect.forEach(Array.from({ length: count }), () =>
    Effect.forkChild(one, { startImmediately: true }),
  )
  yield* TestClock.adjust("10 minutes")
  yield* Effect.forEach([first, ...rest], Fiber.join)
  return startedAt.map((at) => (at - (startedAt[0] ?? 0)) / 1000)
})

describe("what the headers of an answer say is left", () => {
  it.effect("none: calls wait until the limit has filled enough, before the provider refuses them", () =>
    Effect.gen(function* () {
      // Full again in a minute: one request every 6 s.
      const times = yield* sentAt(() => openAi("requests", 10, 0, "1m0s"), 2)
      assert.deepStrictEqual(
        times.map((at) => Math.round(at)),
        [0, 6, 12],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("a few: so many go on at once, those that are under way counted", () =>
    Effect.gen(function* () {
      // One fills in each 10 s.
      const times = yield* sentAt((calls) => (calls === 1 ? openAi("requests", 4, 2, "20s") : {}), 4)
      assert.deepStrictEqual(
        times.map((at) => Math.round(at)),
        [0, 0, 0, 10, 20],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("tokens: what is sent and may come must fit", () =>
    Effect.gen(function* () {
      const tokens = (calls: number) => openAi("tokens", 6000, calls === 1 ? 1000 : 6000, calls === 1 ? "50s" : "0s")
      assert.deepStrictEqual(yield* sentAt(tokens, 1, 500), [0, 0])
      const [, second = 0] = yield* sentAt(tokens, 1, 2000)
      assert.isAtLeast(second, 10)
      assert.isAtMost(second, 11)
    }).pipe(Effect.scoped),
  )

  it.effect("Anthropic's, with a time as reset; a limit that is not told holds until then", () =>
    Effect.gen(function* () {
      const told = {
        "anthropic-ratelimit-requests-limit": "60",
        "anthropic-ratelimit-requests-remaining": "59",
        "anthropic-ratelimit-requests-reset": "1970-01-01T00:00:01Z",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "1970-01-01T00:00:30Z",
      }
      assert.deepStrictEqual(yield* sentAt((calls) => (calls === 1 ? told : {}), 1), [0, 30])
    }).pipe(Effect.scoped),
  )

  it.effect("nonsense, and limits of no kind that is known, hold nobody up", () =>
    Effect.gen(function* () {
      const odd = {
        ...openAi("requests", 10, Number.NaN, "1s"),
        ...openAi("tokens", 10, 0, "soon"),
        "x-ratelimit-remaining-images": "0",
        "x-ratelimit-reset-images": "1m",
        "anthropic-ratelimit-requests-remaining": "-5",
        "anthropic-ratelimit-requests-reset": "tomorrow",
      }
      assert.deepStrictEqual(yield* sentAt(() => odd, 2), [0, 0, 0])
    }).pipe(Effect.scoped),
  )

  it.effect("who waits too long fails with RateLimited, and who leaves holds nobody up", () =>
    Effect.gen(function* () {
      const { plugin, startedAt } = telling((calls) => (calls === 1 ? openAi("requests", 1, 0, "60s") : {}))
      const { call, use } = yield* standing([plugin], {
        rateLimits: { p: { maxWaitMs: 20_000 } },
        tokens: loaded,
        budgets: [{ limit: { tokens: 1e6 }, per: "day" }],
      })
      yield* Effect.forkChild(call(), { startImmediately: true })
      const late = yield* Effect.forkChild(Effect.flip(call()), { startImmediately: true })
      const leaving = yield* Effect.forkChild(call({ tenant: "b" }), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(leaving)
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(late)
      assert.deepInclude(error.reason, { _tag: "RateLimited", recovery: "failover" })
      const last = yield* Effect.forkChild(call({ model: "p/cheap" }), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(last)
      // The other model's limits are its own.
      assert.deepStrictEqual(startedAt, [0, 20_000])
      assert.deepInclude((yield* use((usage) => usage.budgets()))[0], { used: 60, held: 0 })
    }).pipe(Effect.scoped),
  )
})

/** Requests of an upstream that lets in so many at once and one more each so often, tells what is left and refuses the rest. */
const limitedReply = (limit: number, eachMs: number) => {
  let level = limit
  let at = performance.now()
  return () => {
    const now = performance.now()
    level = Math.min(limit, level + (now - at) / eachMs)
    at = now
    const lets = level >= 1
    if (lets) level -= 1
    const left = Math.floor(level)
    const headers = openAi("requests", limit, left, `${Math.ceil((limit - left) * eachMs)}ms`)
    // The answers take longer than it takes to let the next ones in.
    return lets ? { headers, fault: { chunkDelayMs: 15 } } : { headers, fault: { status: 429, headers } }
  }
}

describe("over the official client", () => {
  it.live("calls at once are spread as the upstream fills, and none is refused", () =>
    Effect.gen(function* () {
      const upstream = yield* Effect.acquireRelease(
        Effect.promise(() => startUpstream()),
        (started) => Effect.promise(() => started.close()),
      )
      const taking = (rateLimits: NonNullable<GivenOptions["rateLimits"]>) =>
        Effect.gen(function* () {
          upstream.always(limitedReply(8, 50))
          const { call, stream } = yield* standing([upstreamProvider(upstream.baseURL)], { rateLimits, tokens: loaded })
          yield* call()
          const all = Array.from({ length: 30 }, (_, at) =>
            Effect.result(at % 2 === 0 ? Effect.asVoid(call()) : Stream.runDrain(stream())),
          )
          const results = yield* Effect.all(all, { concurrency: "unbounded" })
          return results.filter(({ _tag }) => _tag === "Failure").length
        })
      assert.isAbove(yield* taking({}), 0)
      assert.strictEqual(yield* taking({ p: {} }), 0)
    }).pipe(Effect.scoped),
  )

  it.live("the headers of answers, streams and refusals reach plugins, and the next call waits", () =>
    Effect.gen(function* () {
      const upstream = yield* Effect.acquireRelease(
        Effect.promise(() => startUpstream()),
        (started) => Effect.promise(() => started.close()),
      )
      const limits = openAi("requests", 1, 0, "400ms")
      const secret = { "set-cookie": "session=s3cret", "openai-organization": "acme", "x-request-id": "req_7" }
      upstream.always({ headers: { ...limits, ...secret } })
      const settled: Array<[AttemptTrace["outcome"], SettledDetail["headers"]]> = []
      const watcher = plug("middleware", {
        name: "watcher",
        stage: "guard",
        settled: ({ outcome }, _, { headers }) => Effect.sync(() => void settled.push([outcome, headers])),
      })
      const { call, stream } = yield* standing([upstreamProvider(upstream.baseURL), watcher], { rateLimits: { p: {} } })
      yield* Stream.runDrain(stream())
      yield* call()
      const [first, second] = upstream.requests
      // The second is sent when one request has filled in again.
      assert.isAtLeast((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0), 390)
      upstream.always({ fault: { status: 500, headers: secret } })
      yield* Effect.flip(call())
      assert.deepStrictEqual(settled, [
        ["ok", { ...limits, "x-request-id": "req_7" }],
        ["ok", { ...limits, "x-request-id": "req_7" }],
        ["failed", { "x-request-id": "req_7" }],
      ])
    }).pipe(Effect.scoped),
  )
})
