/** Who did it to whom: the same words with the parts swapped say something else. */
import type { Alignment } from "./align.ts"
import { canBeVerb } from "./Lexicon.ts"
import type { Token, Unit } from "./Token.ts"

const symmetric = new Set(
  "meet marry merge partner differ equal resemble border collaborate cooperate agree compete share connect link unite negotiate fight debate match be have include".split(
    " ",
  ),
)
const flips: ReadonlyMap<string, string> = new Map([
  ["before", "after"],
  ["after", "before"],
  ["above", "below"],
  ["below", "above"],
  ["over", "under"],
  ["under", "over"],
  ["ahead", "behind"],
  ["behind", "ahead"],
])
const ordering = new Set([...flips.keys(), "than", "into"])

/** "by accident", "by 5 %", "by 1990", "by selling": nobody who did it. */
const isAgent = (token: Token | undefined): boolean =>
  token !== undefined &&
  token.quantity === undefined &&
  token.day === undefined &&
  !/^(?:accident|mistake|chance|default|hand|car|bus|train|plane|ship|boat|sea|air|law|far|means|way|weight|volume|mail|post|email|phone|.{3,}ing)$/.test(
    token.lower,
  )

/** Who did it, where "by" says so: the position behind it. */
const agentAt = ({ tokens, breaks }: Unit, at: number): number | undefined => {
  for (let next = at + 1; next <= at + 4 && next < tokens.length && !breaks.has(next); next++) {
    const lower = tokens[next]?.lower ?? ""
    if (/^(?:by|von|par|por)$/.test(lower)) return isAgent(tokens[next + 1]) ? next + 1 : undefined
    if (lower === "and") return undefined
  }
  return undefined
}

/** "was acquired", "acquired by" */
const passive = (unit: Unit, at: number): boolean => {
  const { tokens } = unit
  const verb = tokens[at]
  if (verb === undefined || verb.lower === verb.base || /(?:ing|[^s]s)$/.test(verb.lower)) return false
  const before = tokens.slice(Math.max(0, at - 3), at)
  return (
    agentAt(unit, at) !== undefined || before.some(({ lower }) => /^(?:is|are|was|were|be|been|being)$/.test(lower))
  )
}

/** "maintained by Google" against "designed by Google and maintained by others". */
const otherAgent = (claim: Unit, at: number, evidence: Unit, pivot: number, aligned: Alignment): boolean => {
  const [mine, theirs] = [agentAt(claim, at), agentAt(evidence, pivot)]
  if (mine === undefined || theirs === undefined) return false
  const named = (unit: Unit, from: number) => {
    const found = unit.tokens.findIndex((token, step) => step >= from && step < from + 3 && token.kind === "name")
    return found < 0 ? undefined : found
  }
  const [agent, other] = [named(claim, mine), named(evidence, theirs)]
  const match = agent === undefined ? undefined : aligned.get(agent)
  if (other === undefined || match === undefined || match.strength < 0.7) return false
  return match.at < theirs || match.at > other + 6
}

const verbLike = (token: Token, before: Token | undefined): boolean =>
  token.kind === "word" &&
  token.weight >= 0.3 &&
  canBeVerb(token.base) &&
  (token.lower !== token.base || before?.kind === "name" || (before?.first === true && /[^s]s$/.test(before.lower))) &&
  !/^(?:a|an|the|of|its|their|his|her|in|and|or)$/.test(before?.lower ?? "") &&
  !symmetric.has(token.base)

const isParty = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind === "name" || (token.kind === "word" && token.weight >= 1))

interface Pivot {
  readonly at: number
  readonly opposed: boolean
}

/** The nearest parties left and right, inside of the clause. */
const parties = ({ tokens, breaks }: Unit, at: number, aligned: Alignment): readonly [number, number] | undefined => {
  const usable = (step: number) => isParty(tokens[step]) && (aligned.get(step)?.strength ?? 0) >= 0.7
  let left = at - 1
  while (left >= 0 && !usable(left)) left--
  let right = at + 1
  while (right < tokens.length && !usable(right) && !(breaks.has(right) && right > at + 1)) right++
  return left >= 0 && right < tokens.length && usable(right) ? [left, right] : undefined
}

/** "France won" against "Argentina won against France". */
const otherSubject = (claim: Unit, at: number, evidence: Unit, pivot: number, aligned: Alignment): boolean => {
  const [mine, theirs] = [claim.tokens[at - 1], evidence.tokens[pivot - 1]]
  const match = aligned.get(at - 1)
  if (theirs?.lower === "to" && mine?.kind === "name" && match !== undefined && match.strength >= 0.7) {
    const first = evidence.tokens.findIndex(({ kind }) => kind === "name")
    const known = [...aligned.values()].some((other) => other.at === first && other.strength > 0)
    return first >= 0 && first < match.at && match.at < pivot && !known
  }
  if (mine?.kind !== "name" || theirs?.kind !== "name" || match === undefined || match.strength < 0.7) return false
  const claimed = [...aligned.values()].some((other) => other.at === pivot - 1 && other.strength > 0)
  return (
    match.at > pivot &&
    !claimed &&
    !passive(evidence, pivot) &&
    !passive(claim, at) &&
    onOneSide(evidence, match.at, pivot)
  )
}

/** Are the parties of the verb at `at` the other way round in the evidence, with the voice taken into account? */
const verbSwapped = (claim: Unit, at: number, evidence: Unit, aligned: Alignment): boolean => {
  const pair = parties(claim, at, aligned)
  const pivot = aligned.get(at)
  if (pivot !== undefined && pivot.strength > 0 && otherAgent(claim, at, evidence, pivot.at, aligned)) return true
  if (pivot !== undefined && pivot.strength > 0 && otherSubject(claim, at, evidence, pivot.at, aligned)) return true
  if (pair === undefined || pivot === undefined || pivot.strength === 0) return false
  const [left, right] = [aligned.get(pair[0])?.at ?? -1, aligned.get(pair[1])?.at ?? -1]
  if (left === right || left === pivot.at || right === pivot.at) return false
  const theirs = evidence.tokens[pivot.at]
  if (theirs === undefined || theirs.lower.endsWith("ing") || !canBeVerb(theirs.base)) return false
  const named = pair.some((step) => claim.tokens[step]?.kind === "name")
  // Other words for the verb often turn it round: "lets in", "is admitted".
  if (pivot.strength < 0.9 && !pair.every((step) => claim.tokens[step]?.kind === "name")) return false
  if (!named && Math.max(Math.abs(left - pivot.at), Math.abs(right - pivot.at)) > 4) return false
  const crossed = left > pivot.at && right < pivot.at
  if (!crossed && !(left < pivot.at && right > pivot.at)) return false
  const turned = passive(claim, at) !== passive(evidence, pivot.at)
  // "a store used as a cache" has no voice that one could tell: without "by", only crossed parts count.
  const told = agentAt(claim, at) !== undefined || agentAt(evidence, pivot.at) !== undefined
  return crossed ? !turned : turned && told
}

const orderingPivot = (word: string, { tokens }: Unit): Pivot | undefined => {
  const same = tokens.findIndex(({ lower }) => lower === word)
  if (same >= 0) return { at: same, opposed: false }
  const other = tokens.findIndex(({ lower }) => lower === flips.get(word))
  return other < 0 ? undefined : { at: other, opposed: true }
}

/** Does each token of this base stand on the same side of the pivot? */
const onOneSide = ({ tokens }: Unit, at: number, pivot: number): boolean =>
  tokens.every(({ base }, other) => base !== tokens[at]?.base || other > pivot === at > pivot)

/** Does something before the claim's pivot stand behind the evidence's, and something behind it before? */
const crossedAt = (claim: Unit, at: number, evidence: Unit, pivot: Pivot, aligned: Alignment): boolean => {
  const moved = (from: number, to: number, behind: boolean) =>
    claim.content.some((step) => {
      const match = aligned.get(step)
      if (
        step < from ||
        step >= to ||
        match === undefined ||
        match.strength < 0.7 ||
        claim.tokens[step]?.kind === "function"
      )
        return false
      return match.at > pivot.at === behind && match.at !== pivot.at && onOneSide(evidence, match.at, pivot.at)
    })
  const stays = (from: number, to: number, behind: boolean) =>
    claim.content.some((step) => {
      const match = aligned.get(step)
      const name = claim.tokens[step]?.kind === "name"
      return (
        step >= from &&
        step < to &&
        name &&
        match !== undefined &&
        match.strength >= 0.7 &&
        match.at > pivot.at === behind &&
        onOneSide(evidence, match.at, pivot.at)
      )
    })
  const size = claim.tokens.length
  const crossed = moved(0, at, true) && moved(at + 1, size, false)
  return crossed && (claim.tokens[at]?.lower === "into" || (!stays(0, at, false) && !stays(at + 1, size, true)))
}

/** "larger than" against "smaller than": an odd number of opposites turns the comparison. */
const reversed = (claim: Unit, evidence: Unit, aligned: Alignment): boolean => {
  let count = 0
  for (const [at, match] of aligned)
    if (
      match.relation === "opposite" &&
      claim.tokens[at]?.kind === "word" &&
      evidence.tokens[match.at]?.kind === "word"
    )
      count++
  return count % 2 === 1
}

const comparison = (claim: Unit, evidence: Unit, aligned: Alignment) => {
  const at = claim.tokens.findIndex((token) => ordering.has(token.lower))
  const pivot = orderingPivot(claim.tokens[at]?.lower ?? "", evidence)
  if (at < 0 || pivot === undefined) return undefined
  const turned = (claim.tokens[at]?.lower === "than" && reversed(claim, evidence, aligned)) !== pivot.opposed
  return { crossed: crossedAt(claim, at, evidence, pivot, aligned), turned }
}

/** Are the parties of a verb, or of a comparison, the other way round in the evidence? */
export const swapped = (claim: Unit, evidence: Unit, aligned: Alignment): boolean => {
  const order = comparison(claim, evidence, aligned)
  if (order?.crossed === true) return !order.turned
  return claim.tokens.some(
    (token, at) =>
      !claim.breaks.has(at) && verbLike(token, claim.tokens[at - 1]) && verbSwapped(claim, at, evidence, aligned),
  )
}

/** Do the swapped parts explain an opposite: A is larger than B, B is smaller than A? */
export const explainsOpposites = (claim: Unit, evidence: Unit, aligned: Alignment): boolean => {
  const order = comparison(claim, evidence, aligned)
  return order !== undefined && order.crossed && order.turned
}
