import type { FilterNode, FilterOperator, MetadataScalar } from "@switchyard/rag"
import type { SQLInputValue } from "node:sqlite"
import { invalid } from "./failure.ts"
import { indexed } from "./fields.ts"
import { toBytes } from "./sortable.ts"
import { type Space, tablesOf } from "./Space.ts"

/** A condition on the key of a record, with its values apart: none is ever part of the text. */
export interface Condition {
  readonly sql: string
  readonly params: ReadonlyArray<SQLInputValue>
}

/** SQLite takes 32,766 parameters, and a query has some of its own. */
const maxValues = 32_000

/** Where a filter looks: the index of fields of a namespace, and the column with the key of the record it is asked about. */
interface Place {
  readonly fields: string
  readonly key: string
}

/** A checked filter over the records of a namespace. Without one, everything counts. */
export const conditionFor = (
  filter: FilterNode | undefined,
  { number }: Pick<Space, "number">,
  key = "key",
): Condition => {
  const condition = conditionOf(filter ?? { _tag: "All", of: [] }, { fields: tablesOf(number).fields, key })
  if (condition.params.length <= maxValues) return condition
  throw invalid(
    "filter",
    `a filter holds at most ${maxValues} names and values here, and this one ${condition.params.length}`,
  )
}

const conditionOf = (node: FilterNode, place: Place): Condition => {
  switch (node._tag) {
    case "All":
      return joined(
        node.of.map((each) => conditionOf(each, place)),
        "AND",
        "1",
      )
    case "Any":
      return joined(
        node.of.map((each) => conditionOf(each, place)),
        "OR",
        "0",
      )
    case "Not":
      return not(conditionOf(node.of, place))
    case "Test":
      return test(node, place)
  }
}

/** Joined as a balanced tree: SQLite refuses expressions that are more than 1,000 deep. */
const joined = (parts: ReadonlyArray<Condition>, operator: "AND" | "OR", none: string): Condition => {
  const [first, second] = parts
  if (first === undefined) return { sql: none, params: [] }
  if (second === undefined) return first
  const middle = parts.length >> 1
  const left = joined(parts.slice(0, middle), operator, none)
  const right = joined(parts.slice(middle), operator, none)
  return { sql: `(${left.sql} ${operator} ${right.sql})`, params: left.params.concat(right.params) }
}

const not = ({ sql, params }: Condition): Condition => ({ sql: `NOT (${sql})`, params })

type Test = Extract<FilterNode, { readonly _tag: "Test" }>

const test = ({ field, operator, value }: Test, { fields, key }: Place): Condition => {
  const name = toBytes(field)
  const where = (sql: string, params: ReadonlyArray<SQLInputValue>): Condition => ({
    sql: `${key} IN (SELECT key FROM ${fields} WHERE field = ?${sql})`,
    params: [name, ...params],
  })
  if (operator === "exists") return value === true ? where("", []) : not(where("", []))
  const values = (isList(value) ? value : [value]).map(indexed)
  if (operator === "in") return where(` AND value IN (${values.map(() => "?").join(", ")})`, values)
  if (operator === "eq") return where(" AND value = ?", values)
  if (operator === "ne") return not(where(" AND value = ?", values))
  return where(typeof value === "number" ? numberRange[operator] : stringRange[operator], values)
}

// Array.isArray does not narrow a readonly list away.
const isList = (value: Test["value"]): value is ReadonlyArray<MetadataScalar> => Array.isArray(value)

type Range = Readonly<Record<Exclude<FilterOperator, "eq" | "ne" | "in" | "exists">, string>>

/** Numbers are below every text. */
const numberRange: Range = {
  gt: " AND value > ? AND value < ''",
  gte: " AND value >= ? AND value < ''",
  lt: " AND value < ?",
  lte: " AND value <= ?",
}

/** Strings are bytes, which are above every text. */
const stringRange: Range = {
  gt: " AND value > ?",
  gte: " AND value >= ?",
  lt: " AND value < ? AND value >= x''",
  lte: " AND value <= ? AND value >= x''",
}
