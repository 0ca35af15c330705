import type { Alignment } from "./align.ts"
import { otherDay } from "./Day.ts"
import { overstates, restricts, saysMust, saysPossible } from "./hedges.ts"
import { relate } from "./Lexicon.ts"
import { misbound } from "./binding.ts"
import { type Quantity } from "./Quantity.ts"
import { explainsOpposites, swapped } from "./roles.ts"
import { slotTaken } from "./slots.ts"
import type { Token, Unit } from "./Token.ts"

/** Why a piece of evidence speaks against a claim, or falls short of it. */
export interface Conflicts {
  readonly contradicts: ReadonlyArray<string>
  /** It says less than the claim: only possible, only some. */
  readonly weaker: ReadonlyArray<string>
  /** Claim tokens that are on topic although they do not match: the other number, the opposite. */
  readonly onTopic: ReadonlySet<number>
  /** Opposites that a denial or the order turns back: "not open" is "closed". */
  readonly resolved: ReadonlySet<number>
}

interface Case {
  readonly claim: Unit
  readonly evidence: Unit
  readonly aligned: Alignment
}

/** Opposites and denials: one of the two turns the meaning, both together keep it. */
const denials = (
  { claim, evidence, aligned }: Case,
  onTopic: Set<number>,
  resolved: Set<number>,
): ReadonlyArray<string> => {
  const found: Array<string> = []
  const excused = explainsOpposites(claim, evidence, aligned)
  const turns: Array<boolean> = []
  for (const [at, match] of aligned) {
    const [mine, theirs] = [claim.tokens[at], evidence.tokens[match.at]]
    if (mine === undefined || theirs === undefined || mine.weight === 0) continue
    const denied =
      mine.negation === 2 || theirs.negation === 2 ? Math.abs(mine.negation - theirs.negation) === 2 : false
    if (match.relation === "opposite") {
      onTopic.add(at)
      // "not allowed" says "forbidden"; a denial further off leaves it open.
      const settled = denied || mine.negation > 0 !== theirs.negation > 0 || excused
      if (!settled) found.push(`"${theirs.text}" and not "${mine.text}"`)
      else resolved.add(at)
      turns.push(true)
    } else if (match.strength > 0 && denied) {
      found.push(mine.negation === 2 ? `"${theirs.text}" is not denied` : `"${mine.text}" is denied`)
      onTopic.add(at)
    }
  }
  // An opposite and a denial elsewhere: "did not rise" says "did not go up", "no loss" says "profit".
  const [opposites, denied] = [
    found.filter((text) => text.includes("and not")),
    found.filter((text) => !text.includes("and not")),
  ]
  return opposites.length === 1 && denied.length === 1 && turns.length === 1 ? [] : found
}

const sameKind = (a: Quantity, b: Quantity): boolean => a.dimension === b.dimension

/** The word that a plain number counts. */
const counted = ({ tokens }: Unit, at: number): Token | undefined => {
  for (let next = at + 1; next <= at + 3 && next < tokens.length; next++) {
    const token = tokens[next]
    if (token !== undefined && token.kind !== "function" && token.weight >= 0.3 && token.kind !== "quantity")
      return token
  }
  return undefined
}

/** The word that a number behind it belongs to: port 8080. */
const numbered = ({ tokens }: Unit, at: number): string | undefined => {
  for (let before = at - 1; before >= at - 4; before--) {
    const token = tokens[before]
    if (token !== undefined && token.weight > 0) return token.base
  }
  return undefined
}

const countsSame = (claim: Unit, at: number, evidence: Unit, other: number): boolean => {
  const [mine, theirs] = [counted(claim, at), counted(evidence, other)]
  if (mine === undefined || theirs === undefined) return numbered(claim, at) === numbered(evidence, other)
  return (
    mine.base === theirs.base ||
    mine.stem === theirs.stem ||
    ["synonym", "broader", "narrower"].includes(relate(mine.base, theirs.base) ?? "")
  )
}

const isMatched = (aligned: Alignment, at: number): boolean =>
  [...aligned.values()].some((match) => match.at === at && match.strength > 0)

/** Numbers and dates of the claim for which the evidence has another. */
const otherFigures = ({ claim, evidence, aligned }: Case, onTopic: Set<number>): ReadonlyArray<string> =>
  claim.content.flatMap((at) => {
    const token = claim.tokens[at]
    if (token === undefined || !token.required || (aligned.get(at)?.strength ?? 0) > 0) return []
    const { quantity, day } = token
    const rival = evidence.content.find((other) => {
      const theirs = evidence.tokens[other]
      if (theirs === undefined || isMatched(aligned, other)) return false
      if (day !== undefined) return theirs.day !== undefined && otherDay(day, theirs.day)
      if (quantity === undefined || theirs.quantity === undefined) return false
      if (sameKind(quantity, theirs.quantity) && quantity.dimension !== undefined) return true
      const changedUnit = quantity.raw === theirs.quantity.raw && !/^(?:ordinal|times)$/.test(quantity.dimension ?? "")
      if (!sameKind(quantity, theirs.quantity))
        return changedUnit && quantity.dimension !== undefined && theirs.quantity.dimension !== undefined
      return countsSame(claim, at, evidence, other)
    })
    if (rival === undefined) return []
    onTopic.add(at)
    return [`"${evidence.tokens[rival]?.text}" and not "${token.text}"`]
  })

/** All that stands between a claim and a piece of evidence. */
export const conflictsOf = (claim: Unit, evidence: Unit, aligned: Alignment): Conflicts => {
  const onTopic = new Set<number>()
  const given: Case = { claim, evidence, aligned }
  const resolved = new Set<number>()
  const contradicts = [...denials(given, onTopic, resolved), ...otherFigures(given, onTopic)]
  for (const [at, reason] of slotTaken(claim, evidence, aligned)) {
    onTopic.add(at)
    contradicts.push(reason)
  }
  if (swapped(claim, evidence, aligned)) contradicts.push("the parts are swapped")
  const bound = misbound(claim, evidence, aligned)
  if (bound !== undefined) contradicts.push(bound)
  if (overstates(claim.tokens, evidence.tokens)) contradicts.push("true of some only")
  const possible = saysPossible(evidence.tokens)
  if (saysMust(claim.tokens) && possible && !saysMust(evidence.tokens)) contradicts.push("possible and not required")
  return { contradicts, weaker: weaker(given), onTopic, resolved }
}

/** "Lorries may use it" against "not open to lorries": all that matches stands within a denial. */
const withinDenial = ({ claim, evidence, aligned }: Case): boolean => {
  if (claim.tokens.some(({ negation }) => negation > 0)) return false
  const matched = claim.content.flatMap((at) => {
    const match = aligned.get(at)
    const heavy = (claim.tokens[at]?.weight ?? 0) >= 1 && claim.tokens[at]?.kind === "word"
    return heavy && match !== undefined && match.strength >= 0.7 ? [evidence.tokens[match.at]] : []
  })
  return matched.length > 0 && matched.every((token) => (token?.negation ?? 0) > 0)
}

const weaker = ({ claim, evidence, aligned }: Case): ReadonlyArray<string> => {
  const found: Array<string> = []
  if (!saysPossible(claim.tokens)) {
    for (const [at, match] of aligned) {
      const mine = claim.tokens[at]
      const theirs = evidence.tokens[match.at]
      if (match.strength > 0 && mine?.kind === "word" && mine.weight >= 1 && theirs?.hedged === true) {
        found.push(`"${theirs.text}" is only possible`)
        break
      }
    }
  }
  if (withinDenial({ claim, evidence, aligned })) found.push("said in a denial only")
  if (restricts(claim.tokens, evidence.tokens)) found.push("not only")
  return found
}
