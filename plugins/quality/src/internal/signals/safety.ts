import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from "obscenity"

let matcher: RegExpMatcher | undefined
const swearing = (): RegExpMatcher =>
  (matcher ??= new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers }))

/** Threats and abuse that need no swear word. */
const abusive: ReadonlyArray<RegExp> = [
  /\b(?:go |just |should )?(?:kill|hang|hurt|harm) (?:yourself|urself|yourselves)\b/i,
  /\bi(?:'ll| will| am going to|'m going to) (?:kill|murder|hurt|stab|shoot|find and kill) (?:you|him|her|them)\b/i,
  /\byou(?:'re| are) (?:a |an |such a |so )?(?:worthless|stupid|idiot|moron|pathetic|disgusting|subhuman)\b/i,
  /\b(?:all|those|these) \p{L}+ (?:are|should be) (?:vermin|subhuman|exterminated|animals|killed)\b/iu,
]

export interface Unsafe {
  readonly message: string
  readonly start: number
  readonly end: number
}

const longest = 20_000

/** Words and phrases that do not belong into an answer. Of a very long text the first 20,000 signs are read. */
export const unsafeIn = (text: string): ReadonlyArray<Unsafe> => {
  const read = text.slice(0, longest)
  const words = swearing()
    .getAllMatches(read, true)
    .map(({ startIndex, endIndex }) => ({ message: "offensive language", start: startIndex, end: endIndex + 1 }))
  const abuse = abusive.flatMap((pattern) => {
    const match = pattern.exec(read)
    return match === null
      ? []
      : [{ message: "abuse or a threat", start: match.index, end: match.index + match[0].length }]
  })
  return [...words, ...abuse]
}
