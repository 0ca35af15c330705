import { LeastRecent } from "./internal/LeastRecent.ts"
import { RingWindow } from "./internal/RingWindow.ts"

/*
 * For the plugin: answers from a cache say nothing of their model as it is now, so they are not recorded.
 */

/** Numbers of one answer, by name, such as `{ confidence: 0.8 }`. `model` is "provider/model". */
export interface Observation {
  readonly model: string
  readonly metrics: Readonly<Record<string, number>>
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** A metric over the window. Quantiles are of the values themselves, by the nearest rank. */
export interface MetricStatistics {
  readonly n: number
  readonly mean: number
  /** Standard deviation of the sample; 0 for a single value. */
  readonly sd: number
  readonly min: number
  readonly max: number
  readonly p10: number
  readonly p50: number
  readonly p90: number
}

export interface ModelStatistics {
  readonly model: string
  /** Answers since the model was first seen, those that left the window included. */
  readonly answers: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  readonly metrics: Readonly<Record<string, MetricStatistics>>
}

export interface StatisticsOptions {
  /** Values kept per model and metric. Default: 500. */
  readonly window?: number
  /** Values older than this, in ms, count no more. Default: 7 days. */
  readonly maxAgeMs?: number
  /** Models kept; the one unused for longest goes. Default: 200. */
  readonly maxModels?: number
  /** Metrics kept per model; further ones are left out. Default: 16. */
  readonly maxMetrics?: number
}

/** Rolling statistics per model. Memory: at most `maxModels` x `maxMetrics` x `window` x 16 bytes. */
export interface Statistics {
  /** Values that are no finite numbers are left out. */
  readonly record: (observation: Observation) => void
  /** `nowMs` decides what is too old. */
  readonly of: (model: string, nowMs: number) => ModelStatistics | undefined
  /** All models, the one used last first. */
  readonly all: (nowMs: number) => ReadonlyArray<ModelStatistics>
}

interface Kept {
  answers: number
  readonly firstAtMs: number
  lastAtMs: number
  readonly metrics: Map<string, RingWindow>
}

const day = 86_400_000

export const makeStatistics = (options: StatisticsOptions = {}): Statistics => {
  const { window = 500, maxAgeMs = 7 * day, maxModels = 200, maxMetrics = 16 } = options
  const models = new LeastRecent<Kept>(maxModels)
  const summary = (model: string, kept: Kept, nowMs: number): ModelStatistics => ({
    model,
    answers: kept.answers,
    firstAtMs: kept.firstAtMs,
    lastAtMs: kept.lastAtMs,
    metrics: Object.fromEntries(
      [...kept.metrics].flatMap(([name, values]) => {
        const found = summarise(values.since(nowMs - maxAgeMs))
        return found === undefined ? [] : [[name, found] as const]
      }),
    ),
  })
  return {
    record: ({ model, metrics, atMs }) => {
      const kept = models.getOr(model, () => ({ answers: 0, firstAtMs: atMs, lastAtMs: atMs, metrics: new Map() }))
      kept.answers++
      kept.lastAtMs = atMs
      for (const [name, value] of Object.entries(metrics)) {
        if (!Number.isFinite(value)) continue
        const found = kept.metrics.get(name)
        if (found === undefined && kept.metrics.size >= maxMetrics) continue
        const values = found ?? new RingWindow(window)
        if (found === undefined) kept.metrics.set(name, values)
        values.add(value, atMs)
      }
    },
    of: (model, nowMs) => {
      const kept = models.peek(model)
      return kept === undefined ? undefined : summary(model, kept, nowMs)
    },
    all: (nowMs) =>
      models
        .entries()
        .map(([model, kept]) => summary(model, kept, nowMs))
        .reverse(),
  }
}

const summarise = (values: ReadonlyArray<number>): MetricStatistics | undefined => {
  const n = values.length
  if (n === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const rank = (share: number): number => sorted[Math.min(n - 1, Math.max(0, Math.ceil(share * n) - 1))] ?? mean
  return {
    n,
    mean,
    sd: n < 2 ? 0 : Math.sqrt(squares / (n - 1)),
    min: rank(0),
    max: rank(1),
    p10: rank(0.1),
    p50: rank(0.5),
    p90: rank(0.9),
  }
}
