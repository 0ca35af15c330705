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

const isGraded = ({ form }: Token): boolean => form === "more" || form === "most"

/** "A few" are some, "few" are not many; "the nearest" is the most close. */
const singly = (name: string, token: Token, length: number): string => {
  if (name === "few" && length === 1 && token.named) return "a few"
  return name === "near" && isGraded(token) ? "close" : name
}

/** "Closest to" is more than "close to"; "the cost of building a house" is of doing it. */
const phraseOf = (tokens: ReadonlyArray<Token>, at: number, begins: boolean): Phrase | undefined => {
  const token = tokens[at]
  if (token === undefined || token.kind === "stop") return undefined
  if (token.base === "building" && tokens[at + 1]?.named === true) return { stands: ["create"], length: 1 }
  const found = phraseAt(tokens, at, begins)
  return found?.stands[0] === "near" && found.length > 1 && isGraded(token) ? undefined : found
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
    if (stands[0] !== "_") kept.push(...tokens.slice(at, at + length))
    for (const name of stands) {
      if (name === "_") continue
      if (name.startsWith("~")) soft.add(name)
      else if (name.startsWith("@")) {
        if (!types.some((type) => type !== "@what")) types.unshift(name)
        else if (!types.includes(name) && name !== "@what") types.push(name)
        items.push({ name, token, phrase: length > 1 })
      } else {
        const isTool =
          name === "use" && length === 1 && token.form === "ing" && !begins && !items.at(-1)?.name.startsWith("@")
        if (isGraded(token) && token.form !== undefined && length === 1 && name !== "more" && name !== "most")
          items.push({ name: token.form, token, phrase: false })
        items.push({
          name: isTool ? "using" : singly(name, token, length),
          token: tokens[at + length - 1] ?? token,
          phrase: length > 1,
        })
      }
    }
    begins = token.kind === "stop" || (begins && stands.every((name) => /^[_@~]/.test(name) || name === "explain"))
    at += length
  }
  return { items, types, soft, kept }
}

/** The language is told by small words: more of another language than of English, or another script. */
export const isForeign = (text: string, tokens: ReadonlyArray<Token>): boolean => {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0
  if (letters > 0 && latin < letters * 0.7) return true
  let [english, other] = [0, 0]
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    if (lists.englishWords.has(word)) english++
    if (lists.foreign.has(word)) other++
  }
  return other > english && tokens.length > 0
}
