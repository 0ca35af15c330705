/** A score that a judge gave, 0..1, and whether the answer was in truth a pass. */
export interface Labelled {
  readonly score: number
  readonly pass: boolean
}

/**
 * How well verdicts by a threshold fit the truth. `kappa` is agreement beyond chance, 1 at best and 0 for chance (Cohen
 * 1960, doi:10.1177/001316446002000104). `falsePasses` and `falseFails` are counts.
 */
export interface Agreement {
  readonly threshold: number
  readonly accuracy: number
  readonly kappa: number
  readonly falsePasses: number
  readonly falseFails: number
}

const agreementAt = (threshold: number, cases: ReadonlyArray<Labelled>): Agreement => {
  const total = cases.length
  const falsePasses = cases.filter(({ score, pass }) => score >= threshold && !pass).length
  const falseFails = cases.filter(({ score, pass }) => score < threshold && pass).length
  const passes = cases.filter(({ pass }) => pass).length
  const judgedPasses = passes - falseFails + falsePasses
  const accuracy = (total - falsePasses - falseFails) / total
  const chance = (passes * judgedPasses + (total - passes) * (total - judgedPasses)) / (total * total)
  const kappa = chance === 1 ? 0 : (accuracy - chance) / (1 - chance)
  return { threshold, accuracy, kappa, falsePasses, falseFails }
}

/** Sensitivity + specificity - 1 (Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3). */
const youden = ({ falsePasses, falseFails }: Agreement, passes: number, fails: number): number =>
  1 - falseFails / passes - falsePasses / fails

/**
 * The threshold that tells passes from fails best, by Youden's index. It lies midway between two scores; of equally good
 * ones the highest is taken, since a false pass is worse. `undefined` without at least one pass and one fail.
 */
export const fitThreshold = (cases: ReadonlyArray<Labelled>): Agreement | undefined => {
  const passes = cases.filter(({ pass }) => pass).length
  const fails = cases.length - passes
  if (passes === 0 || fails === 0) return undefined
  const scores = [...new Set(cases.map(({ score }) => score))].sort((a, b) => a - b)
  const cuts = scores.map((score, index) => (index === 0 ? score : (score + (scores[index - 1] ?? score)) / 2))
  let best: Agreement | undefined
  for (const cut of cuts) {
    const found = agreementAt(cut, cases)
    if (best === undefined || youden(found, passes, fails) >= youden(best, passes, fails)) best = found
  }
  return best
}
