import { type Chunk, type Document, embeddingText, type Metadata, type VectorRecord } from "@switchyard/rag"
import { Lines } from "./Lines.ts"

/** A record whose vector is not made yet, with the text that it is made from. */
export interface Draft {
  readonly record: Omit<VectorRecord, "vector">
  readonly embed: string
}

export interface DocumentMarks {
  readonly sourceId: string
  readonly documentHash: string
  readonly fingerprint: string | undefined
}

/** What only the indexer needs. `pageStarts` stays: chunkers take it out. */
export const withoutLines = (document: Document): Document => {
  const { sourceLines, ...metadata } = document.metadata ?? {}
  return sourceLines === undefined ? document : { ...document, metadata }
}

/** The records of a document's chunks. Blank chunks are left out, as nothing can be found in them. */
export const recordsOf = (
  document: Document,
  chunks: ReadonlyArray<Chunk>,
  marks: DocumentMarks,
): ReadonlyArray<Draft> => {
  const lines = new Lines(document)
  const kept = chunks.filter(({ text }) => text.trim() !== "")
  return kept.map((chunk, at) => ({
    embed: embeddingText(chunk),
    record: {
      id: chunk.id,
      text: chunk.text,
      metadata: metadataOf(document, chunk, kept.length, marks),
      payload: payloadOf(document, chunk, { lines, previous: kept[at - 1], next: kept[at + 1] }),
    },
  }))
}

/** Where a document is from can be filtered on; fields of these names that a document has itself are kept. */
const metadataOf = (
  { source, mediaType }: Document,
  chunk: Chunk,
  chunks: number,
  { fingerprint, ...marks }: DocumentMarks,
): Metadata => ({
  ...(source === undefined ? {} : { source }),
  ...(mediaType === undefined ? {} : { mediaType }),
  ...chunk.metadata,
  ...marks,
  ...(fingerprint === undefined ? {} : { fingerprint }),
  documentId: chunk.documentId,
  chunks,
  index: chunk.index,
})

interface Standing {
  readonly lines: Lines
  readonly previous: Chunk | undefined
  readonly next: Chunk | undefined
}

const payloadOf = (document: Document, chunk: Chunk, { lines, previous, next }: Standing) => {
  const { start, end, headings, tokens, context } = chunk
  const { source, title, mediaType, metadata } = document
  return {
    start,
    end,
    headings,
    ...lines.of(start, end),
    // The lines above are the chunk's all the same, and cannot be counted within its text.
    ...(metadata?.["sourceLines"] === undefined ? {} : { linesOf: "source" }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(context === undefined ? {} : { context }),
    ...(previous === undefined ? {} : { previous: previous.id }),
    ...(next === undefined ? {} : { next: next.id }),
    ...(source === undefined ? {} : { source }),
    ...(title === undefined ? {} : { title }),
    ...(mediaType === undefined ? {} : { mediaType }),
  }
}

/** What was embedded for a record that the index holds. */
export const embeddedText = ({ text = "", payload }: VectorRecord): string => {
  const context =
    typeof payload === "object" && payload !== null && "context" in payload ? payload["context"] : undefined
  return embeddingText(typeof context === "string" ? { text, context } : { text })
}
