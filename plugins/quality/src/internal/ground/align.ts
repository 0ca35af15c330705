import { otherDay, sameDay } from "./Day.ts"
import { relate, type Relation } from "./Lexicon.ts"
import { bearsOut } from "./Quantity.ts"
import type { Token, Unit } from "./Token.ts"

/** What of the evidence a token of the claim goes with. `strength`: 0..1. */
export interface Match {
  /** Position in the evidence's tokens. */
  readonly at: number
  readonly strength: number
  readonly relation: Relation | "same"
}

/** By the claim's token position; none where nothing goes with it. */
export type Alignment = ReadonlyMap<number, Match>

const oneApart = (a: string, b: string): boolean => {
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < 6) return false
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const [x, y] = [a.slice(at), b.slice(at)]
  return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1)
}

const sharedPrefix = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

const same = (strength: number): Omit<Match, "at"> => ({ strength, relation: "same" })
const nothing: Omit<Match, "at"> = { strength: 0, relation: undefined }
const scores: { readonly [R in NonNullable<Relation>]: number } = {
  synonym: 0.85,
  broader: 0.75,
  narrower: 0.3,
  opposite: 0,
  sibling: 0,
}

/** Is one written like the other: employ, employment; a slip of one letter? */
const alike = (a: Token, b: Token): number => {
  if (a.stem === b.stem) return 0.95
  const shared = sharedPrefix(a.lower, b.lower)
  const longest = Math.max(a.lower.length, b.lower.length)
  if (shared >= 4 && shared >= 0.7 * longest) return 0.75
  if (shared >= 6 && shared >= 0.6 * longest) return 0.7
  return oneApart(a.lower, b.lower) ? 0.75 : 0
}

const compare = (claim: Token, evidence: Token): Omit<Match, "at"> => {
  if (claim.day !== undefined || evidence.day !== undefined) {
    if (claim.day === undefined || evidence.day === undefined) return nothing
    if (sameDay(claim.day, evidence.day)) return same(1)
    return otherDay(claim.day, evidence.day) ? { strength: 0, relation: "sibling" } : nothing
  }
  if (claim.quantity !== undefined || evidence.quantity !== undefined) {
    if (claim.quantity === undefined || evidence.quantity === undefined) return relateWords(claim, evidence)
    return bearsOut(claim.quantity, evidence.quantity) ? same(1) : nothing
  }
  if (claim.lower === evidence.lower || claim.base === evidence.base) return same(1)
  if (claim.kind === "function" || evidence.kind === "function")
    return claim.weight > 0 || evidence.weight > 0 ? oppositeOnly(claim, evidence) : nothing
  return relateWords(claim, evidence)
}

const oppositeOnly = (claim: Token, evidence: Token): Omit<Match, "at"> => {
  const relation = relate(evidence.base, claim.base)
  return relation === "opposite" || relation === "synonym" ? { strength: scores[relation], relation } : nothing
}

const compared = /e(?:r|st)$/

/** By base form; else as they stand, since "lower" is a verb and "higher" a direction. */
const anyRelation = (claim: Token, evidence: Token): Relation =>
  relate(evidence.base, claim.base) ??
  (evidence.lower === evidence.base || !compared.test(evidence.lower)
    ? undefined
    : relate(evidence.lower, claim.base)) ??
  (claim.lower === claim.base || !compared.test(claim.lower) ? undefined : relate(evidence.base, claim.lower))

const relateWords = (claim: Token, evidence: Token): Omit<Match, "at"> => {
  const names = claim.kind === "name" && evidence.kind === "name"
  const likeness = /\d/.test(claim.lower) ? 0 : alike(claim, evidence)
  const relation = anyRelation(claim, evidence)
  if (relation === "opposite") return { strength: 0, relation }
  if (likeness > 0) return same(likeness)
  if (relation === undefined) return nothing
  // Names that share a meaning are rarely the same thing: Paris is no London.
  if (names && relation !== "synonym") return { strength: 0, relation: "sibling" }
  if ((claim.kind === "name") !== (evidence.kind === "name") && relation !== "synonym") return nothing
  return { strength: scores[relation], relation }
}

const rank = (match: Omit<Match, "at">): number =>
  match.strength > 0 ? 1 + match.strength : match.relation === "opposite" ? 1.5 : match.relation === "sibling" ? 0.1 : 0

/** WHO for World Health Organization: the positions of the names whose first letters it is. */
const spelledOut = (letters: string, { tokens }: Unit): number | undefined => {
  if (!/^[A-Z]{2,6}$/.test(letters)) return undefined
  const names = tokens.flatMap((token, at) => (/^[\p{Lu}]/u.test(token.text) && token.kind !== "function" ? [at] : []))
  for (let from = 0; from + letters.length <= names.length; from++) {
    const run = names.slice(from, from + letters.length)
    if (
      run.every((at, index) => tokens[at]?.text[0] === letters[index]) &&
      (run.at(-1) ?? 0) - (run[0] ?? 0) <= letters.length + 2
    )
      return run[0]
  }
  return undefined
}

const abbreviated = (claim: Unit, evidence: Unit): Map<number, Match> => {
  const found = new Map<number, Match>()
  for (const at of claim.content) {
    const first = spelledOut(claim.tokens[at]?.text ?? "", evidence)
    if (first !== undefined) found.set(at, { at: first, strength: 0.95, relation: "same" })
  }
  evidence.tokens.forEach((token, at) => {
    const first = spelledOut(token.text, claim)
    if (first === undefined) return
    let left = token.text.length
    for (let step = first; left > 0 && step < claim.tokens.length; step++) {
      if (!/^\p{Lu}/u.test(claim.tokens[step]?.text ?? "")) continue
      found.set(step, { at, strength: 0.95, relation: "same" })
      left--
    }
  })
  return found
}

const making = new Set(
  "write compose direct paint design develop create invent author produce found build make".split(" "),
)

/** "wrote" where the evidence has "a novel by" the same name. */
const authored = (claim: Unit, evidence: Unit, found: Alignment): ReadonlyArray<readonly [number, Match]> =>
  claim.content.flatMap((at) => {
    const token = claim.tokens[at]
    if (token === undefined || !making.has(token.base) || (found.get(at)?.strength ?? 0) > 0) return []
    const by = evidence.tokens.findIndex(({ lower }, place) => {
      const behind = [...found.values()].some(
        (match) => match.strength >= 0.7 && (match.at === place + 1 || match.at === place + 2),
      )
      return lower === "by" && behind && evidence.tokens[place + 1]?.kind === "name"
    })
    return by < 0 ? [] : [[at, { at: by, strength: 0.8, relation: "synonym" }] as const]
  })

/** Pairs each token of the claim with what goes with it best; among equals, with what keeps the order. */
export const align = (claim: Unit, evidence: Unit): Alignment => {
  const found = new Map<number, Match>()
  let last = -1
  for (const at of claim.content) {
    const token = claim.tokens[at]
    if (token === undefined) continue
    let best: Match | undefined
    let bestRank = 0
    for (const other of evidence.content) {
      const candidate = evidence.tokens[other]
      if (candidate === undefined) continue
      const match = compare(token, candidate)
      if (match === nothing) continue
      // A neighbour of the last pair is a little better than the same word elsewhere.
      const value = rank(match) + (rank(match) > 0 ? 0.02 / (1 + Math.abs(other - last - 1)) : 0)
      if (value > bestRank) {
        bestRank = value
        best = { at: other, ...match }
      }
    }
    if (best !== undefined) {
      found.set(at, best)
      if (best.strength > 0) last = best.at
    }
  }
  for (const [at, match] of authored(claim, evidence, found)) found.set(at, match)
  for (const [at, match] of abbreviated(claim, evidence))
    if ((found.get(at)?.strength ?? 0) < match.strength) found.set(at, match)
  return found
}
