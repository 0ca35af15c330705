import type { Comparison, ExperimentResult } from "../Experiment.ts"

const shown = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : "unknown")
const signed = (value: number): string => (value >= 0 ? `+${shown(value)}` : shown(value))
const chance = (p: number): string => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`)

const sentence = ({ variant, against, difference, low, high, p, decision }: Comparison, level: string): string => {
  if (!Number.isFinite(low))
    return `${variant} and ${against}: too few answers, or all of them equal. Nothing to say yet.`
  const bounds = `difference ${signed(difference)}, ${level} interval ${signed(low)} to ${signed(high)}, ${chance(p)}`
  if (decision === "undecided") return `${variant} and ${against}: no difference shown yet (${bounds}). Go on, or stop.`
  return `${variant} is ${decision} than ${against} (${bounds}). The test may be stopped.`
}

/** A result in words. */
export const describeResult = (result: Omit<ExperimentResult, "text">, alpha: number): string => {
  const { name, metric, variants, comparisons, sharesFit } = result
  const level = `${Number(((1 - alpha) * 100).toFixed(2))}%`
  const lines = [
    `Experiment ${name}, measured by ${metric}.`,
    ...variants.map(({ name, n, mean, sd }) => `  ${name}: ${n} answers, mean ${shown(mean)}, sd ${shown(sd)}`),
    ...comparisons.map((comparison) => sentence(comparison, level)),
  ]
  if (!sharesFit) {
    lines.push(
      "The variants do not have the shares they should. Something loses answers of one of them: do not trust the above.",
    )
  }
  return lines.join("\n")
}
