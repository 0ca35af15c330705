/** The place of a word: what stands before and behind it. Another name in the same place speaks against the claim. */
import type { Alignment } from "./align.ts"
import { mayBeName, type Token, type Unit } from "./Token.ts"

/** Positions of a run of names, or of the single word. */
const runAround = ({ tokens, breaks }: Unit, at: number): readonly [number, number] => {
  const kind = tokens[at]?.kind
  let [from, to] = [at, at]
  if (kind !== "name") return [from, to]
  while (from > 0 && tokens[from - 1]?.kind === "name" && !breaks.has(from)) from--
  while (to + 1 < tokens.length && tokens[to + 1]?.kind === "name" && !breaks.has(to + 1)) to++
  return [from, to]
}

const articles = new Set(["the", "a", "an", "its", "their", "his", "her", "dr", "mr", "mrs", "ms", "sir"])

const neighbour = ({ tokens }: Unit, from: number, step: -1 | 1): number => {
  let at = from + step
  while (articles.has(tokens[at]?.lower ?? "")) at += step
  return at
}

const prepositions = new Set(
  "in at by from to of on with for as into near under between is was are were be called named than not en de à von mit aus im par por para sur".split(
    " ",
  ),
)

/** Do both words stand behind the same preposition after a common word, or behind or before a common word itself? */
const samePlace = (claim: Unit, at: number, evidence: Unit, other: number, aligned: Alignment): boolean => {
  const [mine, theirs] = [runAround(claim, at), runAround(evidence, other)]
  const paired = (a: number, b: number) => {
    const match = aligned.get(a)
    return match !== undefined && match.strength >= 0.7 && match.at === b && claim.tokens[a]?.kind !== "day"
  }
  const [left, right] = [neighbour(claim, mine[0], -1), neighbour(evidence, theirs[0], -1)]
  if (paired(left, right)) return true
  // Pierre Curie is not Marie Curie.
  const inside = mine[0] !== mine[1] && theirs[0] !== theirs[1]
  if (inside && (paired(at - 1, other - 1) || paired(at + 1, other + 1))) return true
  const preposition = claim.tokens[left]?.lower ?? ""
  if (prepositions.has(preposition) && preposition === evidence.tokens[right]?.lower) {
    const [a, b] = [neighbour(claim, left, -1), neighbour(evidence, right, -1)]
    const [c, d] = [behindBe(claim, a), behindBe(evidence, b)]
    if (paired(a, b) || (c !== a && d !== b && paired(c, d)) || nearPair(claim, a, evidence, b, aligned)) return true
  }
  const [after, behind] = [neighbour(claim, mine[1], 1), neighbour(evidence, theirs[1], 1)]
  return (
    paired(after, behind) ||
    (claim.tokens[after]?.kind === "function" &&
      claim.tokens[after]?.lower === evidence.tokens[behind]?.lower &&
      paired(neighbour(claim, after, 1), neighbour(evidence, behind, 1)))
  )
}

/** "is in": what stands before the verb. */
const behindBe = (unit: Unit, at: number): number =>
  /^(?:is|are|was|were|lies|be)$/.test(unit.tokens[at]?.lower ?? "") ? neighbour(unit, at, -1) : at

/** A pair within two words to the left: "founded in 1998 in Berlin". */
const nearPair = (claim: Unit, at: number, evidence: Unit, other: number, aligned: Alignment): boolean => {
  for (let step = at; step > at - 4 && step >= 0; step--) {
    const match = aligned.get(step)
    const token = claim.tokens[step]
    if (match !== undefined && token?.kind === "word" && token.weight >= 0.3 && match.strength >= 0.7)
      return match.at <= other && match.at > other - 5
  }
  return false
}

const comparableKinds = (mine: Token, theirs: Token, sibling: boolean): boolean =>
  (mine.kind === "name" && mayBeName(theirs)) || (sibling && mine.kind !== "function" && theirs.kind !== "function")

/** "made of silicon" against "made of carbon": the same verb and preposition with another thing. */
const madeOf = (claim: Unit, at: number, evidence: Unit, other: number, aligned: Alignment): boolean => {
  const [mine, theirs] = [claim.tokens[at], evidence.tokens[other]]
  if (mine?.kind !== "word" || theirs?.kind !== "word" || mine.weight < 1 || theirs.weight < 1) return false
  const [preposition, same] = [claim.tokens[at - 1]?.lower ?? "", evidence.tokens[other - 1]?.lower]
  const match = aligned.get(at - 2)
  return (
    /^(?:of|from|with|as|into)$/.test(preposition) &&
    preposition === same &&
    match !== undefined &&
    match.strength >= 0.9 &&
    match.at === other - 2
  )
}

/** Words of the claim in whose place the evidence has another of the same kind. */
export const slotTaken = (claim: Unit, evidence: Unit, aligned: Alignment): ReadonlyMap<number, string> => {
  const used = new Set([...aligned.values()].filter((match) => match.strength > 0).map((match) => match.at))
  const found = new Map<number, string>()
  for (const at of claim.content) {
    const token = claim.tokens[at]
    const match = aligned.get(at)
    if (
      token === undefined ||
      (match?.strength ?? 0) > 0 ||
      token.kind === "quantity" ||
      token.kind === "day" ||
      token.weight < 0.5
    )
      continue
    for (const other of evidence.content) {
      const theirs = evidence.tokens[other]
      if (theirs === undefined || used.has(other)) continue
      const sibling = match?.relation === "sibling" && match.at === other
      if (
        !(comparableKinds(token, theirs, sibling) || madeOf(claim, at, evidence, other, aligned)) ||
        !samePlace(claim, at, evidence, other, aligned)
      )
        continue
      found.set(at, `"${theirs.text}" and not "${token.text}"`)
      break
    }
  }
  for (const at of otherSubject(claim, evidence, aligned, used)) found.set(at, "said of something else")
  return found
}

/** All but the subject goes with the evidence, and that speaks of another one. */
const otherSubject = (
  claim: Unit,
  evidence: Unit,
  aligned: Alignment,
  used: ReadonlySet<number>,
): ReadonlyArray<number> => {
  const first = claim.content[0] ?? -1
  if (claim.tokens[first]?.kind !== "name") return []
  const [from, to] = runAround(claim, first)
  const strength = (at: number) => aligned.get(at)?.strength ?? 0
  const subject = claim.content.filter((at) => at >= from && at <= to)
  const rest = claim.content.filter((at) => at > to)
  if (subject.some((at) => strength(at) > 0) || rest.length < 2) return []
  const weight = (of: ReadonlyArray<number>, by: (at: number) => number) =>
    of.reduce((sum, at) => sum + (claim.tokens[at]?.weight ?? 0) * by(at), 0)
  if (weight(rest, strength) < 0.8 * weight(rest, () => 1)) return []
  const start = Math.min(
    ...rest.filter((at) => strength(at) > 0).map((at) => aligned.get(at)?.at ?? Number.POSITIVE_INFINITY),
  )
  const other = evidence.content.some((at) => at < start && !used.has(at) && evidence.tokens[at]?.kind === "name")
  return other ? subject : []
}
