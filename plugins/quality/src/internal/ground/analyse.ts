import { markHedges } from "./hedges.ts"
import { markNegations } from "./negations.ts"
import { baseForm, stemOf } from "../text/lemma.ts"
import { isAdjective, isKnown } from "./Lexicon.ts"
import type { Token, Unit } from "./Token.ts"
import { nameBase, tokenize } from "./tokenize.ts"

const opensClause = new Set(
  "but while whereas although though because since when if unless which who where and or aber während weil mais tandis pero mientras".split(
    " ",
  ),
)

const number = (tokens: ReadonlyArray<Token>, breaks: ReadonlySet<number>): void => {
  let clause = 0
  tokens.forEach((token, at) => {
    if (at > 0 && (breaks.has(at) || opensClause.has(token.lower)) && tokens[at - 1]?.clause === clause) clause++
    token.clause = clause
  })
}

const unlike = new Set([
  "unless",
  "regardless",
  "nevertheless",
  "nonetheless",
  "wireless",
  "homeless",
  "stainless",
  "serverless",
  "bless",
])

/** "flightless" denies flight. */
const lacking = (token: Token, at: number, tokens: Array<Token>): void => {
  const without = /^(.{3,})less$/.exec(token.lower)?.[1]
  if (token.kind !== "word" || without === undefined || unlike.has(token.lower) || !isKnown(without)) return
  tokens[at] = { ...token, base: without, stem: stemOf(without), negation: token.negation === 0 ? 2 : 0 }
}

/** "unworn" denies "worn", "non-refundable" denies "refundable". */
const prefixDenies = (token: Token, at: number, tokens: Array<Token>): void => {
  const rest = /^(?:un|non)([a-z]{3,}(?:ed|en|rn|ld|id|pt|ble))$/.exec(token.lower)?.[1]
  if (token.kind !== "word" || rest === undefined || deniedAnyway.has(token.lower)) return
  const base = baseForm(rest, isKnown, isAdjective)
  if (!isKnown(base)) return
  tokens[at] = { ...token, base, stem: stemOf(base), negation: token.negation === 0 ? 2 : 0 }
}

/** Words that only look like a denial, or whose opposite is a word of its own. */
const deniedAnyway = new Set("unveiled unfolded united undid unable uncovered understood".split(" "))

/** Takes a sentence apart. */
export const analyse = (text: string): Unit => {
  const { tokens, breaks } = tokenize(text)
  number(tokens, breaks)
  markNegations(tokens, breaks)
  tokens.forEach(lacking)
  tokens.forEach(prefixDenies)
  markHedges(tokens)
  return unitOfTokens(text, tokens, breaks)
}

/** The words that some sentence writes as a name where no place explains the capital. */
export const namesIn = (units: ReadonlyArray<Unit>): ReadonlySet<string> =>
  new Set(
    units.flatMap(({ tokens }) =>
      tokens.filter(({ kind, first }) => kind === "name" && !first).map(({ lower }) => lower),
    ),
  )

/** A capital that opens a sentence is a name's where the word is one elsewhere. */
export const markNames = ({ tokens }: Unit, names: ReadonlySet<string>): void => {
  const [token] = tokens
  if (token?.kind !== "word" || !names.has(token.lower) || token.text === token.lower) return
  token.kind = "name"
  token.base = nameBase(token.lower)
  token.weight = 1.3
  token.required = true
}

export const unitOfTokens = (text: string, tokens: ReadonlyArray<Token>, breaks: ReadonlySet<number>): Unit => ({
  text,
  tokens,
  content: tokens.flatMap((token, at) => (token.weight > 0 ? [at] : [])),
  breaks,
})
