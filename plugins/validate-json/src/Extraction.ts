import type { Repair } from "./Repair.ts"

/**
 * The JSON of a text. `score` 1: it is valid as it stands; each repair lowers it, and below 0.8 (`certain: false`) the text
 * can be read in more than one way. `start`, `end`: UTF-16 positions of the value in the text.
 */
export interface FoundJson {
  readonly found: true
  readonly value: unknown
  readonly score: number
  readonly certain: boolean
  readonly repairs: ReadonlyArray<Repair>
  readonly start: number
  readonly end: number
  /** How many values the text holds. */
  readonly candidates: number
}

/** Why there is no value: none in the text, nested more than 512 deep, longer than allowed, or not valid where no repair is wanted. */
export interface NoJson {
  readonly found: false
  readonly reason: "no-json" | "too-deep" | "too-long" | "not-valid"
  readonly message: string
}

export type Extraction = FoundJson | NoJson
