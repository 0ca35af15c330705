import { LlmError } from "@switchyard/core"
import type { MetadataValue, VectorRecord } from "@switchyard/rag"

const isFinite = (value: MetadataValue): boolean =>
  typeof value === "number" ? Number.isFinite(value) : !Array.isArray(value) || value.every(isFinite)

/** Why records cannot be kept, if they cannot: a file has no word for `NaN` and `Infinity`. */
export const nonFinite = (records: ReadonlyArray<VectorRecord>): LlmError | undefined => {
  for (const [index, { id, metadata = {} }] of records.entries()) {
    for (const field in metadata) {
      if (isFinite(metadata[field] ?? null)) continue
      return LlmError.make({
        _tag: "InvalidRequest",
        field: `records[${index}].metadata.${field}`,
        message: `the field "${field}" of "${id}" holds a number that is not finite: leave it out, or give null`,
      })
    }
  }
  return undefined
}
