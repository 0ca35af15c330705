import type { Concept, Reading } from "./Reading.ts"

/** How one concept of `a` and the same of `b` are paired, in the order of `a`. */
export interface Pair {
  readonly a: Concept
  readonly b: Concept
  readonly at: number
}

export interface Matched {
  readonly pairs: ReadonlyArray<Pair>
  readonly onlyA: ReadonlyArray<Concept>
  readonly onlyB: ReadonlyArray<Concept>
}

export const match = (a: Reading, b: Reading): Matched => {
  const left = b.concepts.map((concept, at) => ({ concept, at }))
  const pairs: Array<Pair> = []
  const onlyA: Array<Concept> = []
  for (const concept of a.concepts) {
    const same = left.filter((other) => other.concept.name === concept.name)
    const found =
      same.find((other) => other.concept.role === concept.role && other.concept.binds === concept.binds) ?? same[0]
    if (found === undefined) onlyA.push(concept)
    else {
      left.splice(left.indexOf(found), 1)
      pairs.push({ a: concept, b: found.concept, at: found.at })
    }
  }
  return { pairs, onlyA, onlyB: left.map(({ concept }) => concept) }
}
