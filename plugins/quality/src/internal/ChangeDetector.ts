import { Moments } from "./Moments.ts"

export type Direction = "down" | "up"

/** How a series is watched. Distances are in standard deviations of its baseline. */
export interface DetectorSettings {
  readonly method: "cusum" | "page-hinkley"
  /** Values that the baseline is learnt from. */
  readonly warmUp: number
  /** The change that is too small to matter, halved: drift within it adds up to nothing. */
  readonly slack: number
  /** The sum at which a change is told. */
  readonly limit: number
  /** The least standard deviation: a series that never varied is not alarmed by a hair. */
  readonly minSd: number
  readonly directions: ReadonlyArray<Direction>
}

/** A change, told when it was certain enough. */
export interface Change {
  readonly direction: Direction
  readonly baseline: { readonly mean: number; readonly sd: number; readonly n: number }
  /** Mean of the values since the change seems to have begun. */
  readonly mean: number
  /** How many values that are. */
  readonly values: number
  /** When the first of them came, in ms. */
  readonly sinceMs: number
  /** The sum that passed the limit. */
  readonly statistic: number
}

/** One direction of the test: its sum, and what was seen since the sum last was nothing. */
interface Side {
  readonly direction: Direction
  sum: number
  seen: number
  total: number
  sinceMs: number
}

const clip = 4

/**
 * Watches one series for a lasting change of its mean.
 *
 * `cusum`: z is the distance from the mean of the warm-up in its standard deviations; S = max(0, S + z - slack), told at
 * S > limit (Page 1954, doi:10.1093/biomet/41.1-2.100). With slack 0.5 and limit h, a series of independent normal values
 * with known mean gives a false alarm once in about 2(exp(h + 1.166) - h - 2.166) values (Siegmund 1985).
 * `page-hinkley`: the same sum with the mean of all values so far instead of the warm-up's, so that slow drift is
 * followed and only quick change is told (Hinkley 1971, doi:10.1093/biomet/58.3.509).
 *
 * Values count as at most four standard deviations, so that one outlier is no change. After a change the series is learnt
 * anew: a lasting change is told once.
 */
export class ChangeDetector {
  readonly #settings: DetectorSettings
  #learnt = new Moments()
  #baseline: { readonly mean: number; readonly sd: number; readonly n: number } | undefined
  #sides: ReadonlyArray<Side> = []

  constructor(settings: DetectorSettings) {
    this.#settings = settings
  }

  add(value: number, atMs: number): Change | undefined {
    const { warmUp, minSd, method } = this.#settings
    const baseline = this.#baseline
    if (baseline === undefined) {
      this.#learnt.add(value)
      if (this.#learnt.n >= warmUp) this.#begin(Math.max(minSd, this.#learnt.sd))
      return undefined
    }
    const mean = method === "cusum" ? baseline.mean : this.#learnt.mean
    if (method === "page-hinkley") this.#learnt.add(value)
    const z = Math.max(-clip, Math.min(clip, (value - mean) / baseline.sd))
    for (const side of this.#sides) {
      const change = this.#count(side, side.direction === "up" ? z : -z, value, atMs, baseline)
      if (change === undefined) continue
      this.#baseline = undefined
      this.#learnt = new Moments()
      return change
    }
    return undefined
  }

  #begin(sd: number): void {
    const { mean, n } = this.#learnt
    this.#baseline = { mean, sd, n }
    this.#sides = this.#settings.directions.map((direction) => ({ direction, sum: 0, seen: 0, total: 0, sinceMs: 0 }))
  }

  #count(side: Side, z: number, value: number, atMs: number, baseline: Change["baseline"]): Change | undefined {
    const { slack, limit } = this.#settings
    side.sum += z - slack
    if (side.sum <= 0) {
      side.sum = 0
      side.seen = 0
      side.total = 0
      return undefined
    }
    if (side.seen++ === 0) side.sinceMs = atMs
    side.total += value
    if (side.sum <= limit) return undefined
    const { direction, seen, total, sinceMs, sum } = side
    return { direction, baseline, mean: total / seen, values: seen, sinceMs, statistic: sum }
  }
}
