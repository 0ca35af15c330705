import { createHash } from "node:crypto"
import type { Document } from "@switchyard/rag"

/** Raised when records begin to be made otherwise, so that what older versions wrote is written again. */
const recordVersion = "2"

/** A document's id in the index: two sources may name the same one, and must not meet. */
export const documentIdOf = (sourceId: string, id: string): string =>
  `${sourceId.replace(/[%:]/g, encodeURIComponent)}:${id}`

const digest = (parts: ReadonlyArray<string>, length: number): string => {
  const hash = createHash("sha256")
  // As UTF-16 and not as UTF-8, in which all lone surrogates are one. The lengths keep the parts apart.
  for (const part of parts) hash.update(`${part.length}:`).update(part, "utf16le")
  return hash.digest("hex").slice(0, length)
}

/** Changes with anything that the document's records are made of, the chunker included. */
export const documentHash = (document: Document, chunkerId: string): string => {
  const { text, title = "", source = "", mediaType = "", metadata = {} } = document
  const fields = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  return digest([recordVersion, chunkerId, text, title, source, mediaType, JSON.stringify(fields)], 32)
}

/** A source's fingerprint as it is kept: with the chunker's mark, as another chunker cuts an unchanged text anew. */
export const fingerprintOf = (fingerprint: string, chunkerId: string): string =>
  `${digest([recordVersion, chunkerId], 8)}/${fingerprint}`
