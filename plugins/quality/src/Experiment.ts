import { LlmError, type LlmRequest, type Message } from "@switchyard/core"
import { bucketOf } from "./internal/bucket.ts"
import { chiSquareP } from "./internal/chiSquare.ts"
import { describeResult } from "./internal/describeResult.ts"
import { Moments } from "./internal/Moments.ts"
import { evidence } from "./internal/SequentialTest.ts"

/*
 * For the plugin: `enter` in the join point `request`, `record` in `response` with the request that is given there, which
 * carries the tag. Calls within calls (depth above 0) take no part.
 */

/** One way of answering. What it leaves out stays as the call has it. */
export interface Variant {
  readonly name: string
  /** Share of the calls, relative to the others. Default: 1. */
  readonly weight?: number
  /** Takes the place of the request's model. */
  readonly model?: string
  /** Takes the place of the request's system messages. */
  readonly system?: string
}

export interface ExperimentOptions {
  readonly name: string
  /** At least two; the others are compared with the first. */
  readonly variants: ReadonlyArray<Variant>
  /** What is measured, for the result's text. Default: "confidence". */
  readonly metric?: string
  /** Default: true. Not for costs and times. */
  readonly higherIsBetter?: boolean
  /** Chance of a false finding, over all looks and all comparisons. Default: 0.05. */
  readonly alpha?: number
  /** The difference that is worth finding, in the metric's units. Larger ones are found sooner. Default: 0.05. */
  readonly effect?: number
  /** Answers that each variant must have before anything is said. Default: 50. */
  readonly least?: number
}

export interface VariantResult {
  readonly name: string
  readonly n: number
  readonly mean: number
  readonly sd: number
}

export interface Comparison {
  readonly variant: string
  readonly against: string
  /** Mean of the variant less that of the first, and what bounds the true one, with confidence 1 - alpha at every look. */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Always valid, and corrected for the number of variants (Bonferroni). The least that any look has shown. */
  readonly p: number
  /** As at the look that showed the difference first. Undecided again where the means now differ the other way. */
  readonly decision: "better" | "worse" | "undecided"
}

export interface ExperimentResult {
  readonly name: string
  readonly metric: string
  readonly variants: ReadonlyArray<VariantResult>
  readonly comparisons: ReadonlyArray<Comparison>
  /** Do the variants have the shares they should (chi-square, p at least 0.001)? If not, do not trust the rest. */
  readonly sharesFit: boolean
  /** For people. */
  readonly text: string
}

export interface Experiment {
  readonly name: string
  /** The variant of a key: always the same one, while names and weights stay. */
  readonly assign: (key: string) => Variant
  /** The request as the key's variant has it, with the tag `experiment.NAME`. */
  readonly enter: (request: LlmRequest, key: string) => LlmRequest
  /** Counts the answer to a request that `enter` gave. False where it is none of this experiment's, or no number. */
  readonly record: (request: Pick<LlmRequest, "tags">, value: number) => boolean
  /** Counts an answer of this variant. False for an unknown variant, or no number. */
  readonly observe: (variant: string, value: number) => boolean
  /** May be looked at as often as one likes: the level holds over all looks. */
  readonly result: () => ExperimentResult
}

const refused = (field: string, what: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${field} ${what}` }, { operation: "compose" })

const fault = ({
  name,
  variants,
  alpha = 0.05,
  effect = 0.05,
  least = 50,
}: ExperimentOptions): LlmError | undefined => {
  if (!/^[\w.-]{1,64}$/.test(name)) return refused("name", "must be 1 to 64 letters, digits, _, - or .")
  if (variants.length < 2) return refused("variants", "must hold at least two")
  if (variants.length > 20) return refused("variants", "must hold at most twenty")
  const names = variants.map((variant) => variant.name)
  const twice = names.findIndex((one, index) => names.indexOf(one) !== index)
  if (twice >= 0) return refused(`variants[${twice}].name`, `is the name of an earlier one: "${names[twice]}"`)
  const bad = variants.findIndex(({ weight = 1 }) => !(weight > 0 && weight < Infinity))
  if (bad >= 0) return refused(`variants[${bad}].weight`, "must be above 0")
  if (!(alpha > 0 && alpha < 1)) return refused("alpha", "must lie between 0 and 1")
  if (!(effect > 0 && effect < Infinity)) return refused("effect", "must be above 0")
  return least >= 2 ? undefined : refused("least", "must be at least 2")
}

const withSystem = (messages: ReadonlyArray<Message>, system: string): ReadonlyArray<Message> => [
  { role: "system", content: system },
  ...messages.filter(({ role }) => role !== "system"),
]

/** One variant's answers, the least p-value of its comparison with the first, and which way the difference went that it showed. */
interface Arm {
  readonly variant: Variant
  readonly share: number
  readonly moments: Moments
  p: number
  found: "more" | "less" | undefined
}

const direction = (difference: number): "more" | "less" => (difference > 0 ? "more" : "less")

/** What the sentences on the comparisons leave out: that an earlier finding does not stand. */
const turned = ({ variant, decision, p }: Comparison, alpha: number): string =>
  decision === "undecided" && p <= alpha
    ? `\n${variant}: an earlier look showed a difference the other way. What is measured has changed: begin anew.`
    : ""

/** The state of an experiment and what follows from it. Its memory does not grow with the number of answers. */
class Trial {
  readonly arms: ReadonlyArray<Arm>
  readonly #options: ExperimentOptions
  readonly #settings

  constructor(options: ExperimentOptions) {
    const { variants, alpha = 0.05, effect = 0.05, least = 50 } = options
    const total = variants.reduce((sum, { weight = 1 }) => sum + weight, 0)
    this.#options = options
    // Bonferroni: each comparison has its part of alpha.
    this.#settings = { alpha: alpha / (variants.length - 1), effect, least }
    this.arms = variants.map((variant) => ({
      variant,
      share: (variant.weight ?? 1) / total,
      moments: new Moments(),
      p: 1,
      found: undefined,
    }))
  }

  observe(name: string, value: number): boolean {
    const [base, ...others] = this.arms
    const arm = this.arms.find(({ variant }) => variant.name === name)
    if (arm === undefined || base === undefined || !Number.isFinite(value)) return false
    arm.moments.add(value)
    for (const other of arm === base ? others : [arm]) {
      const { p, difference } = evidence(base.moments, other.moments, this.#settings)
      other.p = Math.min(other.p, p * others.length)
      if (other.p <= (this.#options.alpha ?? 0.05)) other.found ??= direction(difference)
    }
    return true
  }

  comparisons(): ReadonlyArray<Comparison> {
    const [base, ...others] = this.arms
    if (base === undefined) return []
    const { higherIsBetter = true } = this.#options
    return others.map(({ variant, moments, p, found }) => {
      const { difference, low, high } = evidence(base.moments, moments, this.#settings)
      const decision =
        found === undefined || found !== direction(difference)
          ? "undecided"
          : (found === "more") === higherIsBetter
            ? "better"
            : "worse"
      return { variant: variant.name, against: base.variant.name, difference, low, high, p, decision }
    })
  }

  result(): ExperimentResult {
    const { name, metric = "confidence", alpha = 0.05 } = this.#options
    const variants = this.arms.map(({ variant, moments: { n, mean, sd } }) => ({ name: variant.name, n, mean, sd }))
    const counts = variants.map(({ n }) => n)
    const shares = this.arms.map(({ share }) => share)
    const sharesFit = chiSquareP(counts, shares) >= 0.001
    const comparisons = this.comparisons()
    const result = { name, metric, variants, comparisons, sharesFit }
    const notes = comparisons.map((comparison) => turned(comparison, alpha)).join("")
    return { ...result, text: `${describeResult(result, alpha)}${notes}` }
  }
}

/**
 * An A/B test of models or prompts. A key is assigned by a hash, so that it stays with its variant without anything being
 * stored, on any number of nodes. Answers are taken as independent: where one key asks often, record one value per key.
 */
export const makeExperiment = (options: ExperimentOptions): Experiment | LlmError => {
  const wrong = fault(options)
  if (wrong !== undefined) return wrong
  const trial = new Trial(options)
  const tag = `experiment.${options.name}`
  const assign = (key: string): Variant => {
    let left = bucketOf(options.name, key)
    for (const { variant, share } of trial.arms) {
      left -= share
      if (left < 0) return variant
    }
    return trial.arms.at(-1)?.variant ?? { name: "none" }
  }
  return {
    name: options.name,
    assign,
    enter: (request, key) => {
      const { name, model, system } = assign(key)
      return {
        ...request,
        ...(model === undefined ? {} : { model }),
        ...(system === undefined ? {} : { messages: withSystem(request.messages, system) }),
        tags: { ...request.tags, [tag]: name },
      }
    },
    record: ({ tags }, value) => {
      const variant = tags?.[tag]
      return variant !== undefined && trial.observe(variant, value)
    },
    observe: (variant, value) => trial.observe(variant, value),
    result: () => trial.result(),
  }
}
