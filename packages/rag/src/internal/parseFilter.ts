import { LlmError } from "@switchyard/core"
import type { FilterNode, FilterOperator } from "../Filter.ts"
import type { MetadataScalar } from "../Metadata.ts"

/** Deeper than anything a person writes, and far from what a stack holds. */
const maxDepth = 64

const operators: Readonly<Record<string, FilterOperator>> = {
  $in: "in",
  $ne: "ne",
  $gt: "gt",
  $gte: "gte",
  $lt: "lt",
  $lte: "lte",
  $exists: "exists",
}

class Refused {
  readonly error: LlmError
  constructor(path: string, what: string) {
    const message = `the filter is wrong at ${path}: ${what}`
    this.error = LlmError.make({ _tag: "InvalidRequest", field: path, message })
  }
}

/** A filter as callers without types may write it, checked. */
export const parse = (filter: unknown): FilterNode | LlmError => {
  try {
    return all(filter, "filter", 0)
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.error
    throw thrown
  }
}

const all = (filter: unknown, path: string, depth: number): FilterNode => {
  if (depth > maxDepth) throw new Refused(path, `it is nested more than ${maxDepth} deep`)
  if (!isObject(filter)) throw new Refused(path, `expected an object of fields, got ${kindOf(filter)}`)
  const of = Object.entries(filter).map(([name, value]) => entry(name, value, `${path}.${name}`, depth))
  return of.length === 1 && of[0] !== undefined ? of[0] : { _tag: "All", of }
}

const entry = (name: string, value: unknown, path: string, depth: number): FilterNode => {
  // Left out, it would let everything through: what is deleted, or whose records are shown, must not hang on that.
  if (value === undefined) throw new Refused(path, "its value is undefined: give it one, or leave the field out")
  if (name === "$and" || name === "$or") {
    if (!Array.isArray(value)) throw new Refused(path, `expected a list of filters, got ${kindOf(value)}`)
    const of = value.map((filter, index) => all(filter, `${path}[${index}]`, depth + 1))
    return { _tag: name === "$and" ? "All" : "Any", of }
  }
  if (name === "$not") return { _tag: "Not", of: all(value, path, depth + 1) }
  if (name.startsWith("$")) {
    throw new Refused(path, `there is no "${name}" here. Filters combine with $and, $or and $not`)
  }
  if (isScalar(value)) return { _tag: "Test", field: name, operator: "eq", value }
  if (!isObject(value)) throw new Refused(path, `expected a value or tests, got ${kindOf(value)}${hintFor(value)}`)
  return tests(name, value, path)
}

const tests = (field: string, value: object, path: string): FilterNode => {
  const given = Object.entries(value).filter(([, operand]) => operand !== undefined)
  if (given.length === 0) throw new Refused(path, "no test is given")
  const of = given.map(([name, operand]): FilterNode => {
    const at = `${path}.${name}`
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined
    if (operator === undefined) {
      throw new Refused(at, `unknown operator "${name}". Known: ${Object.keys(operators).join(", ")}`)
    }
    return { _tag: "Test", field, operator, value: operandOf(operator, operand, at) }
  })
  return of.length === 1 && of[0] !== undefined ? of[0] : { _tag: "All", of }
}

const operandOf = (
  operator: FilterOperator,
  operand: unknown,
  path: string,
): MetadataScalar | ReadonlyArray<MetadataScalar> => {
  const expected = (what: string): never => {
    throw new Refused(path, `expected ${what}, got ${kindOf(operand)}`)
  }
  if (operator === "in") {
    const list: unknown = operand
    return Array.isArray(list) && list.every(isScalar) ? list : expected("a list of values")
  }
  if (operator === "exists") return typeof operand === "boolean" ? operand : expected("true or false")
  if (operator === "ne") return isScalar(operand) ? operand : expected("a value")
  return typeof operand === "string" || (typeof operand === "number" && Number.isFinite(operand))
    ? operand
    : expected("a number or a string")
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is MetadataScalar =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value))

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : typeof value === "number" ? `${value}` : typeof value

const hintFor = (value: unknown): string => (Array.isArray(value) ? ". One of several values is { $in: [...] }" : "")
