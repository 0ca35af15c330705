import * as Schema from "effect/Schema"

/** Fixed windows in UTC: they begin with the minute, hour, day or month, and all begin again at zero. */
export const budgetPeriods = ["minute", "hour", "day", "month", "lifetime"] as const
export type BudgetPeriod = (typeof budgetPeriods)[number]

export const budgetUnits = ["usd", "tokens", "calls"] as const
export type BudgetUnit = (typeof budgetUnits)[number]

const atLeastZero = Schema.isGreaterThanOrEqualTo(0)
const most = Schema.isLessThanOrEqualTo(1e12)

const Price = Schema.Struct({
  input: Schema.Finite.check(atLeastZero),
  output: Schema.Finite.check(atLeastZero),
})

const Name = Schema.NonEmptyString

/** One limit. Of several limits that a call falls under, all must have room. */
export const Budget = Schema.Struct({
  /** In messages, alerts and the status. Default: what it limits. */
  name: Schema.optionalKey(Name),
  /** In `usd`, `tokens` (in and out together) or `calls` (requests to a provider; retried ones count again). */
  limit: Schema.Union([
    Schema.Struct({ usd: Schema.Finite.check(atLeastZero, Schema.isLessThanOrEqualTo(1e6)) }),
    Schema.Struct({ tokens: Schema.Int.check(atLeastZero, most) }),
    Schema.Struct({ calls: Schema.Int.check(atLeastZero, most) }),
  ]),
  per: Schema.Literals(budgetPeriods),
  /** One counter for each tenant, provider, model (`provider/model`) or value of a tag. Default: one for all. */
  by: Schema.optionalKey(
    Schema.Union([Schema.Literals(["tenant", "provider", "model"]), Schema.Struct({ tag: Name })]),
  ),
  /** Only these calls. `model` may end in `*`. Default: all. */
  match: Schema.optionalKey(
    Schema.Struct({
      tenant: Schema.optionalKey(Name),
      provider: Schema.optionalKey(Name),
      model: Schema.optionalKey(Name),
      tags: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    }),
  ),
  /** Shares of the limit at which an alert is told, each once per window. Default: [0.8]. */
  alertAt: Schema.optionalKey(
    Schema.Array(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))),
  ),
  /**
   * `stop` (default): `BudgetExceeded`. `downgrade`: calls that have no room go to this model instead, `provider/model`; it
   * counts here too, but is not refused here. One that is not known fails the stack.
   */
  onExceeded: Schema.optionalKey(Schema.Union([Schema.Literal("stop"), Schema.Struct({ downgrade: Name })])),
  /** USD limits, for models without a known price. `refuse` (default), `free`, or USD per million tokens. */
  unknownPrice: Schema.optionalKey(Schema.Union([Schema.Literals(["refuse", "free"]), Price])),
})
export interface Budget extends Schema.Schema.Type<typeof Budget> {}

/** How far a budget is used: `used` is settled, `held` is reserved by calls under way. In USD, tokens or calls. */
export interface BudgetStatus {
  readonly name: string
  /** Whose counter it is; the empty text where there is one for all. */
  readonly subject: string
  readonly unit: BudgetUnit
  readonly per: BudgetPeriod
  readonly limit: number
  readonly used: number
  readonly held: number
  /** Ms since 1970 when the window ends; absent for a lifetime. */
  readonly resetsAt?: number
}

/** A share of a budget has been used. */
export interface BudgetAlert extends BudgetStatus {
  readonly share: number
}

export const budgetUnitOf = ({ limit }: Budget): BudgetUnit =>
  "usd" in limit ? "usd" : "tokens" in limit ? "tokens" : "calls"

export const budgetLimitOf = ({ limit }: Budget): number =>
  "usd" in limit ? limit.usd : "tokens" in limit ? limit.tokens : limit.calls
