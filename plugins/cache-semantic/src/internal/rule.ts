import type { Concept } from "./Reading.ts"

export type Concepts = ReadonlyArray<Concept>

/** What is asked, on its way into one form. */
export interface Asked {
  readonly type: string
  readonly concepts: Concepts
  /** "You" is in the text, and stands for whoever asks. */
  readonly generic: boolean
  /** "By whom": what is asked for is who does it. */
  readonly byWhom: boolean
  /** "Give me", "I need": the thing is to be made, where it is one that is made. */
  readonly wanted: boolean
  /** Every word, in lower case. */
  readonly words: string
}

export type Rule = (asked: Asked) => Partial<Asked> | undefined

export const without = (concepts: Concepts, ...names: ReadonlyArray<string>): Concepts =>
  has(concepts, ...names) ? concepts.filter(({ name }) => !names.includes(name)) : concepts

export const has = (concepts: Concepts, ...names: ReadonlyArray<string>): boolean =>
  concepts.some(({ name }) => names.includes(name))

export const renamed = (concepts: Concepts, from: RegExp, name: string): Concepts =>
  concepts.map((concept) => (from.test(concept.name) ? { ...concept, name } : concept))
