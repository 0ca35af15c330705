import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { asBoolean, asScore, asText, firstOf, isFields } from "./fields.ts"
import { type Fault, faultsOf, reasonOf } from "./issues.ts"

type Fields = Readonly<Record<string, unknown>>

const unit = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** One thing that an answer is measured by. */
export const Criterion = Schema.Struct({
  name: Schema.NonEmptyString,
  description: Schema.optionalKey(Schema.String),
  /** Share in the score. Default: 1. */
  weight: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
  /** Below this, in 0..1, the answer fails whatever its score. */
  minimum: Schema.optionalKey(unit),
})
export type Criterion = typeof Criterion.Type

/** How a rubric's verdict is measured. */
export interface Measure {
  readonly criteria: ReadonlyArray<Criterion>
  /** 0..1. */
  readonly threshold: number | undefined
  /** The judge's scores go from 0 to this. */
  readonly scale: number
}

/** A judge's opinion of an answer. `score` is 0..1. */
export interface Opinion {
  readonly ok: boolean
  readonly score: number
  readonly faults: ReadonlyArray<Fault>
}

const verdicts = ["verdict", "pass", "passed", "validation_passed", "valid", "result"]

export const isOpinion = (fields: Fields): boolean =>
  firstOf(fields, [...verdicts, "score", "criteria", "scores"]) !== undefined

const readWhole = (fields: Fields, { threshold, scale }: Measure): Result.Result<Opinion, string> => {
  const given = firstOf(fields, verdicts)
  const pass = asBoolean(given)
  const score = asScore(fields["score"], scale)
  if (given !== undefined && pass === undefined) return Result.fail(`"verdict" must be "pass" or "fail"`)
  if (score === undefined && (fields["score"] !== undefined || threshold !== undefined)) {
    return Result.fail(`"score" must be a number from 0 to ${scale}`)
  }
  if (pass === undefined && threshold === undefined) return Result.fail(`"verdict" is missing`)
  if ((pass === true && score === 0) || (pass === false && score === 1)) {
    return Result.fail(
      `"verdict" says ${pass ? "pass" : "fail"} and "score" is ${score * scale} of ${scale}: which holds?`,
    )
  }
  const enough = threshold === undefined || (score ?? 0) >= threshold
  const ok = pass !== false && enough
  const told = faultsOf(fields)
  const reason = reasonOf(fields) ?? (enough ? "the judge rejected the answer" : "the score is below the threshold")
  return Result.succeed({
    ok,
    score: score ?? (ok ? 1 : 0),
    faults: told.length > 0 || ok ? told : [{ message: reason }],
  })
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

/** What the judge says of one criterion: in a list of objects, or in an object by name. */
const entryOf = (given: unknown, name: string): unknown => {
  if (Array.isArray(given)) {
    return given.find((item) => {
      const of = isFields(item) ? asText(firstOf(item, ["criterion", "name"])) : undefined
      return of !== undefined && same(of, name)
    })
  }
  if (!isFields(given)) return undefined
  return Object.entries(given).find(([key]) => same(key, name))?.[1]
}

const readParts = (fields: Fields, { criteria, threshold = 0.5, scale }: Measure): Result.Result<Opinion, string> => {
  const given = firstOf(fields, ["criteria", "scores"])
  const faults: Array<Fault> = []
  let [sum, weights, ok] = [0, 0, true]
  for (const { name, weight = 1, minimum } of criteria) {
    const entry = entryOf(given, name)
    const score = asScore(isFields(entry) ? entry["score"] : entry, scale)
    if (score === undefined) return Result.fail(`the criterion "${name}" has no score from 0 to ${scale}`)
    sum += weight * score
    weights += weight
    if (minimum !== undefined && score < minimum) ok = false
    if (score >= (minimum ?? threshold)) continue
    const [fault] = isFields(entry) ? faultsOf({ issues: [entry] }) : []
    const message = `${name} (${Math.round(score * 100)}%)${fault === undefined ? "" : `: ${fault.message}`}`
    faults.push({ ...fault, message })
  }
  const score = sum / weights
  return Result.succeed({ ok: ok && score >= threshold, score, faults: [...faults, ...faultsOf(fields)] })
}

/** Reads a judge's opinion: of the whole, or of each criterion, which are then weighed. */
export const readOpinion =
  (measure: Measure) =>
  (fields: Fields): Result.Result<Opinion, string> =>
    measure.criteria.length === 0 ? readWhole(fields, measure) : readParts(fields, measure)
