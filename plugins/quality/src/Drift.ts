import { ChangeDetector, type Change, type DetectorSettings, type Direction } from "./internal/ChangeDetector.ts"
import { LeastRecent } from "./internal/LeastRecent.ts"
import type { Observation } from "./Statistics.ts"

/*
 * For the plugin: hand what `record` gives to the sink of `makeAlertSink` (Alerts.ts), which returns at once.
 */

export type { Direction } from "./internal/ChangeDetector.ts"

/** A metric of a model has changed for good. */
export interface DriftAlert {
  /** "provider/model". */
  readonly model: string
  readonly metric: string
  readonly direction: Direction
  /** Milliseconds since 1970: when it was told, and when it seems to have begun. */
  readonly atMs: number
  readonly sinceMs: number
  /** What was usual: mean and standard deviation of `n` answers. */
  readonly baseline: { readonly mean: number; readonly sd: number; readonly n: number }
  /** Mean of the `values` answers since it began. */
  readonly mean: number
  readonly values: number
  /** The test's sum and the limit that it passed, in standard deviations of the baseline. */
  readonly statistic: number
  readonly limit: number
  /** All of it in a sentence. */
  readonly message: string
}

export interface DriftOptions {
  /** Default: "cusum". "page-hinkley" follows slow drift and tells quick change only. */
  readonly method?: "cusum" | "page-hinkley"
  /** Answers that the usual is learnt from, at least 2. Default: 100. */
  readonly warmUp?: number
  /** In standard deviations: changes up to twice this are let pass. Default: 0.5. */
  readonly slack?: number
  /** In standard deviations: the sum that is told. Higher means fewer false alarms and later true ones. Default: 12. */
  readonly limit?: number
  /** The least standard deviation, in the metric's units. Default: 0.02. */
  readonly minSd?: number
  /** Which changes are told. Default: down only, which is worse for metrics where more is better. */
  readonly directions?: ReadonlyArray<Direction>
  /** Metrics that are watched. Default: all that are recorded. */
  readonly metrics?: ReadonlyArray<string>
  /** Pairs of model and metric; the one unused for longest goes. Default: 1,000. */
  readonly maxSeries?: number
}

export interface Drift {
  /** Gives the changes that this observation made certain. Values that are no finite numbers are left out. */
  readonly record: (observation: Observation) => ReadonlyArray<DriftAlert>
}

const shown = (value: number): string => value.toFixed(3)

const messageOf = (model: string, metric: string, { direction, baseline, mean, values }: Change): string =>
  `${metric} of ${model} went ${direction}: ${shown(mean)} over the last ${values} answers, ` +
  `where ${shown(baseline.mean)} (sd ${shown(baseline.sd)}, ${baseline.n} answers) was usual`

const settingsOf = (options: DriftOptions): DetectorSettings => ({
  method: options.method ?? "cusum",
  warmUp: Math.max(2, options.warmUp ?? 100),
  slack: options.slack ?? 0.5,
  limit: options.limit ?? 12,
  minSd: options.minSd ?? 0.02,
  directions: options.directions ?? ["down"],
})

/** Watches every metric of every model for a lasting change. The methods and their sources stand at `ChangeDetector`. */
export const makeDrift = (options: DriftOptions = {}): Drift => {
  const settings = settingsOf(options)
  const series = new LeastRecent<ChangeDetector>(options.maxSeries ?? 1000)
  const watched = options.metrics === undefined ? undefined : new Set(options.metrics)
  return {
    record: ({ model, metrics, atMs }) => {
      const alerts: Array<DriftAlert> = []
      for (const [metric, value] of Object.entries(metrics)) {
        if (!Number.isFinite(value) || watched?.has(metric) === false) continue
        const change = series
          .getOr(JSON.stringify([model, metric]), () => new ChangeDetector(settings))
          .add(value, atMs)
        if (change === undefined) continue
        alerts.push({
          model,
          metric,
          atMs,
          limit: settings.limit,
          ...change,
          message: messageOf(model, metric, change),
        })
      }
      return alerts
    },
  }
}
