import type { Judged } from "./judged.ts"

/** Means over questions, each 0 to 1. */
export interface Figures {
  /** How many of the questions have an answer among the first five. */
  readonly recall5: number
  /** One over the rank of the first answer, of ten. */
  readonly mrr: number
  /** Discounted cumulative gain of the first ten over the best that could be (Järvelin & Kekäläinen, 2002); gains 0 or 1. */
  readonly ndcg10: number
}

const gain = (rank: number): number => 1 / Math.log2(rank + 1)

/** `ids`: what was found for each question, best first. */
export const figuresOf = (judged: ReadonlyArray<Judged>, ids: ReadonlyArray<ReadonlyArray<string>>): Figures => {
  const mean = (of: (one: Judged, found: ReadonlyArray<string>) => number): number =>
    judged.reduce((sum, one, at) => sum + of(one, (ids[at] ?? []).slice(0, 10)), 0) / judged.length
  return {
    recall5: mean(({ relevant }, found) => (found.slice(0, 5).some((id) => relevant.has(id)) ? 1 : 0)),
    mrr: mean(({ relevant }, found) => {
      const at = found.findIndex((id) => relevant.has(id))
      return at < 0 ? 0 : 1 / (at + 1)
    }),
    ndcg10: mean(({ relevant }, found) => {
      const got = found.reduce((sum, id, at) => sum + (relevant.has(id) ? gain(at + 1) : 0), 0)
      let ideal = 0
      for (let rank = 1; rank <= Math.min(10, relevant.size); rank++) ideal += gain(rank)
      return got / ideal
    }),
  }
}
