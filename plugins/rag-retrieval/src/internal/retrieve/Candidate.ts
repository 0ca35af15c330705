import type { VectorMatch } from "@switchyard/rag"

export type LegName = "vector" | "keyword"

/** Where one leg found a record. `rank` counts from 1. */
export interface Finding {
  readonly leg: LegName
  readonly rank: number
  readonly of: number
  readonly score: number
  /** What was looked for. */
  readonly query: string
}

/** A record on its way to become a passage. Its score is that of the latest stage; `why` grows with the stages. */
export interface Candidate {
  readonly match: VectorMatch
  readonly score: number
  readonly scores: Readonly<Record<string, number>>
  /** The best finding of each leg. */
  readonly findings: ReadonlyArray<Finding>
  readonly why: ReadonlyArray<string>
}
