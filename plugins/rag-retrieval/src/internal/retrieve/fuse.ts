import type { VectorMatch } from "@switchyard/rag"
import type { Candidate, Finding, LegName } from "./Candidate.ts"

/** What one leg found for one query, best first. */
export interface Ranking {
  readonly leg: LegName
  readonly query: string
  /** Of the leg times that of the query. */
  readonly weight: number
  readonly matches: ReadonlyArray<VectorMatch>
}

interface Sum {
  readonly match: VectorMatch
  fused: number
  readonly findings: Map<LegName, Finding>
}

/**
 * Reciprocal rank fusion: a record gets weight / (k + rank) from each ranking it is in (Cormack, Clarke & Büttcher, 2009).
 * Only ranks count, so that legs with scores of their own kind can be put together. Best first; of equal ones, the id that
 * sorts first.
 */
export const fuse = (rankings: ReadonlyArray<Ranking>, k: number): ReadonlyArray<Candidate> => {
  const sums = new Map<string, Sum>()
  for (const ranking of rankings) {
    ranking.matches.forEach((match, at) => {
      const sum = sums.get(match.id) ?? { match, fused: 0, findings: new Map() }
      sums.set(match.id, sum)
      sum.fused += ranking.weight / (k + at + 1)
      note(sum, ranking, { rank: at + 1, score: match.score })
    })
  }
  return [...sums.values()].map(candidateOf).sort(byScore)
}

/**
 * A convex combination of the legs' scores, each brought to 0 to 1 within its ranking: of words over the best one, of meaning
 * between the least and the best (Bruch, Gai & Ingber, 2023). A record that a ranking does not have gets nothing from it.
 * How far the best is ahead counts, which ranks do not tell. Scores are 0 to 1.
 */
export const combine = (rankings: ReadonlyArray<Ranking>): ReadonlyArray<Candidate> => {
  const all = rankings.reduce((sum, { weight }) => sum + weight, 0)
  const shares = new Map<string, number>()
  for (const { leg, weight, matches } of rankings) {
    const most = matches[0]?.score ?? 0
    const least = leg === "keyword" ? 0 : (matches.at(-1)?.score ?? 0)
    for (const { id, score } of matches) {
      const share = most === least ? 1 : (score - least) / (most - least)
      shares.set(id, (shares.get(id) ?? 0) + (all === 0 ? 0 : (weight * share) / all))
    }
  }
  return fuse(rankings, 0)
    .map((candidate) => {
      const fused = shares.get(candidate.match.id) ?? 0
      return { ...candidate, score: fused, scores: { ...candidate.scores, fused } }
    })
    .sort(byScore)
}

/** One leg alone: by its own score, the best over all queries. */
export const best = (rankings: ReadonlyArray<Ranking>): ReadonlyArray<Candidate> =>
  fuse(rankings, 0)
    .map((candidate) => {
      const { fused: _, ...scores } = candidate.scores
      return { ...candidate, scores, score: Math.max(...Object.values(scores)) }
    })
    .sort(byScore)

export const byScore = (a: Candidate, b: Candidate): number =>
  b.score - a.score || (a.match.id < b.match.id ? -1 : a.match.id > b.match.id ? 1 : 0)

const note = (sum: Sum, { leg, query, matches }: Ranking, found: { rank: number; score: number }): void => {
  const known = sum.findings.get(leg)
  if (known === undefined || found.rank < known.rank)
    sum.findings.set(leg, { leg, query, of: matches.length, ...found })
}

const candidateOf = ({ match, fused, findings }: Sum): Candidate => {
  const scores = Object.fromEntries([...findings.values()].map(({ leg, score }) => [leg, score]))
  return { match, score: fused, scores: { ...scores, fused }, findings: [...findings.values()], why: [] }
}
