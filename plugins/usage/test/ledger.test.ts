import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import { makeUsage, readUsage } from "../src/index.ts"
import { ledgerOn } from "./behaviour.ts"
import { sharedBudgets, start } from "./shared.ts"
import { answer, folder, logging, provider, standing, until, used } from "./stubs.ts"

const stores = mkdtempSync(join(tmpdir(), "switchyard-usage-"))
let made = 0

describe("a ledger in a file", () => {
  afterAll(() => rmSync(stores, { recursive: true, force: true }))
  ledgerOn("SQLite", () => Promise.resolve(join(stores, `${++made}.sqlite`)))
})

it.live(
  "what was acknowledged outlives kill -9",
  () =>
    Effect.gen(function* () {
      const store = join(yield* folder, "usage.sqlite")
      const child = start("appender.ts", store)
      yield* Effect.ensuring(
        until(() => child.lines().length > 300),
        Effect.promise(child.kill),
      )
      const acknowledged = child.lines().length
      const reader = yield* readUsage(store)
      const [sum] = yield* reader.stats()
      assert.isAtLeast(sum?.attempts ?? 0, acknowledged)
      // Three are under way at once.
      assert.isAtMost(sum?.attempts ?? 0, acknowledged + 3)
    }).pipe(Effect.scoped),
  60_000,
)

it.live(
  "a process that is killed in mid-reservation takes what it held with it; what was settled stays",
  () =>
    Effect.gen(function* () {
      const store = join(yield* folder, "usage.sqlite")
      const upstream = yield* Effect.acquireRelease(
        Effect.promise(() => startUpstream()),
        (started) => Effect.promise(() => started.close()),
      )
      upstream.reply({ usage: { input: 5, output: 40 } })
      upstream.always({ fault: { stallAfterChunks: 1 } })
      const child = start("spender.ts", "", "", upstream.baseURL, "5", "60000", "0", store)
      const stats = Effect.flatMap(makeUsage({ store, budgets: sharedBudgets }), (usage) =>
        Effect.all([usage.usageStats(), usage.budgets()]),
      )
      yield* Effect.ensuring(
        Effect.gen(function* () {
          yield* until(() => child.lines()[0] === "ready")
          child.go()
          yield* until(() => upstream.requests.length === 5)
          const written = Effect.filterOrFail(
            Effect.scoped(stats),
            ([sums]) => sums[0]?.attempts === 1,
            () => "not yet",
          )
          yield* Effect.retry(written, { times: 200, schedule: Schedule.spaced(25) })
        }),
        Effect.promise(child.kill),
      )
      const [, [status]] = yield* stats
      assert.deepInclude(status, { used: 45, held: 0 })
    }).pipe(Effect.scoped),
  60_000,
)

it.effect("attempts are written behind their calls, and before the stack is gone", () =>
  Effect.gen(function* () {
    const store = join(yield* folder, "usage.sqlite")
    const { plugin, state } = provider()
    state.generate = () => Effect.succeed(answer("fine", used(3, 4)))
    yield* Effect.scoped(
      Effect.gen(function* () {
        const { call } = yield* standing([plugin], { store })
        yield* call({ tenant: "t", tags: { a: "b" } })
      }),
    )
    const reader = yield* readUsage(store)
    const [sum] = yield* reader.stats({ by: ["tenant", "tag"] })
    assert.deepInclude(sum, {
      group: { tenant: "t", tag: "a=b" },
      calls: 1,
      inputTokens: 3,
      outputTokens: 4,
      usd: 0.000011,
      estimated: 0,
    })
  }).pipe(Effect.scoped),
)

it.effect("durable: an attempt is in the file when its call ends", () =>
  Effect.gen(function* () {
    const store = join(yield* folder, "usage.sqlite")
    const { plugin } = provider()
    const { call } = yield* standing([plugin], { store, durable: true })
    yield* call()
    const reader = yield* readUsage(store)
    assert.strictEqual((yield* reader.stats())[0]?.attempts, 1)
  }).pipe(Effect.scoped),
)

it.effect("a store that cannot be opened costs no call, is told once, and loses the oldest first", () =>
  Effect.gen(function* () {
    const { plugin } = provider()
    const { lines, layer } = logging()
    yield* Effect.provide(
      Effect.scoped(
        Effect.gen(function* () {
          const { call, use } = yield* standing([plugin], { store: "/dev/null/usage.sqlite", maxWaiting: 100 })
          yield* Effect.replicateEffect(call(), 130)
          yield* TestClock.adjust("2 seconds")
          yield* Effect.promise(() => new Promise((done) => setTimeout(done, 50)))
          assert.isAtLeast(yield* use((usage) => usage.lost), 30)
        }),
      ),
      layer,
    )
    const told = lines.filter((line) => line.includes("/dev/null/usage.sqlite"))
    assert.isAtLeast(told.length, 1)
    assert.isAtMost(told.length, 3)
    assert.include(told[0], "Calls go on")
  }),
)

it.effect("a reader makes no store where a name is misspelt", () =>
  Effect.gen(function* () {
    const reader = yield* readUsage(join(yield* folder, "lost.sqlite"))
    const error = yield* Effect.flip(reader.stats())
    assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "store" })
    const usage = yield* makeUsage({ store: ":memory:" })
    assert.deepStrictEqual(yield* usage.usageStats(), [])
  }).pipe(Effect.scoped),
)
