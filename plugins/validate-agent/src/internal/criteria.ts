import type { JsonObject, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { asBoolean, asScore, at, isFields } from "./fields.ts"
import { type Fault, faultsOf, reasonOf } from "./issues.ts"
import { camelKeys, unknownKeys, wrongParams } from "./params.ts"

type Fields = Readonly<Record<string, unknown>>

const names = Schema.Union([Schema.NonEmptyString, Schema.NonEmptyArray(Schema.NonEmptyString)])
const fields = {
  /** Fields of the report that must be true, by path. */
  agentMustReportTrue: Schema.optionalKey(names),
  agentMustReportFalse: Schema.optionalKey(names),
  /** Fields of `details` that must be true. */
  allTrueInDetailsKeys: Schema.optionalKey(names),
  /** Texts that must, or must not, stand in `details`, in any case of letters. */
  mustContainInDetails: Schema.optionalKey(names),
  mustNotContainInDetails: Schema.optionalKey(names),
}
const Given = Schema.Struct(fields)

/** When the agent's report counts as a pass: all of these hold. */
export interface Criteria {
  readonly flags: ReadonlyArray<{ readonly path: string; readonly wanted: boolean }>
  readonly contain: ReadonlyArray<{ readonly text: string; readonly wanted: boolean }>
  readonly warnings: ReadonlyArray<string>
}

/** The agent's report, measured by the criteria. */
export interface Report {
  readonly passed: boolean
  readonly score: number
  readonly faults: ReadonlyArray<Fault>
}

const list = (value: string | ReadonlyArray<string> = []): ReadonlyArray<string> =>
  typeof value === "string" ? [value] : value

const criteriaOf = (given: typeof Given.Type, warnings: ReadonlyArray<string>): Criteria => ({
  flags: [
    ...list(given.agentMustReportTrue).map((path) => ({ path, wanted: true })),
    ...list(given.agentMustReportFalse).map((path) => ({ path, wanted: false })),
    ...list(given.allTrueInDetailsKeys).map((key) => ({ path: `details.${key}`, wanted: true })),
  ],
  contain: [
    ...list(given.mustContainInDetails).map((text) => ({ text, wanted: true })),
    ...list(given.mustNotContainInDetails).map((text) => ({ text, wanted: false })),
  ],
  warnings,
})

const decode = Schema.decodeUnknownEffect(Given, { errors: "all" })

/** Reads `success_criteria`. Criteria of which none is known would pass everything: they are refused. */
export const readCriteria = (validator: string, given: JsonObject | undefined): Effect.Effect<Criteria, LlmError> => {
  const known = camelKeys(given ?? { agentMustReportTrue: "validation_passed" })
  const warnings = unknownKeys(`${validator}: params.success_criteria.`, known, Object.keys(fields))
  return decode(known).pipe(
    Effect.mapError((error) => wrongParams(validator, `success_criteria: ${error.message}`)),
    Effect.flatMap((read) => {
      const criteria = criteriaOf(read, warnings)
      if (criteria.flags.length + criteria.contain.length > 0) return Effect.succeed(criteria)
      const message = `success_criteria holds no known criterion (known: ${Object.keys(fields).join(", ")})`
      return Effect.fail(wrongParams(validator, message))
    }),
  )
}

/** Is the object a report on these criteria, good or bad? */
export const isReport =
  ({ flags }: Criteria) =>
  (report: Fields): boolean =>
    flags.some(({ path }) => at(report, path) !== undefined) ||
    report["details"] !== undefined ||
    report["validation_passed"] !== undefined

const missed = ({ flags, contain }: Criteria, report: Fields): Result.Result<ReadonlyArray<string>, string> => {
  const faults: Array<string> = []
  for (const { path, wanted } of flags) {
    const value = asBoolean(at(report, path))
    if (value === undefined) return Result.fail(`the field "${path}" must be true or false`)
    if (value !== wanted) faults.push(`the check reported ${path}: ${value}`)
  }
  if (contain.length > 0 && report["details"] === undefined) return Result.fail(`the field "details" is missing`)
  const details = JSON.stringify(report["details"] ?? "").toLowerCase()
  for (const { text, wanted } of contain) {
    if (details.includes(text.toLowerCase()) === wanted) continue
    faults.push(`the details of the check ${wanted ? "do not mention" : "mention"} "${text}"`)
  }
  return Result.succeed(faults)
}

/** What an agent reported: a pass, or the faults, in its own words where it gave some. */
export const readReport =
  (criteria: Criteria) =>
  (report: Fields): Result.Result<Report, string> =>
    Result.flatMap(missed(criteria, report), (faults) => {
      const passed = faults.length === 0
      const score = asScore(report["score"], 1)
      // Where nothing had to be true the score may be one of what is wrong.
      if (passed && score === 0 && criteria.flags.some(({ wanted }) => wanted)) {
        return Result.fail(`all is true that must be and "score" is 0: which holds?`)
      }
      const details = isFields(report["details"]) ? faultsOf(report["details"]) : []
      const told = [...faultsOf(report), ...details]
      const reason = reasonOf(report)
      const own = passed ? [] : faults.map((message) => ({ message: reason ? `${message}: ${reason}` : message }))
      return Result.succeed({ passed, score: score ?? (passed ? 1 : 0), faults: told.length > 0 ? told : own })
    })
