import type { FilterNode, FilterOperator, MetadataScalar } from "@switchyard/rag"
import { encoded } from "./encoded.ts"

/**
 * A checked filter as one SQL/JSON path (ISO/IEC 19075-6), for `metadata @@ path`: the index on the metadata serves its
 * equalities. Lax mode looks into lists; `exists(… ? (…))` makes false of what SQL/JSON leaves unknown (a number beside a
 * string), so that `!` turns it around as the contract says.
 */
export const filterPath = (node: FilterNode): string => {
  switch (node._tag) {
    case "All":
      return joined(node.of.map(filterPath), "&&", yes)
    case "Any":
      return joined(node.of.map(filterPath), "||", no)
    case "Not":
      return `!(${filterPath(node.of)})`
    case "Test":
      return test(node)
  }
}

const yes = "(1 == 1)"
const no = "(1 == 0)"

/** Halved again and again: a long list nests no deeper than its logarithm. */
const joined = (of: ReadonlyArray<string>, operator: string, none: string): string => {
  if (of.length <= 1) return of[0] ?? none
  const half = of.length >> 1
  return `(${joined(of.slice(0, half), operator, none)} ${operator} ${joined(of.slice(half), operator, none)})`
}

const test = ({ field, operator, value }: Extract<FilterNode, { readonly _tag: "Test" }>): string => {
  const name = `$.${JSON.stringify(encoded(field))}`
  if (operator === "exists") return value === true ? `exists(${name})` : `!(exists(${name}))`
  const values: ReadonlyArray<MetadataScalar> = isList(value) ? value : [value]
  const sign = signs[operator]
  const items = values.map((item) => `@ ${sign} ${literal(item)}`)
  const found = `exists(${name}[*] ? (${joined(items, "||", no)}))`
  return operator === "ne" ? `!(${found})` : found
}

const signs: Readonly<Record<Exclude<FilterOperator, "exists">, string>> = {
  eq: "==",
  ne: "==",
  in: "==",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
}

const literal = (value: MetadataScalar): string => JSON.stringify(typeof value === "string" ? encoded(value) : value)

const isList = (value: MetadataScalar | ReadonlyArray<MetadataScalar>): value is ReadonlyArray<MetadataScalar> =>
  Array.isArray(value)
