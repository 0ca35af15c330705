/** Which number belongs to whom, where a sentence has several of each. */
import type { Alignment } from "./align.ts"
import { canBeVerb } from "./Lexicon.ts"
import { mayBeName, type Token, type Unit } from "./Token.ts"

const distance = ({ tokens }: Unit, a: number, b: number): number => {
  const [x, y] = [tokens[a], tokens[b]]
  return Math.abs(a - b) + (x !== undefined && y !== undefined ? 4 * Math.abs(x.clause - y.clause) : 0)
}

const isVerb = (token: Token): boolean =>
  token.kind === "word" &&
  token.weight >= 0.3 &&
  token.lower !== token.base &&
  !/(?:s|ing|er|est)$/.test(token.lower) &&
  canBeVerb(token.base)

/** Things behind the same preposition: "on schools", "on roads". */
const parallel = ({ tokens }: Unit, a: number, b: number): boolean => {
  const [before, other] = [tokens[a - 1], tokens[b - 1]]
  const heavy = [a, b].every((at) => tokens[at]?.kind === "word" && (tokens[at]?.weight ?? 0) >= 1)
  return (
    heavy && before?.kind === "function" && before.lower === other?.lower && !/^(?:the|a|an|and|or)$/.test(before.lower)
  )
}

const sameSort = (a: Token, b: Token): boolean =>
  (a.quantity !== undefined &&
    b.quantity !== undefined &&
    (a.quantity.dimension === b.quantity.dimension ||
      ((a.quantity.dimension ?? b.quantity.dimension) !== "ratio" &&
        (a.quantity.dimension === undefined || b.quantity.dimension === undefined)))) ||
  (a.day?.year !== undefined && b.day?.year !== undefined) ||
  (mayBeName(a) && mayBeName(b)) ||
  (isVerb(a) && isVerb(b))

interface Bound {
  readonly claim: Unit
  readonly evidence: Unit
  readonly aligned: Alignment
  readonly used: ReadonlySet<number>
}

/** Is a rival of the value, which the claim does not speak of, nearer to the anchor than the value itself? */
const nearerRival = ({ claim, evidence, aligned, used }: Bound, anchor: number, value: number): Token | undefined => {
  const [a, v] = [aligned.get(anchor), aligned.get(value)]
  const mine = evidence.tokens[v?.at ?? -1]
  if (a === undefined || v === undefined || mine === undefined || a.strength < 0.7 || v.strength < 0.7 || a.at === v.at)
    return undefined
  const own = distance(evidence, a.at, v.at)
  const rivals = evidence.content.filter((at) => {
    const token = evidence.tokens[at]
    return token !== undefined && at !== v.at && at !== a.at && !used.has(at) && sameSort(mine, token)
  })
  // The rival of the anchor that the value belongs to must be there as well: two things, two values.
  const anchorToken = evidence.tokens[a.at]
  const others = evidence.content.filter((at) => {
    const token = evidence.tokens[at]
    return (
      token !== undefined &&
      anchorToken !== undefined &&
      !used.has(at) &&
      at !== a.at &&
      (sameSort(anchorToken, token) || parallel(evidence, a.at, at))
    )
  })
  const nearer = rivals.find((at) => distance(evidence, a.at, at) < own && sameSide(evidence, a.at, at, others))
  const taken = others.some((at) => distance(evidence, at, v.at) < own)
  return nearer !== undefined && taken && claim.tokens[value] !== undefined ? evidence.tokens[nearer] : undefined
}

/** No other anchor stands nearer to the rival. */
const sameSide = (evidence: Unit, anchor: number, rival: number, others: ReadonlyArray<number>): boolean =>
  others.every((other) => distance(evidence, other, rival) >= distance(evidence, anchor, rival))

const formerly =
  /(?:\b(?:up|down|increase[ds]?|decrease[ds]?|rose|fell|grew|raised|dropped|declined|improved|versus|vs|against|than|compared (?:with|to)|from))(?: from)? $/

/** "4.2 billion, up from 3.6 billion": the second is what it was before. */
const earlierValue = ({ claim, evidence, aligned, used }: Bound): string | undefined => {
  for (const [at, match] of aligned) {
    const [mine, theirs] = [claim.tokens[at], evidence.tokens[match.at]]
    if (mine?.quantity === undefined || theirs?.quantity === undefined || match.strength === 0) continue
    const before = (unit: Unit, to: number) =>
      unit.tokens
        .slice(Math.max(0, to - 3), to)
        .map(({ lower }) => `${lower} `)
        .join("")
    const other = evidence.content.find(
      (at) => !used.has(at) && at < match.at && sameSort(theirs, evidence.tokens[at] ?? theirs),
    )
    if (
      other !== undefined &&
      formerly.test(before(evidence, match.at)) &&
      !/(?:from|than|before|previous\w*|earlier|with|to|versus|vs|against) $/.test(before(claim, at))
    )
      return `"${evidence.tokens[other]?.text}" now, "${mine.text}" before`
  }
  return undefined
}

/** What the evidence binds to something else: "Ann earned 50 and Bob 70" against "Bob earned 50". */
export const misbound = (claim: Unit, evidence: Unit, aligned: Alignment): string | undefined => {
  const used = new Set([...aligned.values()].filter((match) => match.strength > 0).map((match) => match.at))
  const bound: Bound = { claim, evidence, aligned, used }
  const earlier = earlierValue(bound)
  if (earlier !== undefined) return earlier
  const required = claim.content.filter((at) => claim.tokens[at]?.required === true)
  const anchors = claim.content.filter((at) => {
    const token = claim.tokens[at]
    return token !== undefined && (token.required || isVerb(token) || (token.kind === "word" && token.weight >= 1))
  })
  for (const anchor of anchors) {
    for (const value of required) {
      const [a, v] = [claim.tokens[anchor], claim.tokens[value]]
      if (a === undefined || v === undefined || anchor === value || a.kind === v.kind) continue
      if (a.kind === "quantity" || (a.kind === "word" && v.kind === "name")) continue
      const rival = nearerRival(bound, anchor, value)
      if (rival !== undefined) return `"${rival.text}" and not "${v.text}" belongs to "${a.text}"`
    }
  }
  return undefined
}
