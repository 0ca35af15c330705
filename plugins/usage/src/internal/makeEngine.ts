import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { type Ledger, makeLedger } from "../Ledger.ts"
import type { Options } from "../Options.ts"
import { makePriceCatalogue } from "../PriceCatalogue.ts"
import { makeTokenCounter } from "../TokenCounter.ts"
import type { UsageRecord } from "../UsageRecord.ts"
import { makeAlerts } from "./Alerts.ts"
import { Budgets } from "./Budgets.ts"
import { type Rule, ruleOf } from "./BudgetRules.ts"
import { plugin } from "./connection.ts"
import type { Counters } from "./Counters.ts"
import { LocalCounters } from "./LocalCounters.ts"
import { type Pricing, usdFrom } from "./Pricing.ts"
import { makeRateLimiter } from "./rateLimiter.ts"
import { RateLimits } from "./RateLimits.ts"
import { RedisCounters } from "./RedisCounters.ts"
import { type RedisConnection, redisConnection } from "./redisConnection.ts"
import { Reseeding } from "./Reseeding.ts"
import { sharesOf } from "./shares.ts"
import { steadyCounters } from "./SteadyCounters.ts"

/** All parts of the plugin, made once for a stack. */
export interface Engine {
  readonly ledger: Ledger
  readonly pricing: Pricing
  readonly budgets: Budgets
  readonly limits: RateLimits
  readonly now: () => number
  readonly newId: () => string
  /** Writes an attempt down as `durable` asks. Never fails. */
  readonly record: (record: UsageRecord) => Effect.Effect<void>
}

const makePricing = Effect.fnUntraced(function* ({ prices, reservation, tokens }: Options, now: () => number) {
  const counter = yield* makeTokenCounter(tokens)
  const catalogue = yield* makePriceCatalogue(prices)
  return { usd: usdFrom(catalogue, now), counter, catalogue, margin: reservation?.margin ?? 1.5 } satisfies Pricing
})

/** In Redis or in this process, with what the ledger knows of the windows that are open. */
const makeCounters = Effect.fnUntraced(function* (
  rules: ReadonlyArray<Rule>,
  ledger: Ledger,
  redis: RedisConnection | undefined,
  whenAway: "refuse" | "allow",
  now: () => number,
): Effect.fn.Return<Counters, LlmError, Scope.Scope> {
  if (redis === undefined) {
    const local = new LocalCounters(now)
    for (const { key, per, amount } of yield* sharesOf(rules, ledger, now())) yield* local.restore(key, per, amount)
    return local
  }
  const shared = new RedisCounters(redis)
  const reseed = new Reseeding(shared, rules, ledger, now).run()
  return yield* steadyCounters({ shared, redis, reseed, whenAway, now })
})

/** Everything ends with the scope, what waits for the ledger flushed. */
export const makeEngine = (options: Options): Effect.Effect<Engine, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clockWith(Effect.succeed)
    const now = () => clock.currentTimeMillisUnsafe()
    const ledger = yield* makeLedger(options)
    const pricing = yield* makePricing(options, now)
    const rules = (options.budgets ?? []).map(ruleOf)
    const shared = rules.length > 0 || options.rateLimits !== undefined
    const redis = options.redis === undefined || !shared ? undefined : yield* redisConnection(options.redis)
    const counters = yield* makeCounters(rules, ledger, redis, options.redis?.whenAway ?? "refuse", now)
    const budgets = new Budgets(rules, counters, yield* makeAlerts(options.webhook, options.onAlert))
    const limits = new RateLimits(options.rateLimits ?? {}, yield* makeRateLimiter(redis), now)
    const unique = `${yield* hex}${yield* hex}`
    let ids = 0
    return {
      ledger,
      pricing,
      budgets,
      limits,
      now,
      newId: () => `${unique}-${++ids}`,
      record: options.durable === true ? durably(ledger) : (record) => Effect.sync(() => ledger.note(record)),
    }
  })

const hex = Effect.map(Random.nextIntBetween(0x10000000, 0x7fffffff), (number) => number.toString(16))

const durably =
  ({ append }: Ledger) =>
  (record: UsageRecord): Effect.Effect<void> =>
    Effect.catch(append(record), (error) =>
      Effect.logWarning(`${plugin}: an attempt was not written before its call went on: ${error.reason.message}`),
    )
