import { stemmer } from "stemmer"
import { bindingWords } from "./bindingWords.ts"

/** A word as it is written and in the form in which words are compared. */
export interface Word {
  readonly form: string
  readonly written: string
  /** The words that an identifier is made of: those of `maxOutputTokens`. */
  readonly parts: ReadonlyArray<Word>
  /** Forms that only texts have, and no question: the single characters of a run that is compared by pairs. */
  readonly inside: ReadonlyArray<string>
}

/** A word at one place. */
const run = /[\p{L}\p{M}\p{N}_]+(?:['’]\p{L}+)*/uy
const pictograph = /\p{RI}\p{RI}|(?![©®™])\p{Extended_Pictographic}/uy

/** Letters, digits and `_` of ASCII, by code: most words are made of them alone, and need no `run`. */
const plain = Uint8Array.from({ length: 128 }, (_, code) => (/\w/.test(String.fromCharCode(code)) ? 1 : 0))
const [apostrophe, dot, plus, sharp] = [39, 46, 43, 35]

/** Scripts without spaces between words: pairs of neighbouring characters are their terms (CJK), or the words of a dictionary. */
const unspaced =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+)|[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu
const firstUnspaced = 0x0e00
const dictionary = new Intl.Segmenter(undefined, { granularity: "word" })

/** Combining marks of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs and tatweel, and what makes an emoji of a sign. */
const marks = /[\u0300-\u036f]|[\u0591-\u05c7]|\u0640|[\u064b-\u065f]|\u0670|[\ufe0e\ufe0f\u20e3]/gu

/** No word of a language is longer; what is longer is known by its beginning. */
const longest = 64

/** Written forms that are remembered before the memory is emptied. */
const mostKnown = 50_000
const known = new Map<string, ReadonlyArray<Word>>()

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false
  return true
}

/** Lower case, NFKC, without diacritics. */
const folded = (raw: string): string =>
  isAscii(raw)
    ? raw.toLowerCase()
    : raw
        .normalize("NFKC")
        .toLowerCase()
        .normalize("NFD")
        .replace(marks, "")
        .normalize("NFC")
        .replaceAll("ß", "ss")
        .replaceAll("’", "'")

/** English possessives lose their ending, French elisions their beginning. */
const withoutApostrophe = (word: string): string => {
  const at = word.indexOf("'")
  if (at < 0) return word
  return at <= 2 && word.length - at > 3 ? withoutApostrophe(word.slice(at + 1)) : word.slice(0, at)
}

/** English words by their stem (Porter, 1980); words of other alphabets as they are. */
const stemmed = (word: string): string => (/^[a-z]{3,}$/.test(word) ? stemmer(word) : word)

const none: ReadonlyArray<never> = []
const wordOf = (written: string, form: string, parts: ReadonlyArray<Word> = none): Word => ({
  written,
  form,
  parts,
  inside: none,
})

/** Where a word of an identifier ends: `max|Output`, `HTTP|Server`, `utf|8`; not in the plural of `URLs`. */
const seams = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll}{2})|(?<=\p{L})(?=\p{N})/u

/**
 * The parts of an identifier: `maxOutputTokens`, `MAX_OUTPUT`, `utf8`. Empty for a plain word. Numbers within a word are no
 * parts, nor are two capitals before one (`SQLite`, `IOError`): they are as often the beginning of a name as an abbreviation.
 */
const partsOf = (raw: string): ReadonlyArray<string> =>
  raw.split(/_+/).flatMap((piece) => {
    const parts = piece.split(seams)
    if (parts.length === 1) return piece.length > 1 ? parts : []
    const least = /^\p{Lu}\p{Lu}$/u.test(parts[0] ?? "") ? 1 : 0
    return parts.slice(least).filter((part) => /^\p{L}./u.test(part))
  })

/** Signs that are part of a name: `.NET`, `C++`, `C#`. Said as people say them, so that every store keeps them. */
const signed = /^(\.?)(.*?)(\+\+|#)?$/su
const spoken = (sign: string | undefined): string => (sign === "++" ? "plusplus" : sign === "#" ? "sharp" : "")

/** A word with spaces around it. Of an identifier `_` and case do not count: it is one word however it is written. */
const spacedWord = (raw: string): ReadonlyArray<Word> => {
  const [, before = "", bare = "", after] = signed.exec(raw) ?? []
  const word = withoutApostrophe(folded(bare.slice(0, longest))).replaceAll("_", "")
  if (word === "") return []
  const form = `${before === "" ? "" : "dot"}${stemmed(word)}${spoken(after)}`
  const parts = partsOf(bare.slice(0, longest))
    .map((part) => wordOf(part, stemmed(withoutApostrophe(folded(part)))))
    .filter((part) => part.form !== form && part.form !== "")
  return [wordOf(raw, form, parts.length === 0 ? none : parts)]
}

const wordsIn = (raw: string): ReadonlyArray<Word> => {
  if (!reaches(raw, firstUnspaced)) return spacedWord(raw)
  const composed = raw.normalize("NFKC")
  const words: Array<Word> = []
  let from = 0
  for (const { 0: part, 1: pairs, index } of composed.matchAll(unspaced)) {
    words.push(...spacedWord(composed.slice(from, index)))
    words.push(...(pairs === undefined ? dictionaryWords(part) : pairsOf(part)))
    from = index + part.length
  }
  return [...words, ...spacedWord(from === 0 ? raw : composed.slice(from))]
}

const reaches = (text: string, limit: number): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= limit) return true
  return false
}

/** Pairs of neighbours (bigrams, as Lucene's CJKBigramFilter makes them); of a question of one character, that one. */
const pairsOf = (text: string): ReadonlyArray<Word> => {
  const characters = [...text]
  if (characters.length < 2) return [wordOf(text, text)]
  const pairs = characters.slice(1).map((character, at) => `${characters[at]}${character}`)
  const inside = [...new Set(characters)]
  return pairs.map((pair, at) => ({ ...wordOf(pair, pair), inside: at < pairs.length - 1 ? none : inside }))
}

const dictionaryWords = (text: string): ReadonlyArray<Word> =>
  [...dictionary.segment(text)].flatMap(({ segment, isWordLike }) =>
    isWordLike === true ? [wordOf(segment, folded(segment))] : [],
  )

/** By the code points: `u1f600`. Letters and digits, so that every store keeps it. */
const pictographWord = (sign: string): Word =>
  wordOf(sign, `u${Array.from(sign, (one) => one.codePointAt(0)?.toString(16)).join("")}`)

const remembered = (raw: string): ReadonlyArray<Word> => {
  let words = known.get(raw)
  if (words !== undefined) return words
  words = wordsIn(raw)
  if (raw.length > longest) return words
  if (known.size >= mostKnown) known.clear()
  known.set(raw, words)
  return words
}

const isPlain = (code: number): boolean => code < 128 && plain[code] === 1
const isLetter = (code: number): boolean => isPlain(code) && code > 57 && code !== 95

/** Is the point at `at` that of `.NET`? It has white space, a bracket or a quote before it, and a letter after. */
const opens = (text: string, at: number): boolean =>
  isLetter(text.charCodeAt(at + 1)) && (at === 0 || /[\s([{"'`]/.test(text.charAt(at - 1)))

/** Where a word of ASCII ends, with the signs of `C++` and `C#`. */
const withSigns = (text: string, start: number, end: number): number => {
  const code = text.charCodeAt(end)
  if (code === plus && text.charCodeAt(end + 1) === plus && text.charCodeAt(end + 2) !== plus)
    return isLetter(text.charCodeAt(end - 1)) ? end + 2 : end
  const after = text.charCodeAt(end + 1)
  return code === sharp && end === start + 1 && isLetter(text.charCodeAt(start)) && !isPlain(after) && after !== sharp
    ? end + 1
    : end
}

/** Sees each word of a text in order. */
export const eachWord = (text: string, see: (word: Word) => void): void => {
  for (let at = 0; at < text.length;) {
    const start = at
    let code = text.charCodeAt(at)
    if (code === dot && opens(text, at)) code = text.charCodeAt(++at)
    while (code < 128 && plain[code] === 1) code = text.charCodeAt(++at)
    // At the end of the text the code is NaN, which is none of these.
    if (code >= 128 || (code === apostrophe && at > start)) {
      run.lastIndex = text.charCodeAt(start) === dot ? start + 1 : start
      if (run.test(text)) at = run.lastIndex
      else {
        pictograph.lastIndex = start
        const sign = pictograph.exec(text)?.[0] ?? ""
        if (sign !== "") see(pictographWord(sign))
        at = start + Math.max(1, sign.length)
        continue
      }
    } else if (at === start) {
      at++
      continue
    } else if (code === plus || code === sharp) at = withSigns(text, start, at)
    for (const word of remembered(text.slice(start, at))) see(word)
  }
}

/** What a text is found by, of one word: the word, its parts, what is inside. */
export const formsOf = ({ form, parts, inside }: Word): ReadonlyArray<string> =>
  parts.length + inside.length === 0 ? [form] : [form, ...parts.map((part) => part.form), ...inside]

/**
 * The words of a question that say what it is about, each once: without those that only bind, unless there are no others.
 */
export const askedIn = (question: string): ReadonlyArray<Word> => {
  const once = new Map<string, Word>()
  eachWord(question, (word) => {
    if (word.parts.length > (once.get(word.form)?.parts.length ?? -1)) once.set(word.form, word)
  })
  const all = [...once.values()]
  const telling = all.flatMap((word) => {
    const parts = word.parts.filter(({ form }) => !bindingWords.has(form))
    return bindingWords.has(word.form) ? parts : [parts.length === word.parts.length ? word : { ...word, parts }]
  })
  return telling.length === 0 ? all : telling
}
