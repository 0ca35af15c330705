import * as Schema from "effect/Schema"

const Share = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const day = 86_400_000
const Ms = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1000), Schema.isLessThanOrEqualTo(day))

/** When an incident opens and when it closes. Times in ms, rates 0 to 1. */
export const Policy = Schema.Struct({
  /** It opens when this share of what ran in the window failed, or more. Default: 0.5. */
  rate: Schema.optionalKey(Share),
  /** … of at least this many. Default: 10. */
  minimumVolume: Schema.optionalKey(Count),
  /** Default: 60,000. */
  windowMs: Schema.optionalKey(Ms),
  /** Failures below this share do not keep it open. Default: half of `rate`. */
  closeRate: Schema.optionalKey(Share),
  /** It closes after so long without a failure that keeps it open. Default: 300,000, or `windowMs` where that is more. */
  quietMs: Schema.optionalKey(Ms),
  /** So many successes in a row are a recovery. Default: 3. */
  recoverySuccesses: Schema.optionalKey(Count),
})
export interface Policy extends Schema.Schema.Type<typeof Policy> {}

export type SettledPolicy = Required<Policy>

export const settlePolicy = (given: Policy): SettledPolicy => {
  const { rate = 0.5, windowMs = 60_000 } = given
  return {
    rate,
    windowMs,
    minimumVolume: given.minimumVolume ?? 10,
    closeRate: given.closeRate ?? rate / 2,
    quietMs: given.quietMs ?? Math.max(300_000, windowMs),
    recoverySuccesses: given.recoverySuccesses ?? 3,
  }
}

/** What is possible by itself and makes no sense together, with the field. */
export const contradictions = (given: Policy): ReadonlyArray<readonly [field: string, issue: string]> => {
  const { rate, closeRate, windowMs, quietMs } = settlePolicy(given)
  return [
    ...(closeRate > rate
      ? [
          [
            "closeRate",
            `(${closeRate}) is above the rate (${rate}) at which an incident opens: it would close at once`,
          ] as const,
        ]
      : []),
    ...(quietMs < windowMs
      ? [
          [
            given.quietMs === undefined ? "windowMs" : "quietMs",
            `the quiet period (${quietMs} ms) is shorter than the window (${windowMs} ms): what closes would open again`,
          ] as const,
        ]
      : []),
  ]
}
