import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { guard } from "./Guard.ts"
import { type JudgeOptions, similarityOf } from "./Judgement.ts"

/** Two prompts, and whether one answer serves both. */
export interface CalibrationPair {
  readonly a: string
  readonly b: string
  readonly same: boolean
}

/** `precision`: of the hits, the share that is right (1 when nothing hits). `recall`: of the pairs that are the same, the share that hits. */
export interface Quality {
  readonly precision: number
  readonly recall: number
  readonly falseHits: number
}

export interface CalibrationRow {
  readonly threshold: number
  /** Similarity and the guard, as the cache decides. */
  readonly guarded: Quality
  /** Similarity alone. */
  readonly unguarded: Quality
}

export interface Calibration {
  readonly pairs: number
  readonly same: number
  readonly rows: ReadonlyArray<CalibrationRow>
  /** The highest threshold of those with no false hit and the most hits; none where every threshold has a false hit. */
  readonly recommended?: number
}

interface Scored {
  readonly same: boolean
  readonly similarity: number
  readonly agreed: boolean
}

const thresholds = Array.from({ length: 20 }, (_, i) => (i * 5) / 100).concat(0.99)

/** Precision and recall by threshold on one's own pairs, with the guard and without. Fails as the embedder does. */
export const calibrate = (
  pairs: ReadonlyArray<CalibrationPair>,
  options: Pick<JudgeOptions, "embedder"> = {},
): Effect.Effect<Calibration, LlmError> =>
  Effect.map(
    Effect.forEach(pairs, ({ a, b, same }) =>
      Effect.map(similarityOf(a, b, options), (similarity): Scored => ({
        same,
        similarity,
        agreed: guard(a, b).length === 0,
      })),
    ),
    summed,
  )

const summed = (scored: ReadonlyArray<Scored>): Calibration => {
  const same = scored.filter((pair) => pair.same).length
  const rows = thresholds.map((threshold) => ({
    threshold,
    guarded: quality(scored, same, (pair) => pair.agreed && pair.similarity >= threshold),
    unguarded: quality(scored, same, (pair) => pair.similarity >= threshold),
  }))
  const clean = rows.filter(({ guarded }) => guarded.falseHits === 0)
  const most = Math.max(...clean.map(({ guarded }) => guarded.recall))
  const best = clean.findLast(({ guarded }) => guarded.recall === most)
  return {
    pairs: scored.length,
    same,
    rows,
    ...(best === undefined || same === 0 ? {} : { recommended: best.threshold }),
  }
}

const quality = (scored: ReadonlyArray<Scored>, same: number, isHit: (pair: Scored) => boolean): Quality => {
  const hits = scored.filter(isHit)
  const right = hits.filter((pair) => pair.same).length
  return {
    precision: hits.length === 0 ? 1 : right / hits.length,
    recall: same === 0 ? 0 : right / same,
    falseHits: hits.length - right,
  }
}
