import type { VectorRecord } from "@switchyard/rag"
import { numbers, vectorOf } from "./vectors.ts"

const dimensions = 32
export const stamp = { id: "test/documents", version: "1", dimensions }

/** How many chunks a version of a document has. */
export const chunksOf = (version: number): number => 1 + ((version * 7) % 40)

/** One document as an indexer puts it: each chunk says how many there are, and has a word that only this version has. */
export const documentOf = (documentId: string, version: number) => {
  const next = numbers(version)
  const records = Array.from({ length: chunksOf(version) }, (_, index): VectorRecord => ({
    id: `${documentId}#${index}`,
    vector: vectorOf(next, dimensions),
    text: `chunk ${index} of ${wordOf(documentId, version)}`,
    metadata: { documentId, version, index, chunks: chunksOf(version) },
  }))
  return { stamp, records, replaces: { documentId } }
}

export const wordOf = (documentId: string, version: number): string => `${documentId}x${version}`
