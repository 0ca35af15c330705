/** From here to there, and who sold to whom: the same said from the other side, or the other way round. */
import type { Alignment } from "./align.ts"
import type { Unit } from "./Token.ts"

const converse: ReadonlyArray<readonly [string, string]> = [
  ["buy purchase acquire obtain", "sell sale"],
  ["win beat defeat victory overcome", "lose defeat loss"],
  ["lend", "borrow"],
  ["give send", "receive get"],
  ["teach", "learn"],
  ["precede", "follow succeed"],
  ["lead", "trail"],
]

const sideOf = (word: string, pair: readonly [string, string]): number =>
  pair.findIndex((side) => ` ${side} `.includes(` ${word} `))

/** "B bought it" against "A sold it to B": is a party on the other side of the verb? */
export const saidFromOtherSide = (claim: Unit, evidence: Unit, aligned: Alignment): boolean =>
  claim.content.some((at) => {
    const match = aligned.get(at)
    const [mine, theirs] = [claim.tokens[at]?.base ?? "", evidence.tokens[match?.at ?? -1]?.base ?? ""]
    if (match?.relation !== "opposite") return false
    const fits = converse.some((pair) => {
      const [a, b] = [sideOf(mine, pair), sideOf(theirs, pair)]
      return a >= 0 && b >= 0 && a !== b
    })
    return fits && claim.content.some((other) => isParty(claim, other) && crosses(other, at, match.at, aligned))
  })

const isParty = ({ tokens }: Unit, at: number): boolean => (tokens[at]?.weight ?? 0) >= 1 && !tokens[at]?.quantity

const crosses = (at: number, verb: number, theirVerb: number, aligned: Alignment): boolean => {
  const match = aligned.get(at)
  return match !== undefined && match.strength >= 0.7 && at < verb && match.at > theirVerb
}

const articles = /^(?:the|an?|its|their|his|her)$/

const prepositionBefore = ({ tokens }: Unit, at: number): string | undefined => {
  let before = at - 1
  while (articles.test(tokens[before]?.lower ?? "") || tokens[before]?.kind === "name") before--
  const lower = tokens[before]?.lower ?? ""
  return lower === "from" || lower === "to" ? lower : undefined
}

/** "from Tokyo" against "to Tokyo". */
export const otherWay = (claim: Unit, evidence: Unit, aligned: Alignment): boolean =>
  claim.content.some((at) => {
    const match = aligned.get(at)
    const token = claim.tokens[at]
    if (match === undefined || match.strength < 0.85 || token === undefined || token.kind !== "name") return false
    const [mine, theirs] = [prepositionBefore(claim, at), prepositionBefore(evidence, match.at)]
    return mine !== undefined && theirs !== undefined && mine !== theirs
  })
