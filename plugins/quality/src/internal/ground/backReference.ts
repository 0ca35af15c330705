/** "It", "its", "they" at the beginning of a sentence: what the sentence before is about is put there. */
import { unitOfTokens } from "./analyse.ts"
import { canBeVerb } from "./Lexicon.ts"
import { mayBeName, type Token, type Unit } from "./Token.ts"

const pronoun = /^(?:it|its|they|their|he|she|his|her)$/

/** The words that a sentence begins with and speaks of: a run of names, or "the" and up to three words. */
const subjectOf = ({ tokens, breaks }: Unit): ReadonlyArray<Token> => {
  const opened = /^(?:the|an?|our|this)$/.test(tokens[0]?.lower ?? "")
  const from = opened ? 1 : 0
  let to = from
  while (to < tokens.length && (to === from || !breaks.has(to)) && named(tokens, to)) to++
  if (to > from) return tokens.slice(from, to)
  const [first, second] = [tokens[0], tokens[1]]
  if (!opened && first !== undefined && mayBeName(first) && second?.kind === "function") return [first]
  if (!opened) return []
  while (to < tokens.length && to < from + 3 && isNoun(tokens[to], to === from) && !(to > from && breaks.has(to))) to++
  return tokens.slice(from, to)
}

/** A name, or what joins two of them: Ludwig van Beethoven. */
const named = (tokens: ReadonlyArray<Token>, at: number): boolean =>
  tokens[at]?.kind === "name" ||
  (/^(?:van|von|de|da|del|della|der|den|di|du|la|bin|of)$/.test(tokens[at]?.lower ?? "") &&
    tokens[at - 1]?.kind === "name" &&
    (tokens[at + 1]?.kind === "name" || tokens[at + 2]?.kind === "name"))

const isNoun = (token: Token | undefined, first: boolean): boolean =>
  token?.kind === "word" && token.weight > 0 && (first || token.lower === token.base || !canBeVerb(token.base))

/** The sentence with its opening pronoun replaced; itself where it has none, or the one before tells nothing. */
export const refersBack = (unit: Unit, before: Unit | undefined): Unit => {
  if (before === undefined || !pronoun.test(unit.tokens[0]?.lower ?? "")) return unit
  const subject = subjectOf(before)
  if (subject.length === 0) return unit
  const shift = subject.length - 1
  const copied = subject.map((token) => ({ ...token, clause: 0, negation: 0 as const, hedged: false }))
  return unitOfTokens(
    unit.text,
    [...copied, ...unit.tokens.slice(1)],
    new Set([...unit.breaks].map((at) => (at === 0 ? 0 : at + shift))),
  )
}
