/** Is the row `a` a worse match than `b`, given their scores? A total order. */
export type Worse = (scoreA: number, a: number, scoreB: number, b: number) => boolean

/** The best `k` rows seen so far, in a heap whose root is the worst of them: memory is bounded by `k`. */
export class TopK {
  readonly #k: number
  readonly #worse: Worse
  readonly #scores: Array<number> = []
  readonly #rows: Array<number> = []

  constructor(k: number, worse: Worse) {
    this.#k = k
    this.#worse = worse
  }

  /** A score below this cannot enter any more. */
  get bar(): number {
    return this.#rows.length < this.#k ? -Infinity : (this.#scores[0] ?? -Infinity)
  }

  offer(score: number, row: number): void {
    if (this.#rows.length < this.#k) {
      this.#rise(this.#rows.length, score, row)
    } else if (this.#worse(this.#scores[0]!, this.#rows[0]!, score, row)) {
      this.#sink(score, row)
    }
  }

  /** Best first. */
  sorted(): ReadonlyArray<{ readonly score: number; readonly row: number }> {
    return this.#rows
      .map((row, index) => ({ row, score: this.#scores[index]! }))
      .sort((a, b) => (this.#worse(a.score, a.row, b.score, b.row) ? 1 : -1))
  }

  #put(at: number, score: number, row: number): void {
    this.#scores[at] = score
    this.#rows[at] = row
  }

  #rise(from: number, score: number, row: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#worse(score, row, this.#scores[parent]!, this.#rows[parent]!)) break
      this.#put(at, this.#scores[parent]!, this.#rows[parent]!)
      at = parent
    }
    this.#put(at, score, row)
  }

  /** Puts it in the place of the root. */
  #sink(score: number, row: number): void {
    const size = this.#rows.length
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      const other = child + 1
      if (
        other < size &&
        this.#worse(this.#scores[other]!, this.#rows[other]!, this.#scores[child]!, this.#rows[child]!)
      ) {
        child = other
      }
      if (!this.#worse(this.#scores[child]!, this.#rows[child]!, score, row)) break
      this.#put(at, this.#scores[child]!, this.#rows[child]!)
      at = child
    }
    this.#put(at, score, row)
  }
}
