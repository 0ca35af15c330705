import type { Alignment } from "./align.ts"
import { otherDay } from "./Day.ts"
import { overstates, restricts, advises, saysFuture, saysMay, saysMust, saysPossible } from "./hedges.ts"
import { relate } from "./Lexicon.ts"
import { misbound } from "./binding.ts"
import { type Quantity } from "./Quantity.ts"
import { otherWay, saidFromOtherSide } from "./direction.ts"
import { explainsOpposites, swapped } from "./roles.ts"
import { beside, replaced } from "./substitution.ts"
import { foreignVerb } from "./subject.ts"
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

const bans = new Set("ban prohibit forbid outlaw bar remove drop end stop discontinue cease abolish".split(" "))

/** "bans the sale": the noun is denied by the verb. */
const banned = ({ tokens }: Unit, at: number): boolean =>
  tokens.slice(Math.max(0, at - 3), at).some(({ base, negation }) => bans.has(base) && negation === 0)

/** Does the word stand in a condition: "if", "when", "unless"? */
const onlyIf = ({ tokens }: Unit, { clause }: Token): boolean =>
  /^(?:if|when|unless|until|whenever)$/.test(tokens.find((token) => token.clause === clause)?.lower ?? "")

/** "the largest" where the evidence says "the second-largest". */
const notFirst = ({ claim, evidence, aligned }: Case): string | undefined => {
  const rankBefore = ({ tokens }: Unit, at: number): number | undefined => {
    const { dimension, value } = tokens[at - 1]?.quantity ?? tokens[at - 2]?.quantity ?? {}
    return dimension === "ordinal" ? value : undefined
  }
  for (const [at, match] of aligned) {
    if (match.strength < 0.7 || !/(?:est|most)$/.test(claim.tokens[at]?.lower ?? "")) continue
    const [mine, theirs] = [rankBefore(claim, at) ?? 1, rankBefore(evidence, match.at) ?? 1]
    if (mine !== theirs) return `"${evidence.tokens[match.at]?.text}" has another rank`
  }
  return undefined
}

/** "enabled by default" against "disabled by default and can be enabled": the opposite stands where the claim's word does. */
const oppositeInPlace = ({ claim, evidence, aligned }: Case): ReadonlyArray<string> =>
  [...aligned].flatMap(([at, match]) => {
    const [token, next] = [claim.tokens[at], beside(claim, at, 1)]
    if (token?.kind !== "word" || match.relation !== "same" || next === undefined) return []
    const behind = aligned.get(next)
    if (behind === undefined || behind.strength < 0.85 || beside(evidence, match.at, 1) === behind.at) return []
    const other = evidence.content.find((place) => {
      const theirs = evidence.tokens[place]
      const stands =
        place !== match.at && beside(evidence, place, 1) === behind.at && theirs?.negation === token.negation
      return stands && relate(theirs?.base ?? "", token.base) === "opposite"
    })
    return other === undefined ? [] : [`"${evidence.tokens[other]?.text}" and not "${token.text}"`]
  })

/** Opposites and denials: one of the two turns the meaning, both together keep it. */
const denials = (
  { claim, evidence, aligned }: Case,
  onTopic: Set<number>,
  resolved: Set<number>,
): ReadonlyArray<string> => {
  const found: Array<string> = []
  const excused = explainsOpposites(claim, evidence, aligned) || saidFromOtherSide(claim, evidence, aligned)
  const turns: Array<boolean> = []
  for (const [at, match] of aligned) {
    const [mine, theirs] = [claim.tokens[at], evidence.tokens[match.at]]
    if (mine === undefined || theirs === undefined || mine.weight === 0) continue
    if (onlyIf(claim, mine) !== onlyIf(evidence, theirs)) continue
    if ((mine.negation === 2 && banned(evidence, match.at)) || (theirs.negation === 2 && banned(claim, at))) continue
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
  if (otherWay(claim, evidence, aligned)) contradicts.push("the other way")
  contradicts.push(...oppositeInPlace(given))
  const rank = notFirst(given)
  if (rank !== undefined) contradicts.push(rank)
  if (swapped(claim, evidence, aligned)) contradicts.push("the parts are swapped")
  const bound = misbound(claim, evidence, aligned)
  if (bound !== undefined) contradicts.push(bound)
  if (overstates(claim.tokens, evidence.tokens)) contradicts.push("true of some only")
  const possible = saysMay(evidence.tokens)
  if (saysMust(claim.tokens) && possible && !saysMust(evidence.tokens)) contradicts.push("possible and not required")
  return { contradicts, weaker: weaker(given), onTopic, resolved }
}

/** "Lorries may use it" against "not open to lorries": all that matches stands within a denial. */
const withinDenial = ({ claim, evidence, aligned }: Case): boolean => {
  if (claim.tokens.some(({ negation }) => negation > 0)) return false
  if ([...aligned.values()].some(({ relation }) => relation === "opposite")) return false
  const matched = claim.content.flatMap((at) => {
    const match = aligned.get(at)
    const heavy = (claim.tokens[at]?.weight ?? 0) >= 1 && claim.tokens[at]?.kind === "word"
    return heavy && match !== undefined && match.strength >= 0.7 ? [evidence.tokens[match.at]] : []
  })
  return matched.length > 0 && matched.every((token) => (token?.negation ?? 0) > 0)
}

/** "more … than" against a sentence that compares nothing. */
const uncompared = (claim: Unit, evidence: Unit): boolean => {
  const at = claim.tokens.findIndex(({ lower }) => lower === "than")
  const figure = claim.tokens[at + 1]?.quantity !== undefined || claim.tokens[at + 2]?.quantity !== undefined
  const compares =
    /^(?:than|more|most|less|least|fewer|unlike|while|whereas|compared|but|up|down|increase\w*|decrease\w*|rose|fell|grew|rise|growth|over|ahead|behind|before|after|exceed\w*|beat|from|.{2,}(?:er|est))$/
  return (
    at > 0 &&
    !figure &&
    claim.tokens[at - 1]?.lower !== "rather" &&
    !evidence.tokens.some(({ lower }) => compares.test(lower))
  )
}

const weaker = ({ claim, evidence, aligned }: Case): ReadonlyArray<string> => {
  const found: Array<string> = []
  if (
    !saysPossible(claim.tokens) &&
    !saysFuture(claim.tokens, evidence.tokens) &&
    !advises(claim.tokens, evidence.tokens)
  ) {
    for (const [at, match] of aligned) {
      const mine = claim.tokens[at]
      const theirs = evidence.tokens[match.at]
      if (match.strength > 0 && mine?.kind === "word" && mine.weight >= 1 && theirs?.hedged === true) {
        found.push(`"${theirs.text}" is only possible`)
        break
      }
    }
  }
  if (uncompared(claim, evidence)) found.push("nothing is compared")
  found.push(...replaced(claim, evidence, aligned).values())
  const said = foreignVerb(claim, evidence, aligned)
  if (said !== undefined) found.push(said)
  if (withinDenial({ claim, evidence, aligned })) found.push("said in a denial only")
  if (restricts(claim.tokens, evidence.tokens)) found.push("not only")
  return found
}
