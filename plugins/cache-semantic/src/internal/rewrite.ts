import * as lists from "./lexicon/wordLists.ts"
import { type Phrase, phraseAt } from "./phrases.ts"
import type { Token } from "./tokens.ts"

/** A token, or what stands for the phrase that began there. */
export interface Item {
  readonly name: string
  readonly token: Token
  /** A phrase stood here, not a single word. */
  readonly phrase: boolean
}

export interface Rewritten {
  readonly items: ReadonlyArray<Item>
  readonly types: ReadonlyArray<string>
  readonly soft: ReadonlySet<string>
  /** The tokens that were not read over as mere politeness. */
  readonly kept: ReadonlyArray<Token>
}

const whWords = /^(?:how|what|which|who|whom|whose|why|when|where|that)$/

const modals = /^(?:must|should|can)$/

/** Whether it is "need to" or "have to". */
const obligation = (phrase: ReadonlyArray<Token>): Token | undefined =>
  phrase.find(({ base }) => base === "need" || base === "have") ?? phrase[0]

const isGraded = ({ form }: Token): boolean => form === "more" || form === "most"

/** "A few" are some, "few" are not many; "the nearest" is the most close. */
const singly = (name: string, token: Token, length: number): string => {
  if (name === "few" && length === 1 && token.named) return "a few"
  return name === "near" && isGraded(token) ? "close" : name
}

const isThing = (base: string): boolean =>
  !lists.prepositions.has(base) && !lists.empty.has(base) && !whWords.test(base) && !lists.temporal.has(base)

/** "Closest to" is more than "close to"; "the cost of building a house" is of doing it. */
const phraseOf = (tokens: ReadonlyArray<Token>, at: number, begins: boolean): Phrase | undefined => {
  const token = tokens[at]
  if (token === undefined || token.kind === "stop") return undefined
  if (token.base === "building" && tokens[at + 1]?.named === true) return { stands: ["create"], length: 1 }
  const found = phraseAt(tokens, at, begins)
  const after = tokens[at + (found?.length ?? 0)]
  // "What should I do?" ends there; "what should I do in Rome" asks for something.
  const isOpen = after !== undefined && after.kind !== "stop"
  if (found?.stands[0] === "@remedy" && isOpen && !/^(?:if|when)$/.test(tokens[at + found.length - 1]?.base ?? ""))
    return { stands: ["@what"], length: 1 }
  const last = tokens[at + (found?.length ?? 0) - 1]
  // "What is it called", and not "what is a call option".
  if (
    found !== undefined &&
    found.length > 1 &&
    last?.base === "call" &&
    last.form === undefined &&
    tokens[at + 1]?.base === "be"
  )
    return { stands: ["@what"], length: 1 }
  // "What is the time complexity" does not ask when.
  if (found?.stands[1] === "~time" && found.length > 2 && isOpen && after.kind === "word" && isThing(after.base))
    return { stands: ["@what"], length: found.length - 1 }
  return found?.stands[0] === "near" && found.length > 1 && isGraded(token) ? undefined : found
}

/** What is put for the words of one phrase. */
const named = (
  name: string,
  said: ReadonlyArray<Token>,
  begins: boolean,
  before: Item | undefined,
): ReadonlyArray<Item> => {
  const [token] = said
  if (token === undefined) return []
  const single = said.length === 1
  const isTool = single && name === "use" && token.form === "ing" && !begins && before?.name.startsWith("@") !== true
  const graded = single && isGraded(token) && name !== "more" && name !== "most" ? token.form : undefined
  const item: Item = {
    name: isTool ? "using" : singly(name, token, said.length),
    token: (modals.test(name) ? obligation(said) : said.at(-1)) ?? token,
    phrase: !single,
  }
  return graded === undefined ? [item] : [{ name: graded, token, phrase: false }, item]
}

/** Puts one name for each phrase and takes out what only frames the question. */
export const rewrite = (tokens: ReadonlyArray<Token>): Rewritten => {
  const items: Array<Item> = []
  const types: Array<string> = []
  const soft = new Set<string>()
  const kept: Array<Token> = []
  let begins = true
  let at = 0
  while (at < tokens.length) {
    const token: Token | undefined = tokens[at]
    if (token === undefined) break
    const phrase = phraseOf(tokens, at, begins)
    const length: number = phrase?.length ?? 1
    const late = length === 1 && types.some((type) => type !== "@what") && whWords.test(token.base)
    const stands: ReadonlyArray<string> = late ? [token.base] : (phrase?.stands ?? [token.base])
    // A name of code may look as one of ours: `@Override`, `_`.
    if (token.kind === "literal") {
      kept.push(token)
      items.push({ name: token.base, token, phrase: false })
      begins = false
      at++
      continue
    }
    if (stands[0] !== "_") kept.push(...tokens.slice(at, at + length))
    for (const name of stands) {
      if (name === "_") continue
      if (name.startsWith("~")) soft.add(name)
      else if (name.startsWith("@")) {
        if (!types.some((type) => type !== "@what")) types.unshift(name)
        else if (!types.includes(name) && name !== "@what") types.push(name)
        items.push({ name, token, phrase: length > 1 })
      } else items.push(...named(name, tokens.slice(at, at + length), begins, items.at(-1)))
    }
    // After "how do I", to name and to list are two things.
    begins =
      (token.kind === "stop" && items.every(({ name, token: { kind } }) => kind === "stop" || name.startsWith("@"))) ||
      (begins && stands.every((name) => /^[_~]/.test(name) || name === "explain"))
    at += length
  }
  return { items, types, soft, kept }
}

const isAscii = /^[\p{ASCII}]*$/u

/** The language is told by small words: more of another language than of English, or another script. */
export const isForeign = (text: string, tokens: ReadonlyArray<Token>): boolean => {
  if (!isAscii.test(text)) {
    const letters = text.match(/\p{L}/gu)?.length ?? 0
    const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0
    if (letters > 0 && latin < letters * 0.7) return true
  }
  let [english, other] = [0, 0]
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    if (lists.englishWords.has(word)) english++
    if (lists.foreign.has(word)) other++
  }
  return other > english && tokens.length > 0
}
