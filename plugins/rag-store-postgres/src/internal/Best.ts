export interface Scored {
  readonly id: string
  readonly score: number
}

/** The best `k` of any number: what cannot get in any more is dropped whenever twice as many have come. */
export class Best {
  readonly #k: number
  #kept: Array<Scored> = []
  #bar: number

  constructor(k: number, minScore: number) {
    this.#k = k
    this.#bar = minScore
  }

  offer(id: string, score: number): void {
    if (score < this.#bar) return
    this.#kept.push({ id, score })
    if (this.#kept.length >= 2 * this.#k + 64) this.#trim()
  }

  /** Best first; of equal scores, the id that sorts first by code points. */
  sorted(): ReadonlyArray<Scored> {
    this.#trim()
    return this.#kept
  }

  #trim(): void {
    this.#kept.sort((a, b) => b.score - a.score || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
    this.#kept.length = Math.min(this.#kept.length, this.#k)
    if (this.#kept.length === this.#k) this.#bar = Math.max(this.#bar, this.#kept.at(-1)?.score ?? this.#bar)
  }
}
