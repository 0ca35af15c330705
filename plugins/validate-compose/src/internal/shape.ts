import type { Json, JsonObject, LlmError } from "@switchyard/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { refused } from "./refused.ts"

const ms = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_600_000 }))
const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const concurrency = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 32 })))
const required = Schema.optionalKey(Schema.Boolean)

const entry = {
  type: Schema.NonEmptyString,
  params: Schema.optionalKey(Schema.JsonObject),
  timeoutMs: Schema.optionalKey(ms),
  onTimeout: Schema.optionalKey(Schema.Literals(["reject", "fail"])),
}
const Entry = Schema.Struct(entry)

export const maxDepth = 8
export const maxMembers = 100

const listOf = <S extends Schema.Top>(member: S) =>
  Schema.Array(member).check(Schema.isMinLength(1), Schema.isMaxLength(maxMembers))

const weight = Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
const cost = Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))
const name = Schema.optionalKey(Schema.NonEmptyString)

/** What each composition takes. A setting that would do nothing in it is refused. */
export const All = Schema.Struct({ of: listOf(Schema.Struct({ ...entry, required })), concurrency })
export const Any = Schema.Struct({
  of: listOf(Entry),
  min: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
})
export const Weighted = Schema.Struct({
  of: listOf(Schema.Struct({ ...entry, required, weight })),
  threshold: Schema.optionalKey(share),
  concurrency,
  name,
})
export const Staged = Schema.Struct({
  of: listOf(Schema.Struct({ ...entry, required, cost })),
  sureAt: Schema.optionalKey(share),
})
export const Not = Schema.Struct({
  of: Schema.Array(Entry).check(Schema.isMinLength(1), Schema.isMaxLength(1)),
  message: Schema.optionalKey(Schema.NonEmptyString),
  suggestion: Schema.optionalKey(Schema.NonEmptyString),
  name,
})

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const camelKeys = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [camel(key), value]),
  )

/** A member by its name alone, or with its settings, in camelCase or in the snake_case of users' files. */
const entryOf = (value: Json): Json =>
  typeof value === "string" ? { type: value } : isObject(value) ? camelKeys(value) : value

const normalised = (params: JsonObject): JsonObject => {
  const { validators, ...rest } = camelKeys(params)
  const of = rest["of"] ?? validators
  if (of === undefined) return rest
  return {
    ...rest,
    of: Array.isArray(of) ? of.map(entryOf) : isObject(of) || typeof of === "string" ? [entryOf(of)] : of,
  }
}

/** The parameters of a composition, or what is wrong with them and where. */
export const readParams = <S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  validator: string,
  params: JsonObject,
): Result.Result<S["Type"], LlmError> => {
  const result = Schema.decodeResult<S>(schema, { errors: "all", onExcessProperty: "error" })(normalised(params))
  return Result.mapError(result, ({ message }) => {
    const [, path = ""] = /\n\s*at (\S+)/.exec(message) ?? []
    const field = path.replace(/\["?([^"\]]*)"?\]/g, (_, key: string) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    return refused(validator, `params${field}`, message.replace(/\s+/g, " ").slice(0, 500))
  })
}

/** Nested too deep, or made of too many in all? Counted before anything is made. */
export const outOfBounds = (params: JsonObject, compositions: ReadonlySet<string>): string | undefined => {
  let members = 0
  const depthOf = (given: JsonObject, depth: number): number => {
    const { of } = normalised(given)
    if (depth > maxDepth || members > maxMembers || !Array.isArray(of)) return depth
    let deepest = depth
    for (const one of of) {
      members++
      if (!isObject(one) || typeof one["type"] !== "string" || !compositions.has(one["type"])) continue
      const inner = one["params"]
      if (isObject(inner)) deepest = Math.max(deepest, depthOf(inner, depth + 1))
    }
    return deepest
  }
  if (depthOf(params, 1) > maxDepth) return `validators are nested more than ${maxDepth} deep`
  return members > maxMembers ? `there are more than ${maxMembers} validators in it` : undefined
}
