import type { Metadata, VectorListing } from "@switchyard/rag"

/** What the index holds of a document. */
export interface Known {
  readonly hash: string | undefined
  readonly fingerprint: string | undefined
  /** All its chunks are there, and from one state of the document. */
  readonly whole: boolean
  readonly ids: ReadonlyArray<string>
}

interface Entry {
  readonly hash: string | undefined
  readonly fingerprint: string | undefined
  readonly chunks: number | undefined
  uniform: boolean
  /** A number stands for `documentId#number`, which is what most ids are: millions of them are to fit in memory. */
  readonly ids: Array<string | number>
  kept: boolean
}

const textIn = (metadata: Metadata, field: string): string | undefined => {
  const value = metadata[field]
  return typeof value === "string" ? value : undefined
}

/** The documents of one source that an index holds, and which of them the source still names. */
export class KnownDocuments {
  readonly #entries = new Map<string, Entry>()
  readonly #named = new Set<string>()

  add({ id, metadata }: VectorListing): void {
    const documentId = textIn(metadata, "documentId")
    if (documentId === undefined) return
    const { chunks, index } = metadata
    const seen = {
      hash: textIn(metadata, "documentHash"),
      fingerprint: textIn(metadata, "fingerprint"),
      chunks: typeof chunks === "number" ? chunks : undefined,
    }
    const entry = this.#entries.get(documentId) ?? { ...seen, uniform: true, ids: [], kept: false }
    if (entry.hash !== seen.hash || entry.fingerprint !== seen.fingerprint || entry.chunks !== seen.chunks)
      entry.uniform = false
    entry.ids.push(typeof index === "number" && id === `${documentId}#${index}` ? index : id)
    this.#entries.set(documentId, entry)
  }

  get size(): number {
    return this.#entries.size
  }

  find(documentId: string): Known | undefined {
    const entry = this.#entries.get(documentId)
    if (entry === undefined) return undefined
    const { hash, fingerprint, chunks, uniform, ids } = entry
    return {
      hash,
      fingerprint,
      whole: uniform && ids.length === chunks,
      ids: ids.map((id) => (typeof id === "number" ? `${documentId}#${id}` : id)),
    }
  }

  /** False when the source has named it before. */
  name(documentId: string): boolean {
    if (this.#named.has(documentId)) return false
    this.#named.add(documentId)
    return true
  }

  /** It stays in the index. */
  keep(documentId: string): void {
    const entry = this.#entries.get(documentId)
    if (entry !== undefined) entry.kept = true
  }

  /** What is to be deleted, once the source has named all that it has. */
  get gone(): ReadonlyArray<string> {
    return [...this.#entries].filter(([, { kept }]) => !kept).map(([documentId]) => documentId)
  }
}
