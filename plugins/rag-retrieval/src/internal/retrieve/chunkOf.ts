import type { Json } from "@switchyard/core"
import type { Chunk, Metadata, MetadataValue, VectorRecord } from "@switchyard/rag"

/** A record without its vector: what `get`, `query` and `search` all give. */
export type Kept = Pick<VectorRecord, "id" | "metadata" | "text" | "payload">

/** What the indexer writes into the payload and a citation needs; a chunk has no fields for it. */
const cited = ["source", "title", "mediaType", "startLine", "endLine", "linesOf"] as const

/**
 * The chunk that a record was made of. A record that no indexer wrote is a chunk all the same: a document of its own, as
 * far as it says nothing else.
 */
export const chunkOf = ({ id, metadata = {}, text = "", payload }: Kept): Chunk => {
  const fields: Fields = isObject(payload) ? payload : {}
  const start = natural(fields["start"]) ?? 0
  const more: Record<string, MetadataValue> = {}
  for (const name of cited) {
    const value = fields[name]
    if (typeof value === "string" || typeof value === "number") more[name] = value
  }
  const tokens = natural(fields["tokens"])
  return {
    id,
    documentId: string(metadata["documentId"]) ?? id,
    index: natural(metadata["index"]) ?? 0,
    text,
    start,
    end: natural(fields["end"]) ?? start + text.length,
    headings: strings(fields["headings"]),
    metadata: { ...metadata, ...more } satisfies Metadata,
    ...(tokens === undefined ? {} : { tokens }),
    ...named("context", fields),
    ...named("previous", fields),
    ...named("next", fields),
  }
}

type Fields = { readonly [field: string]: Json | undefined }

const isObject = (value: Json | undefined): value is Fields & Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const string = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

const natural = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined

const strings = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : []

const named = <const Name extends string>(name: Name, fields: Fields): { readonly [K in Name]?: string } => {
  const value = string(fields[name])
  // An object with the one key that is given.
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in Name]: string })
}
