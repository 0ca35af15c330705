/** What became of a document. `unchanged`: nothing was embedded for it. */
export type IndexOutcome = "unchanged" | "added" | "updated" | "deleted" | "skipped"

/** Counts so far: documents, but for the last two. */
export interface IndexCounts {
  /** Named by the source, skipped ones included. */
  readonly seen: number
  readonly unchanged: number
  readonly added: number
  readonly updated: number
  /** No longer in the source, or skipped for what they are: their chunks are gone. */
  readonly deleted: number
  readonly skipped: number
  /** Chunks that the index holds of the documents seen. */
  readonly chunks: number
  /** Texts that the embedder was given. */
  readonly embedded: number
}

/** One document is done. `id` is the source's. */
export interface IndexProgress {
  readonly id: string
  readonly outcome: IndexOutcome
  readonly why?: string
  readonly counts: IndexCounts
}

/** A document, and what is to be known about it. */
export interface IndexRemark {
  readonly id: string
  readonly why: string
}

/** What a run did. `ms` is its time. */
export interface IndexReport extends Omit<IndexCounts, "skipped"> {
  readonly source: string
  readonly namespace: string
  /** Not read, and why: not in the index, but for those that cannot be read now, which are there as they were. */
  readonly skipped: ReadonlyArray<IndexRemark>
  /** Indexed, but not quite as they are: bytes that are no UTF-8. Only of documents that this run read. */
  readonly warnings: ReadonlyArray<IndexRemark>
  readonly ms: number
}
