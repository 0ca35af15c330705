import type { Metadata, MetadataScalar } from "@switchyard/rag"
import type { SQLInputValue } from "node:sqlite"
import { invalid } from "./failure.ts"
import { toBytes } from "./sortable.ts"

/** What stands for a list without items: the field is there, and holds nothing. */
const emptyList = "[]"

/**
 * A scalar in the index of fields. SQLite sorts numbers before text before bytes, and never takes one for another: strings
 * are bytes, so that the text is free for what SQLite has no type for.
 */
export const indexed = (value: MetadataScalar): SQLInputValue => {
  if (typeof value === "string") return toBytes(value)
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value
  return String(value)
}

export type FieldRow = readonly [field: Uint8Array, value: SQLInputValue]

/** The rows of the index for one record: a row for each scalar, and for each item of a list. */
export const fieldRows = (metadata: Metadata, path: string): ReadonlyArray<FieldRow> =>
  Object.entries(metadata).flatMap(([name, value]): ReadonlyArray<FieldRow> => {
    const field = toBytes(name)
    const items: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    if (items.length === 0) return [[field, emptyList]]
    return items.map((item) => {
      if (isScalar(item)) return [field, indexed(item)]
      const kind = typeof item === "number" ? String(item) : typeof item
      throw invalid(`${path}.${name}`, `metadata holds strings, numbers, booleans, null and lists of them, not ${kind}`)
    })
  })

const isScalar = (value: unknown): value is MetadataScalar =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value))
