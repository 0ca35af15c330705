import { foreignFunctionWords, functionWords, lightWords } from "../text/functionWords.ts"
import { baseForm, stemOf } from "../text/lemma.ts"
import { type Word, words } from "../text/words.ts"
import { type Day, monthOf, numericDay, weekdayOf } from "./Day.ts"
import { isAdjective, isKnown } from "./Lexicon.ts"
import { foldPhrases } from "./phrases.ts"
import { readQuantity } from "./readQuantity.ts"
import type { Token } from "./Token.ts"
import { wordForm } from "./wordForm.ts"

interface Read {
  readonly token: Token
  readonly next: number
}

/** A name stays as it is, but for the genitive. */
export const nameBase = (lower: string): string => lower.replace(/'s?$/, "")

const make = (word: Word, fields: Pick<Token, "kind" | "weight" | "required"> & Partial<Token>): Token => {
  const base = fields.kind === "word" ? wordForm(word.lower) : nameBase(word.lower)
  return {
    text: word.text,
    lower: word.lower,
    base,
    stem: stemOf(base),
    first: false,
    negation: 0,
    hedged: false,
    clause: 0,
    ...fields,
  }
}

const isYear = (text: string): boolean => /^(?:1[0-9]|20)\d\d$/.test(text)
const dayNumber = (text: string | undefined): number | undefined => {
  const value = text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= 31 ? value : undefined
}

/** "of", commas and ordinal endings between the parts of a date. */
const skip = (list: ReadonlyArray<Word>, at: number): number => {
  let next = at
  while (next < list.length && /^(?:,|of|the|de|st|nd|rd|th)$/.test(list[next]?.lower ?? "x")) next++
  return next
}

/** 5 March 2021, March 5, 2021, March 2021, March 5. */
const namedDay = (list: ReadonlyArray<Word>, at: number): readonly [day: Day, next: number] | undefined => {
  const [word] = [list[at]]
  const before = dayNumber(word?.text)
  const monthAt = before === undefined ? at : skip(list, at + 1)
  const month = monthOf(list[monthAt]?.text ?? "")
  if (month === undefined || (monthAt === at && before !== undefined)) return undefined
  let next = monthAt + 1
  let day = before
  if (list[next]?.text === ".") next++
  if (day === undefined) {
    const dayAt = skip(list, next)
    day = dayNumber(list[dayAt]?.text)
    if (day !== undefined) next = dayAt + 1
    while (day !== undefined && /^(?:st|nd|rd|th)$/.test(list[next]?.lower ?? "")) next++
  }
  const yearAt = skip(list, next)
  const year = isYear(list[yearAt]?.text ?? "") ? Number(list[yearAt]?.text) : undefined
  if (year !== undefined) next = yearAt + 1
  const lower = list[monthAt]?.lower ?? ""
  if (day === undefined && year === undefined && (lower === "may" || lower === "march") && monthAt === 0)
    return undefined
  return [{ month, ...(day === undefined ? {} : { day }), ...(year === undefined ? {} : { year }) }, next]
}

const ordinalCentury = (list: ReadonlyArray<Word>, at: number): readonly [day: Day, next: number] | undefined => {
  const count = Number(list[at]?.text)
  const suffixed = /^(?:st|nd|rd|th)$/.test(list[at + 1]?.lower ?? "")
  if (!(count > 0 && count < 22) || !suffixed || list[at + 2]?.lower !== "century") return undefined
  return [{ year: (count - 1) * 100, until: count * 100 - 1 }, at + 3]
}

/** A date that begins here. */
const readDay = (list: ReadonlyArray<Word>, at: number): readonly [day: Day, next: number] | undefined => {
  const word = list[at]
  if (word === undefined) return undefined
  if (word.kind === "number") {
    const hyphenated = list[at + 1]?.text === "-" && list[at + 3]?.text === "-"
    const text = hyphenated ? [0, 1, 2, 3, 4].map((step) => list[at + step]?.text ?? "").join("") : word.text
    const numeric = numericDay(text)
    if (numeric !== undefined) return [numeric, hyphenated ? at + 5 : at + 1]
  }
  const found = namedDay(list, at) ?? ordinalCentury(list, at)
  if (found !== undefined) return found
  const weekday = word.kind === "word" ? weekdayOf(word.text) : undefined
  if (weekday !== undefined) return [{ weekday }, at + 1]
  if (!isYear(word.text)) return undefined
  const [next, after] = [list[at + 1], list[at + 2]]
  const year = Number(word.text)
  if (next?.lower === "s" && next.joined) return [{ year, until: year % 100 === 0 ? year + 99 : year + 9 }, at + 2]
  if (next !== undefined && /^[-–]$/.test(next.text) && isYear(after?.text ?? "")) return undefined
  return [{ year }, at + 1]
}

const isCapital = (text: string): boolean => /^\p{Lu}/u.test(text)

/** A name: a capital that the place in the sentence does not explain, or signs that no common word has. */
const isName = (word: Word, first: boolean, next: Word | undefined, title: boolean): boolean => {
  if (/[\d_]/.test(word.text) || /^\p{Ll}+\p{Lu}/u.test(word.text)) return true
  if (!isCapital(word.text) || word.text.length < 2) return false
  if (/^\p{Lu}{2,}s?$/u.test(word.text)) return true
  if (!first && !title) return true
  if (functionWords.has(word.lower)) return false
  const known = isKnown(baseForm(word.lower, isKnown, isAdjective))
  return (
    !known ||
    (first && !title && next !== undefined && next.kind === "word" && isCapital(next.text) && next.text.length > 1)
  )
}

/** What holds for a whole sentence. `title`: Nearly Every Word Has a Capital. */
interface Style {
  readonly title: boolean
  readonly english: boolean
}

const isFunction = (lower: string, english: boolean): boolean =>
  functionWords.has(lower) || (!english && foreignFunctionWords.has(lower))

const englishSigns = new Set(
  "the of and is was are were by with that for it its this has have be to not from".split(" "),
)

const readWord = (
  list: ReadonlyArray<Word>,
  at: number,
  first: boolean,
  { title, english }: Style,
): Token | undefined => {
  const word = list[at]
  if (word === undefined || word.kind === "sign") return undefined
  const acronym = /^\p{Lu}{2,}$/u.test(word.text) && !title
  if (isFunction(word.lower, english) && !(acronym && !["IT", "IS", "NO", "NOT"].includes(word.text)))
    return make(word, {
      kind: "function",
      weight:
        /^(?:before|after|above|below|under|over|inside|outside)$/.test(word.lower) ||
        (/^(?:up|down)$/.test(word.lower) &&
          (/^(?:from|by)$/.test(list[at + 1]?.lower ?? "") ||
            list[at + 1]?.kind === "number" ||
            /^(?:go|goes|went|gone|is|was|are|were|moved|come|came)$/.test(list[at - 1]?.lower ?? "")))
          ? 0.2
          : 0,
      required: false,
      first,
    })
  if (isName(word, first, list[at + 1], title)) return make(word, { kind: "name", weight: 1.3, required: true, first })
  const light = lightWords.has(word.lower) || word.text.length === 1
  const adverb = /.{3}ly$/.test(word.lower)
  return make(word, { kind: "word", weight: light ? 0.3 : adverb ? 0.5 : 1, required: false, first })
}

const read = (list: ReadonlyArray<Word>, at: number, first: boolean, style: Style): Read | undefined => {
  const word = list[at]
  if (word === undefined) return undefined
  const day = readDay(list, at)
  if (day !== undefined)
    return { token: make(word, { kind: "day", weight: 1.3, required: true, day: day[0], first }), next: day[1] }
  const number = readQuantity(list, at)
  if (number !== undefined) {
    const { quantity, next, soft } = number
    return { token: make(word, { kind: "quantity", weight: soft ? 0.3 : 1.3, required: !soft, quantity, first }), next }
  }
  const token = readWord(list, at, first, style)
  return token === undefined ? undefined : { token, next: at + 1 }
}

const measuring = new Set("cover measure weigh last span cost run extend number equal hold earn require".split(" "))

/** Before a figure such a verb says little: "weighs 5 kg". */
const lighten = (before: Token | undefined, token: Token): void => {
  if (token.quantity !== undefined && before !== undefined && measuring.has(before.base))
    before.weight = Math.min(before.weight, 0.4)
  if (
    before?.quantity !== undefined &&
    /^(?:long|high|tall|old|deep|wide|heavy|thick|away|large|far|length|height|age)$/.test(token.lower)
  )
    token.weight = 0.3
}

/** The tokens of a sentence, and before which of them a sign parts it. */
export const tokenize = (sentence: string): { tokens: Array<Token>; breaks: Set<number> } => {
  const list = foldPhrases(words(sentence))
  const tokens: Array<Token> = []
  const breaks = new Set<number>()
  const plain = list.filter((word) => word.kind === "word" && word.text.length > 3)
  const title = plain.length > 3 && plain.filter((word) => isCapital(word.text)).length > 0.75 * plain.length
  const style: Style = { title, english: list.some(({ lower }) => englishSigns.has(lower)) }
  let quoted = true
  for (let at = 0; at < list.length;) {
    const found = read(list, at, quoted, style)
    if (found === undefined) {
      const sign = list[at]?.text ?? ""
      if (/[,;:()—–!?|]/.test(sign)) breaks.add(tokens.length)
      at++
      if (/["“:.|]/.test(sign)) quoted = true
      continue
    }
    lighten(tokens.at(-1), found.token)
    tokens.push(found.token)
    quoted = false
    at = found.next
  }
  return { tokens, breaks }
}
