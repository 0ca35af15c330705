import type { IndexCounts, IndexOutcome, IndexRemark } from "../../IndexReport.ts"

/** What a run has done so far. */
export class Tally {
  readonly skipped: Array<IndexRemark> = []
  readonly warnings: Array<IndexRemark> = []
  readonly #outcomes: Record<IndexOutcome, number> = { unchanged: 0, added: 0, updated: 0, deleted: 0, skipped: 0 }
  #chunks = 0
  #embedded = 0

  note(outcome: IndexOutcome, chunks = 0): void {
    this.#outcomes[outcome]++
    this.#chunks += chunks
  }

  embedded(texts: number): void {
    this.#embedded += texts
  }

  /** Documents that are in the index. */
  get held(): number {
    const { unchanged, added, updated } = this.#outcomes
    return unchanged + added + updated
  }

  get counts(): IndexCounts {
    const seen = this.held + this.#outcomes.skipped
    return { seen, ...this.#outcomes, chunks: this.#chunks, embedded: this.#embedded }
  }
}
