/** How much a model's reported usage differs from what was counted. */
export interface Calibration {
  readonly model: string
  /** Reported tokens per counted one, 0.5 to 2. */
  readonly ratio: number
  readonly samples: number
  /** Mean relative distance of a report from the corrected count. */
  readonly error: number
}

interface Sums {
  counted: number
  reported: number
  distance: number
  weight: number
  samples: number
}

/** A report counts half after this many later ones. */
const halfLife = 50
const decay = 0.5 ** (1 / halfLife)
/** Models remembered; the one that was not heard of for longest is dropped. */
const mostModels = 512
const bounds = { least: 0.5, most: 2 }
/** Below so many tokens a count is mostly overhead. */
const fewest = 16
/** Reports before a ratio is used. */
const enough = 3

/** Learns one ratio per model from the usage that responses report. */
export class Calibrations {
  readonly #sums = new Map<string, Sums>()

  /** `counted`: the count before correction. Small, empty and senseless reports are passed over. */
  learn(model: string, counted: number, reported: number): void {
    if (!(counted >= fewest && reported > 0 && Number.isFinite(counted) && Number.isFinite(reported))) return
    const old = this.#sums.get(model) ?? { counted: 0, reported: 0, distance: 0, weight: 0, samples: 0 }
    const ratio = old.samples === 0 ? reported / counted : clamp(old.reported / old.counted)
    this.#sums.delete(model)
    this.#sums.set(model, {
      counted: old.counted * decay + counted,
      reported: old.reported * decay + reported,
      distance: old.distance * decay + Math.min(1, Math.abs(reported - counted * ratio) / reported),
      weight: old.weight * decay + 1,
      samples: old.samples + 1,
    })
    const [oldest] = this.#sums.keys()
    if (this.#sums.size > mostModels && oldest !== undefined) this.#sums.delete(oldest)
  }

  /** What is known of a model; nothing until three reports have come. */
  of(model: string): Calibration | undefined {
    const sums = this.#sums.get(model)
    return sums === undefined || sums.samples < enough ? undefined : toCalibration(model, sums)
  }

  all(): ReadonlyArray<Calibration> {
    return [...this.#sums].map(([model, sums]) => toCalibration(model, sums))
  }
}

const clamp = (ratio: number): number => Math.min(bounds.most, Math.max(bounds.least, ratio))

const toCalibration = (model: string, { counted, distance, reported, samples, weight }: Sums): Calibration => ({
  model,
  ratio: clamp(reported / counted),
  samples,
  error: distance / weight,
})
