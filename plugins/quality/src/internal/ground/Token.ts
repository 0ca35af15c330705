import type { Day } from "./Day.ts"
import type { Quantity } from "./Quantity.ts"

/** A word of a claim or of a passage, with all that the comparison needs to know of it. */
export interface Token {
  readonly text: string
  readonly lower: string
  /** Base form: "went" is "go". */
  base: string
  readonly stem: string
  kind: "word" | "name" | "quantity" | "day" | "function"
  /** How much of the claim it is. 0: nothing. */
  weight: number
  /** A claim without it in the evidence is not borne out: names, numbers, dates. */
  required: boolean
  readonly quantity?: Quantity
  readonly day?: Day
  /** It stood first in its sentence, so its capital says nothing. */
  readonly first: boolean
  /** 2: what a negation denies. 1: within its reach. */
  negation: 0 | 1 | 2
  /** Only possible, planned or said: "may", "plans to". */
  hedged: boolean
  /** Which of the sentence's clauses, from 0. */
  clause: number
}

/** A name, or what may be one: a capital that opens a sentence. */
export const mayBeName = ({ kind, first, text }: Token): boolean =>
  kind === "name" || (kind === "word" && first && /^\p{Lu}/u.test(text))

/** A sentence taken apart. */
export interface Unit {
  readonly text: string
  readonly tokens: ReadonlyArray<Token>
  /** Positions of the tokens that count, in `tokens`. */
  readonly content: ReadonlyArray<number>
  /** Signs between tokens: the position of the token that follows a comma or the like. */
  readonly breaks: ReadonlySet<number>
}
