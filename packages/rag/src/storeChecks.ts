import { LlmError } from "@switchyard/core"
import { type EmbedderStamp, sameStamp, stampName } from "./EmbedderStamp.ts"
import { recordProblem } from "./internal/recordProblem.ts"
import { defaultNamespace, type VectorDelete, type VectorQuery, type VectorUpsert } from "./VectorStore.ts"

/** The refusals that are the same in every store. For authors of stores: `kept` is the stamp that the namespace has. */

/** Why vectors cannot be compared with those of a namespace, if they cannot. */
export const checkStamp = (namespace: string, kept: EmbedderStamp, given: EmbedderStamp): LlmError | undefined =>
  sameStamp(kept, given)
    ? undefined
    : LlmError.make(
        {
          _tag: "InvalidRequest",
          field: "stamp",
          message:
            `the namespace "${namespace}" holds vectors of ${stampName(kept)} and was given one of ${stampName(given)}: ` +
            `they cannot be compared. Use the embedder that it was built with; or index again: embed the texts with the ` +
            `new embedder into another namespace, or delete({ namespace: "${namespace}", all: true }) first`,
        },
        { operation: "config" },
      )

export interface UpsertLimits {
  readonly kept?: EmbedderStamp | undefined
  readonly maxDimensions: number
}

/**
 * Why an upsert cannot be taken, if it cannot: its stamp, a vector of the wrong size or with `NaN`, or a record that would
 * not come back as it is, since JSON cannot hold it.
 */
export const checkUpsert = (
  { namespace = defaultNamespace, stamp, records }: VectorUpsert,
  { kept, maxDimensions }: UpsertLimits,
): LlmError | undefined => {
  const { dimensions } = stamp
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions) {
    return invalid("stamp.dimensions", `dimensions must be 1 to ${maxDimensions}, and are ${dimensions}`)
  }
  const other = kept === undefined ? undefined : checkStamp(namespace, kept, stamp)
  if (other !== undefined) return other
  for (const [index, record] of records.entries()) {
    const problem = vectorProblem(record.vector, dimensions)
    if (problem !== undefined) return invalid(`records[${index}].vector`, `the vector of "${record.id}" ${problem}`)
    const other = recordProblem(record)
    if (other === undefined) continue
    const { at, says } = other
    return invalid(`records[${index}]${at === "" ? "" : `.${at}`}`, `the record "${String(record.id)}" ${says}`)
  }
  return undefined
}

/** Why nothing is deleted, if it is not: what to delete must be exactly one of `ids`, `filter` and `all`. */
export const checkDelete = (what: VectorDelete): LlmError | undefined => {
  const { ids, filter, all }: { readonly [key: string]: unknown } = { ...what }
  const named = ["ids", "filter", "all"].filter((key) => key in what).length
  if (named === 1 && (Array.isArray(ids) || filter !== undefined || all === true)) return undefined
  return invalid(
    "what",
    "delete takes exactly one of ids: [...], filter: {...} and all: true. Nothing was deleted: leave the others out",
  )
}

/** Why a query cannot be answered, if it cannot: `k`, `minScore`, its vector, or its stamp. */
export const checkQuery = (
  { namespace = defaultNamespace, stamp, vector, k, minScore }: VectorQuery,
  kept: EmbedderStamp | undefined,
): LlmError | undefined => {
  const wrongK = checkK(k)
  if (wrongK !== undefined) return wrongK
  if (minScore !== undefined && (typeof minScore !== "number" || Number.isNaN(minScore)))
    return invalid("minScore", `minScore must be a number, and is ${String(minScore)}`)
  const problem = vectorProblem(vector, stamp.dimensions)
  if (problem !== undefined) return invalid("vector", `the query's vector ${problem}`)
  return kept === undefined ? undefined : checkStamp(namespace, kept, stamp)
}

/** How many matches are asked for: an integer from 1. */
export const checkK = (k: number): LlmError | undefined =>
  Number.isInteger(k) && k >= 1 ? undefined : invalid("k", `k must be an integer from 1, and is ${k}`)

const vectorProblem = (vector: Float32Array, dimensions: number): string | undefined => {
  if (vector.length !== dimensions) return `has ${vector.length} numbers, and its stamp says ${dimensions}`
  // A loop: `findIndex` takes ten times as long, and this sees every vector.
  for (let at = 0; at < vector.length; at++) {
    const value = vector[at]
    if (!Number.isFinite(value)) return `holds ${value} at ${at}: the embedder that made it is broken`
  }
  return undefined
}

const invalid = (field: string, message: string): LlmError => LlmError.make({ _tag: "InvalidRequest", field, message })
