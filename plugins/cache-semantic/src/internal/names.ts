import { capitalWords, doubleNamed, single, symbolTalk } from "./lexicon/doubleNames.ts"
import * as lists from "./lexicon/wordLists.ts"
import type { Pair } from "./matching.ts"
import type { Concept } from "./Reading.ts"
import { stem } from "./stem.ts"

type Pairs = ReadonlyArray<Pair>

/** Written with its own capital, not with that of a sentence. */
const isTitled = ({ said }: Concept): boolean => /^\p{Lu}\p{Ll}{2,}/u.test(said)

const isCodeName = (pairs: Pairs, { name }: Concept): boolean =>
  lists.codeLanguages.has(name) && pairs.some(({ a }) => lists.codeTerms.has(a.name))

const isListed = ({ name, said, capital }: Concept): boolean =>
  capital && (doubleNamed.has(name) || doubleNamed.has(said.toLowerCase()) || capitalWords.has(said))

/** "Merge PDFs", "merge a PDF". */
const isPluralAcronym = (one: string, other: string): boolean =>
  /^\p{Lu}{2,}s$/u.test(one) && one.slice(0, -1).toLowerCase() === other.toLowerCase()

/** A name is compared as it is written: "Alien" is not "Aliens", "Cars" is not "Automobiles". */
const isRewritten = (a: Concept, b: Concept): boolean => {
  const [one, other] = [a.said.toLowerCase(), b.said.toLowerCase()]
  if (one === other || a.phrased || b.phrased) return false
  if (isPluralAcronym(a.said, b.said) || isPluralAcronym(b.said, a.said)) return false
  const inflected = stem(one).base === stem(other).base
  return inflected || (a.capital && b.capital && isTitled(a) && isTitled(b))
}

/** "G" and "g": where a sign is asked about. */
const isOtherSign = (pairs: Pairs, a: Concept, b: Concept): boolean =>
  /^[^\P{L}Ii]$/u.test(a.said) &&
  a.said !== b.said &&
  a.said.toLowerCase() === b.said.toLowerCase() &&
  (pairs.length === 1 || pairs.some((pair) => symbolTalk.has(pair.a.name)))

/** What speaks against it that two words are one name, or both none. */
export const misnaming = (pairs: Pairs, a: Concept, b: Concept): string | undefined => {
  if (a.kind !== "word" || b.kind !== "word") return undefined
  if (isOtherSign(pairs, a, b)) return `"${a.said}" and "${b.said}" are two signs`
  if (!a.capital && !b.capital) return undefined
  if (isRewritten(a, b)) return `"${a.said}" and "${b.said}" are not one name`
  if (a.capital === b.capital) return undefined
  if ((isListed(a) || isListed(b)) && !isCodeName(pairs, a)) return `"${a.said}" is a name on one side only`
  const [name, common] = a.capital ? [a, b] : [b, a]
  return common.named && !name.named && isTitled(name) && !single.has(name.name)
    ? `"${name.said}" is a name on one side only`
    : undefined
}
