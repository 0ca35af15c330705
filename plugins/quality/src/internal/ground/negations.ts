import type { Token } from "./Token.ts"

const set = (text: string): ReadonlySet<string> => new Set(text.split(" "))

const verbal = set(
  "not never cannot can't won't don't doesn't didn't isn't aren't wasn't weren't wouldn't couldn't shouldn't hasn't haven't hadn't mustn't needn't ain't nor neither hardly barely scarcely rarely seldom nicht nie niemals pas jamais nunca não mai",
)
const nominal = set(
  "no none without nobody nothing zero nowhere neither kein keine keinen keiner keinem ohne sans aucun aucune sin ningún ninguna ningun sem senza nessun nessuna non minus lack lacks lacked lacking absent",
)
/** Words that deny the verb after them: "failed to", "unable to". */
const infinitive = set(
  "fail fails failed failing unable refuse refuses refused refusing decline declines declined declining neglected",
)
const ceasing = set("stop stops stopped cease ceases ceased quit")

type Reach = "verb" | "noun"

const startsAt = (tokens: ReadonlyArray<Token>, at: number): readonly [Reach, from: number] | undefined => {
  const word = tokens[at]?.kind === "day" || tokens[at]?.kind === "name" ? "" : (tokens[at]?.lower ?? "")
  const [next, after] = [tokens[at + 1]?.lower ?? "", tokens[at + 2]?.lower ?? ""]
  if (
    (word === "not" || word === "no") &&
    /^(?:only|just|merely|later|fewer|less|more|exceed|necessarily)$/.test(next)
  ) {
    return next === "necessarily" ? ["verb", at + 2] : undefined
  }
  if (word === "not" && /^(?:more|over|exceed)$/.test(after)) return undefined
  if (word === "no" && next === "longer") return ["verb", at + 2]
  if (word === "no" && next === "one") return ["noun", at + 2]
  if ((word === "or" && next === "not") || (tokens[at - 1]?.lower === "or" && word === "not" && after === ""))
    return undefined
  if ((word === "rather" && next === "than") || (word === "instead" && next === "of")) return ["noun", at + 2]
  if (verbal.has(word)) return ["verb", at + 1]
  if (nominal.has(word)) return ["noun", at + 1]
  if (infinitive.has(word) && next === "to" && tokens[at + 2]?.kind === "word") return ["verb", at + 2]
  if (ceasing.has(word) && /.{2}ing$/.test(next)) return ["verb", at + 1]
  return undefined
}

const raise = (token: Token, to: 1 | 2): void => {
  if (token.negation < to) token.negation = to
}

/** A denial meets the first word with content; what follows in the clause is within its reach. */
const deny = (
  tokens: ReadonlyArray<Token>,
  breaks: ReadonlySet<number>,
  [reach, from]: readonly [Reach, number],
): void => {
  let focus = reach === "noun" ? 2 : 1
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined || (at > from && (breaks.has(at) || token.lower === "but"))) break
    if (token.weight === 0) {
      // "without charge on Sunday": the noun ends at the preposition
      if (reach === "noun" && focus < 2) focus = 0
      continue
    }
    // "not yet available", "does not automatically restart": the adverb and what it goes with
    raise(token, focus > 0 ? 2 : 1)
    if (!token.lower.endsWith("ly") && token.weight >= 0.3) focus--
  }
  if (reach !== "noun") return
  for (let at = from - 2; at >= Math.max(0, from - 5); at--) {
    const token = tokens[at]
    if (token === undefined || breaks.has(at + 1) || token.clause !== tokens[from]?.clause) break
    if (token.weight > 0) raise(token, 1)
  }
}

/** Marks what the negations of a sentence deny. */
export const markNegations = (tokens: ReadonlyArray<Token>, breaks: ReadonlySet<number>): void => {
  for (let at = 0; at < tokens.length; at++) {
    const start = startsAt(tokens, at)
    if (start !== undefined) deny(tokens, breaks, start)
  }
}
