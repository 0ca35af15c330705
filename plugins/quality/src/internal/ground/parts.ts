import { canBeVerb } from "./Lexicon.ts"
import type { Token, Unit } from "./Token.ts"
import { unitOfTokens } from "./analyse.ts"

const auxiliary = new Set("is are was were has have had will would can could may must does did do should".split(" "))
const joins = new Set(["and", "but", "while", "whereas", "which"])

const beginsClause = ({ tokens }: Unit, at: number): boolean => {
  const ahead = tokens.slice(at + 1, at + 6)
  return ahead.some((token, index) => auxiliary.has(token.lower) || (index === 0 && isVerb(token)))
}

const isVerb = (token: Token): boolean =>
  token.kind === "word" && token.lower !== token.base && !/(?:ing|s)$/.test(token.lower) && canBeVerb(token.base)

/** Where the first verb stands: before it is what the whole claim is about. */
const subjectEnd = ({ tokens }: Unit): number =>
  tokens.findIndex((token, at) => at > 0 && (auxiliary.has(token.lower) || isVerb(token)))

/** The clauses of a claim that says several things, each with the subject of the first; one unit where it says one. */
export const partsOf = (claim: Unit): ReadonlyArray<Unit> => {
  const cuts = claim.tokens.flatMap((token, at) =>
    at > 1 && joins.has(token.lower) && beginsClause(claim, at) ? [at] : [],
  )
  const end = subjectEnd(claim)
  if (cuts.length === 0 || end < 1 || end > (cuts[0] ?? 0)) return [claim]
  const subject = claim.tokens.slice(0, end)
  const bounds = [...cuts, claim.tokens.length]
  return bounds.map((to, index) => {
    const from = index === 0 ? 0 : (bounds[index - 1] ?? 0) + 1
    const own = claim.tokens.slice(from, to)
    const standing =
      index === 0 || own.some((token, at) => at < 3 && token.kind === "name" && !auxiliary.has(own[0]?.lower ?? ""))
    const tokens = standing ? own : [...subject, ...own]
    return unitOfTokens(claim.text, tokens, new Set())
  })
}
