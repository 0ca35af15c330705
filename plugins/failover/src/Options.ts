import * as Schema from "effect/Schema"
import { isFailoverHandle } from "./FailoverControl.ts"
import { actions } from "./internal/policy.ts"

const positive = Schema.Finite.check(Schema.isGreaterThan(0))
const notNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const atLeastOne = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const share = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))
const upToOne = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
/** Strictly between 0 and 1. */
const part = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThan(1))

const Timeouts = Schema.Struct({
  firstContent: Schema.optionalKey(positive),
  idle: Schema.optionalKey(positive),
  total: Schema.optionalKey(positive),
  throughput: Schema.optionalKey(Schema.Struct({ characters: atLeastOne, withinMs: positive })),
})

const Window = Schema.Union([
  Schema.Struct({ type: Schema.Literal("count"), size: atLeastOne.check(Schema.isLessThanOrEqualTo(10_000)) }),
  Schema.Struct({ type: Schema.Literal("time"), ms: positive }),
])

const Breaker = Schema.Struct({
  window: Schema.optionalKey(Window),
  minimumCalls: Schema.optionalKey(atLeastOne),
  failureRate: Schema.optionalKey(share),
  slowRate: Schema.optionalKey(share),
  slow: Schema.optionalKey(
    Schema.Struct({
      firstContentMs: Schema.optionalKey(positive),
      gapMs: Schema.optionalKey(positive),
      totalMs: Schema.optionalKey(positive),
    }),
  ),
  openMs: Schema.optionalKey(positive),
  openFactor: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1))),
  openMaxMs: Schema.optionalKey(positive),
  jitter: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0), Schema.isLessThan(1))),
  halfOpenCalls: Schema.optionalKey(atLeastOne.check(Schema.isLessThanOrEqualTo(1000))),
  leaseMs: Schema.optionalKey(positive),
  rampMs: Schema.optionalKey(notNegative),
  rampFrom: Schema.optionalKey(share),
  ignore: Schema.optionalKey(Schema.Array(Schema.String)),
})

const Bulkhead = Schema.Struct({
  maxConcurrent: Schema.optionalKey(atLeastOne),
  maxQueue: Schema.optionalKey(Schema.Natural),
  maxWaitMs: Schema.optionalKey(notNegative),
})

/** What may differ from model to model. */
const perModel = {
  timeouts: Schema.optionalKey(Timeouts),
  breaker: Schema.optionalKey(Schema.Union([Schema.Literal(false), Breaker])),
  bulkhead: Schema.optionalKey(Bulkhead),
}

const Hedge = Schema.Struct({
  delayMs: Schema.optionalKey(notNegative),
  percentile: Schema.optionalKey(part),
  minimumSamples: Schema.optionalKey(atLeastOne.check(Schema.isLessThanOrEqualTo(128))),
  maxExtra: Schema.optionalKey(atLeastOne),
  share: Schema.optionalKey(upToOne),
  burst: Schema.optionalKey(atLeastOne),
})

const names = Schema.Array(Schema.NonEmptyString)

/**
 * Who is asked next, and how. Times in ms, rates and shares 0 to 1, models as "provider/model", patterns with `*` for any
 * characters. Everything has a default; the README lists them.
 */
export const FailoverOptions = Schema.Struct({
  ...perModel,
  /** The same by pattern of model, over what is said for all. */
  models: Schema.optionalKey(Schema.Record(Schema.String, Schema.Struct(perModel))),
  /** Candidates after those of the router, by pattern of the model that was asked for. The most exact pattern counts. */
  fallbacks: Schema.optionalKey(Schema.Record(Schema.String, names)),
  /** What a kind of error means for the other candidates. */
  onError: Schema.optionalKey(Schema.Record(Schema.String, Schema.Literals(actions))),
  /** Provider ids that are one vendor under several keys. */
  keys: Schema.optionalKey(Schema.Record(Schema.String, names)),
  /** Models that are asked first when a candidate is rate limited. */
  local: Schema.optionalKey(names),
  hedge: Schema.optionalKey(Hedge),
  /** The part of the remaining time that one candidate may take while another is left. */
  deadlineShare: Schema.optionalKey(part),
  /** How many candidates a call may ask, last resorts not counted. */
  maxCandidates: Schema.optionalKey(atLeastOne),
  /** In an outage of all: the cache's answer of any age, marked degraded. */
  cachedAnswer: Schema.optionalKey(Schema.Boolean),
  /** In an outage of all, after the cache: this model, marked degraded; such as "extractive/default". */
  degrade: Schema.optionalKey(Schema.NonEmptyString),
  /** When no breaker lets a call through: ask all the same, probe the candidate that reopens soonest, or fail at once. */
  whenAllOpen: Schema.optionalKey(Schema.Literals(["ask", "probe", "fail"])),
  /** Breakers that several processes share: where Redis is, and what the keys there begin with. */
  shared: Schema.optionalKey(
    Schema.Struct({ redis: Schema.NonEmptyString, prefix: Schema.optionalKey(Schema.NonEmptyString) }),
  ),
  /** A handle to watch and operate the breakers with: `makeFailoverHandle()`. */
  control: Schema.optionalKey(Schema.declare(isFailoverHandle)),
})
export interface FailoverOptions extends Schema.Schema.Type<typeof FailoverOptions> {}
