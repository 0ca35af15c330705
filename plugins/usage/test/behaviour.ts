import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { makeUsage, usageCsv, type UsageEntry, usageTable } from "../src/index.ts"
import { used } from "./stubs.ts"

const day = 86_400_000
const entries: ReadonlyArray<UsageEntry> = [
  { provider: "p", model: "m", tenant: "a", tags: { team: "x", env: "prod" }, usage: used(10, 20), usd: 0.5, at: day },
  { provider: "p", model: "m", tenant: "a", call: "c", tags: { team: "x" }, usage: used(1, 2), usd: 0.25, at: 2 * day },
  {
    provider: "p",
    model: "m",
    tenant: "a",
    call: "c",
    outcome: "failed",
    tags: { team: "x" },
    usage: used(1, 0),
    usd: 0,
    at: 2 * day,
  },
  { provider: "q", model: "n,1", usage: { input: { total: 5, cacheRead: 3 }, output: {} }, at: 2 * day },
]

/** What holds for a ledger, whatever engine it is on. */
export const ledgerOn = (engine: string, newStore: () => Promise<string>): void => {
  it.effect(`${engine}: adds up by model, provider, tag, tenant and day`, () =>
    Effect.gen(function* () {
      const usage = yield* makeUsage({ store: yield* Effect.promise(newStore) })
      yield* Effect.forEach(entries, usage.trackUsage, { concurrency: 4 })
      const by = (dimension: "model" | "provider" | "tag" | "tenant" | "day") =>
        Effect.map(usage.usageStats({ by: dimension }), (sums) =>
          sums.map(({ group, calls, attempts, usd }) => [group[dimension], calls, attempts, usd]),
        )
      assert.deepStrictEqual(yield* by("model"), [
        ["p/m", 2, 3, 0.75],
        ["q/n,1", 1, 1, 0],
      ])
      assert.deepStrictEqual(yield* by("provider"), [
        ["p", 2, 3, 0.75],
        ["q", 1, 1, 0],
      ])
      assert.deepStrictEqual(yield* by("tenant"), [
        ["a", 2, 3, 0.75],
        ["", 1, 1, 0],
      ])
      assert.deepStrictEqual(yield* by("day"), [
        ["1970-01-02", 1, 1, 0.5],
        ["1970-01-03", 2, 3, 0.25],
      ])
      assert.deepStrictEqual(yield* by("tag"), [
        ["team=x", 2, 3, 0.75],
        ["env=prod", 1, 1, 0.5],
        ["", 1, 1, 0],
      ])
      const [, n] = yield* usage.usageStats({ by: ["model", "day"], since: 2 * day })
      assert.deepInclude(n, {
        group: { model: "q/n,1", day: "1970-01-03" },
        inputTokens: 5,
        outputTokens: 0,
        cacheReadTokens: 3,
        unpriced: 1,
        failed: 0,
      })
      assert.deepStrictEqual(yield* usage.usageStats({ until: day }), [])
      const csv = usageCsv(yield* usage.usageStats({ tenant: "" }))
      assert.strictEqual(
        csv,
        "model,calls,attempts,cached,failed,inputTokens,outputTokens,cacheReadTokens,cacheWriteTokens,reasoningTokens,usd,unpriced,estimated,reserved,atLeast\r\n" +
          '"q/n,1",1,1,0,0,5,0,3,0,0,0,1,0,0,0\r\n',
      )
      assert.deepStrictEqual(usageTable(yield* usage.usageStats()).split("\n"), [
        "model  calls  attempts  cached  failed  input  output                    USD",
        "p/m        2         3       0       1     12      22               0.750000",
        "q/n,1      1         1       0       0      5       0  0.000000 + 1 unpriced",
      ])
    }).pipe(Effect.scoped),
  )

  it.effect(`${engine}: an entry with the id of another is that one; two processes add to one ledger`, () =>
    Effect.gen(function* () {
      const store = yield* Effect.promise(newStore)
      const [a, b] = [yield* makeUsage({ store }), yield* makeUsage({ store })]
      const entry = { id: "one", provider: "p", model: "m", usage: used(1, 1) }
      yield* Effect.all([a.trackUsage(entry), b.trackUsage(entry), a.trackUsage({ ...entry, id: "two" })], {
        concurrency: 3,
      })
      assert.strictEqual((yield* b.usageStats({ by: "provider" }))[0]?.attempts, 2)
    }).pipe(Effect.scoped),
  )

  it.effect(`${engine}: a restart is no new budget, and a new window is`, () =>
    Effect.gen(function* () {
      const store = yield* Effect.promise(newStore)
      const options = {
        store,
        budgets: [
          { name: "d", limit: { tokens: 100 }, per: "day" as const, by: "tenant" as const },
          { name: "l", limit: { usd: 1 }, per: "lifetime" as const },
        ],
      }
      const first = Effect.flatMap(makeUsage(options), (usage) =>
        usage.trackUsage({ provider: "p", model: "m", tenant: "a", usage: used(30, 40), usd: 0.4 }),
      )
      yield* Effect.scoped(first)
      const after = Effect.scoped(
        Effect.flatMap(makeUsage(options), (usage) =>
          Effect.map(usage.budgets({ tenant: "a" }), (statuses) => statuses.map((status) => status.used)),
        ),
      )
      assert.deepStrictEqual(yield* after, [70, 0.4])
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(yield* after, [0, 0.4])
    }).pipe(Effect.scoped),
  )
}
