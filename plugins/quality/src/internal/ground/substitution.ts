/** Another thing in the place of a claim's word: "returns a list" against "returns a dictionary". */
import type { Alignment } from "./align.ts"
import { canBeVerb, isAdjective, isKnown, isNoun } from "./Lexicon.ts"
import { mayBeName, type Token, type Unit } from "./Token.ts"

const heavy = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind === "word" || token.kind === "name") && token.weight >= 1

const isVerb = (token: Token | undefined): boolean =>
  token?.kind === "word" && token.lower !== token.base && canBeVerb(token.base)

const thing = ({ base }: Token): boolean =>
  isKnown(base) ? isNoun(base) && !isAdjective(base) : !/(?:ed|ing|ly)$/.test(base)

/** The next token with content in this direction, at most three away; a sign or a new clause ends the search. */
export const beside = ({ tokens, breaks }: Unit, at: number, step: -1 | 1): number | undefined => {
  for (let next = at + step; Math.abs(next - at) <= 3 && next >= 0 && next < tokens.length; next += step) {
    if (breaks.has(step === 1 ? next : next + 1)) return undefined
    if ((tokens[next]?.weight ?? 0) >= 0.3) return next
  }
  return undefined
}

const glue = ({ tokens }: Unit, from: number, to: number): string =>
  tokens
    .slice(from + 1, to)
    .map(({ lower }) => (/^(?:an?|the|its|their|his|her)$/.test(lower) ? "" : lower))
    .filter((lower) => lower !== "")
    .join(" ")

const paired = (aligned: Alignment, mine: number | undefined, theirs: number | undefined): boolean => {
  const match = mine === undefined ? undefined : aligned.get(mine)
  return match !== undefined && match.strength >= 0.85 && match.at === theirs
}

/** Words of the claim in whose place, between the same neighbours, the evidence has another noun. */
export const replaced = (claim: Unit, evidence: Unit, aligned: Alignment): ReadonlyMap<number, string> => {
  const used = new Set([...aligned.values()].filter((match) => match.strength > 0).map((match) => match.at))
  const found = new Map<number, string>()
  for (const at of claim.content) {
    const token = claim.tokens[at]
    if (token === undefined || !heavy(token) || (aligned.get(at)?.strength ?? 0) >= 0.5 || !thing(token)) continue
    const [left, right] = [beside(claim, at, -1), beside(claim, at, 1)]
    const other = evidence.content.find((place) => {
      const theirs = evidence.tokens[place]
      if (
        theirs === undefined ||
        (token.kind === "name" && !mayBeName(theirs)) ||
        used.has(place) ||
        !heavy(theirs) ||
        !thing(theirs)
      )
        return false
      const [before, behind] = [beside(evidence, place, -1), beside(evidence, place, 1)]
      const onLeft = paired(aligned, left, before) && glue(claim, left ?? 0, at) === glue(evidence, before ?? 0, place)
      const onRight =
        paired(aligned, right, behind) && glue(claim, at, right ?? 0) === glue(evidence, place, behind ?? 0)
      if (onLeft && onRight) return true
      const verbBefore = onLeft && isVerb(claim.tokens[left ?? -1])
      return (onRight && left === undefined && before === undefined) || (verbBefore && right === undefined)
    })
    if (other !== undefined) found.set(at, `"${evidence.tokens[other]?.text}" and not "${token.text}"`)
  }
  return found
}
