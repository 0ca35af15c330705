import type { Moments } from "./Moments.ts"

/** What a comparison says at this moment. `low` and `high` bound the true difference with confidence 1 - alpha, at every look. */
export interface Evidence {
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Valid at every look: peeking does not spoil it. 1 before both have enough values. */
  readonly p: number
}

export interface TestSettings {
  /** Chance of a false finding, over all looks. */
  readonly alpha: number
  /** The size of difference that is looked for, in the metric's units: the mixture's standard deviation. */
  readonly effect: number
  /** Values that each side must have: variances are not known before. */
  readonly least: number
}

/** The variance of a side's mean, by the larger of its own and the pooled variance: fifty successes are no certainty. */
const varianceOfMean = (side: Moments, pooled: number): number => Math.max(side.variance, pooled) / side.n

const pooledVariance = (a: Moments, b: Moments): number => {
  const n = a.n + b.n
  const between = (a.n * b.n * (a.mean - b.mean) ** 2) / n
  return (a.squares + b.squares + between) / (n - 1)
}

const nothing: Evidence = { difference: 0, low: -Infinity, high: Infinity, p: 1 }

/**
 * Mixture sequential probability ratio test of two means (Robbins 1970, doi:10.1214/aoms/1177696786; Johari, Koomen,
 * Pekelis, Walsh 2017, doi:10.1145/3097983.3097992). With V the variance of the difference d and t = `effect`:
 *
 *   L = sqrt(V / (V + t^2)) exp(t^2 d^2 / (2 V (V + t^2)))
 *
 * 1 / L is a p-value that holds at every look, and the interval is where L < 1 / alpha. Variances are estimated, so the
 * level holds for large samples; `least` keeps the small ones out.
 */
export const evidence = (base: Moments, other: Moments, { alpha, effect, least }: TestSettings): Evidence => {
  if (base.n < least || other.n < least) return nothing
  const pooled = pooledVariance(base, other)
  const v = varianceOfMean(base, pooled) + varianceOfMean(other, pooled)
  const difference = other.mean - base.mean
  // All values are equal: nothing differs, and nothing says how surely.
  if (v === 0) return { ...nothing, difference }
  const t2 = effect * effect
  const log = 0.5 * Math.log(v / (v + t2)) + (t2 * difference * difference) / (2 * v * (v + t2))
  const half = Math.sqrt(((2 * v * (v + t2)) / t2) * (Math.log(1 / alpha) + 0.5 * Math.log((v + t2) / v)))
  return { difference, low: difference - half, high: difference + half, p: Math.min(1, Math.exp(-log)) }
}
