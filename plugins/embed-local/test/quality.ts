import { cosineOf } from "./cosineOf.ts"
import { distractors, heldOut, judged, type Judged } from "./judged.ts"

export interface Quality {
  /** The part of the questions whose document came first. */
  readonly accuracy: number
  /** The mean of 1 / rank. */
  readonly meanReciprocalRank: number
  readonly byKind: Readonly<Record<string, string>>
}

type EmbedText = (text: string) => Float32Array

/** Where each question's document comes among all documents; a tie counts against it. */
export const qualityOf = (embed: EmbedText, set: ReadonlyArray<Judged>): Quality => {
  const others = [...judged, ...heldOut].filter((pair) => set === heldOut || !heldOut.includes(pair))
  const documents = [...others.map(({ document }) => document), ...distractors].map(embed)
  const kinds: Record<string, Array<number>> = {}
  const ranks = set.map(({ kind, query, document }) => {
    const question = embed(query)
    const own = others.findIndex((pair) => pair.document === document)
    const scores = documents.map((vector) => cosineOf(question, vector))
    const rank = 1 + scores.filter((score, i) => i !== own && score >= (scores[own] ?? 1)).length
    ;(kinds[kind] ??= []).push(rank)
    return rank
  })
  return {
    accuracy: ranks.filter((rank) => rank === 1).length / ranks.length,
    meanReciprocalRank: ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length,
    byKind: Object.fromEntries(
      Object.entries(kinds).map(([kind, of]) => [kind, `${of.filter((rank) => rank === 1).length}/${of.length}`]),
    ),
  }
}
