import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Fault } from "./AnswerSchema.ts"
import { same } from "./internal/schema/fits.ts"
import { BoundedRegExp } from "./internal/schema/BoundedRegExp.ts"
import { PatternTooSlow, type TimeBudget } from "./internal/schema/TimeBudget.ts"
import type { Value } from "./internal/Value.ts"
import { parsePath, type Step, valuesAt } from "./JsonPath.ts"

const Type = Schema.Literals(["string", "number", "integer", "boolean", "object", "array", "null"])

/** What must hold of the values at a path. Without anything else the path must be there. */
export const FieldCheck = Schema.Struct({
  /** `a.b`, `items[0].name`, `items[*].price`. */
  path: Schema.NonEmptyString,
  /** Default: true. `false`: the other checks hold only where the path is there. */
  required: Schema.optionalKey(Schema.Boolean),
  /** It must not be there. */
  absent: Schema.optionalKey(Schema.Boolean),
  equals: Schema.optionalKey(Schema.Json),
  /** A regular expression that a string must match somewhere. */
  matches: Schema.optionalKey(Schema.String),
  /** Bounds of a number, or of the length of a string or array; both are allowed values. */
  range: Schema.optionalKey(
    Schema.Struct({ min: Schema.optionalKey(Schema.Finite), max: Schema.optionalKey(Schema.Finite) }),
  ),
  type: Schema.optionalKey(Schema.Union([Type, Schema.Array(Type)])),
})
export interface FieldCheck extends Schema.Schema.Type<typeof FieldCheck> {}

/** Checks one value of an answer. `budget`: the time of its pattern. */
export type CheckField = (value: unknown, budget: TimeBudget) => ReadonlyArray<Fault>

/** Gets a check ready. Fails with `InvalidRequest` for a path or a pattern that cannot be read. */
export const readyCheck = (check: FieldCheck): Effect.Effect<CheckField, LlmError> => {
  const steps = parsePath(check.path)
  if (steps === undefined)
    return wrong("path", `the path "${check.path}" cannot be read: write it as a.b, a[0].b or a[*].b`)
  return Effect.try({
    try: () => {
      const pattern = check.matches === undefined ? undefined : new BoundedRegExp(check.matches, "u")
      return (value, budget) => {
        if (pattern === undefined) return faultsOf(value, steps, check, pattern)
        try {
          return budget.run(() => faultsOf(value, steps, check, pattern))
        } catch (error) {
          if (!(error instanceof PatternTooSlow)) throw error
          // Too slow to tell: then it does not hold.
          const message = `the field "${check.path}" must match ${pattern.pattern.source}, but ${error.message}`
          return [{ path: steps.filter((step) => step !== "*"), message }]
        }
      }
    },
    catch: (error) => invalid("matches", `the pattern of "${check.path}" cannot be read: ${String(error)}`),
  })
}

const invalid = (field: string, message: string): LlmError => LlmError.make({ _tag: "InvalidRequest", field, message })
const wrong = (field: string, message: string) => Effect.fail(invalid(field, message))

const faultsOf = (
  root: unknown,
  steps: ReadonlyArray<Step>,
  check: FieldCheck,
  pattern: BoundedRegExp | undefined,
): ReadonlyArray<Fault> => {
  const found = valuesAt(root, steps)
  const path = steps.filter((step) => step !== "*")
  if (check.absent === true)
    return found.length === 0 ? [] : [{ path, message: `the field "${check.path}" must not be there` }]
  if (found.length === 0) {
    const many = steps.includes("*")
    return check.required === false || (many && check.required === undefined)
      ? []
      : [{ path, message: `the field "${check.path}" is missing`, suggestion: missing(check) }]
  }
  return found.flatMap(({ path: at, value }) => {
    const message = faultOf(value, check, pattern)
    return message === undefined ? [] : [{ path: at, message: `the field "${check.path}" ${message}` }]
  })
}

const isJson = (value: unknown): value is Value => value !== undefined

const faultOf = (
  value: unknown,
  { equals, range, type }: FieldCheck,
  pattern: BoundedRegExp | undefined,
): string | undefined => {
  if (type !== undefined && ![type].flat().some((name) => isA(value, name)))
    return `must be ${[type].flat().join(" or ")}`
  const due: unknown = equals
  if (isJson(due) && !(isJson(value) && same(sorted(due), sorted(value)))) return `must be ${JSON.stringify(equals)}`
  if (pattern !== undefined) {
    if (typeof value !== "string") return "must be a string"
    if (!pattern.test(value)) return `must match ${pattern.pattern.source}`
  }
  if (range === undefined) return undefined
  const size =
    typeof value === "number" ? value : typeof value === "string" || Array.isArray(value) ? value.length : undefined
  if (size === undefined) return "must be a number, a string or an array"
  if (range.min !== undefined && size < range.min) return `must be at least ${range.min}`
  return range.max !== undefined && size > range.max ? `must be at most ${range.max}` : undefined
}

const missing = ({ equals, path, type }: FieldCheck): string => {
  const due =
    equals !== undefined
      ? ` with ${JSON.stringify(equals)}`
      : type === undefined
        ? ""
        : `, of type ${[type].flat().join(" or ")}`
  return `add the field "${path}"${due}`
}

/** The order of fields does not matter. */
const sorted = (value: Value): Value => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}

const isA = (value: unknown, type: typeof Type.Type): boolean => {
  if (type === "null") return value === null
  if (type === "array") return Array.isArray(value)
  if (type === "integer") return Number.isInteger(value)
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value)
  return typeof value === type
}
