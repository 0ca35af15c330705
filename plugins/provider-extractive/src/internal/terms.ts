const TOKEN = /[\p{L}\p{M}\p{N}_]+(?:['’]\p{L}+)*/gu

/** Scripts written without spaces between words: the segmenter's dictionaries split them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** Scripts of which pairs of neighbouring characters count as terms too: word borders in them are a matter of opinion. */
const PAIRED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]/u

const words = new Intl.Segmenter(undefined, { granularity: "word" })

/** Below this code unit no script is unspaced or paired (Thai begins at 0x0e00). */
const firstUnspaced = 0x0e00

const reachesBeyond = (token: string, limit: number): boolean => {
  for (let i = 0; i < token.length; i++) if (token.charCodeAt(i) >= limit) return true
  return false
}

/** Sees each word of a text as it is written; `pair` is true for two neighbouring characters of CJK text. */
export type Visit = (raw: string, pair: boolean) => void

/**
 * Visits the words of a text in order: runs of letters and digits, or what `Intl.Segmenter` makes of unspaced scripts.
 * Segmenting is slow, so with `wanted` a run that holds none of these code units is only counted: as one empty word for
 * every two units, which is about how long Chinese and Japanese words are.
 */
export const eachToken = (text: string, visit: Visit, wanted?: ReadonlySet<number>): void => {
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[0]
    if (!reachesBeyond(token, firstUnspaced)) {
      visit(token, false)
      continue
    }
    if (UNSPACED.test(token)) {
      if (wanted !== undefined && !holds(token, wanted)) {
        for (let i = 0; i < token.length; i += 2) visit("", false)
        continue
      }
      for (const { segment, isWordLike } of words.segment(token)) if (isWordLike === true) visit(segment, false)
    } else visit(token, false)
    if (PAIRED.test(token)) eachPair(token, visit)
  }
}

/** Compatibility forms (from 0xf900) may fold to anything, so they always count as held. */
const holds = (token: string, wanted: ReadonlySet<number>): boolean => {
  for (let i = 0; i < token.length; i++) {
    const code = token.charCodeAt(i)
    if (code >= 0xf900 || wanted.has(code)) return true
  }
  return false
}

const eachPair = (token: string, visit: Visit): void => {
  for (let i = 1; i < token.length; i++) {
    const a = token.charCodeAt(i - 1)
    const b = token.charCodeAt(i)
    if (a >= 0x1100 && b >= 0x1100) visit(token.slice(i - 1, i + 1), true)
  }
}

/** How many words a text has. It stops counting at 1 000. */
export const countWords = (text: string): number => {
  let count = 0
  eachToken(text.slice(0, 20_000), (_, pair) => {
    if (!pair) count++
  })
  return Math.min(count, 1000)
}

/** Combining marks of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs and tatweel. Indic vowel signs stay. */
const MARKS = /[\u0300-\u036f]|[\u0591-\u05c7]|\u0640|[\u064b-\u065f]|\u0670/g

const LONGEST = 64

/** Lower case, NFKC, without diacritics. */
export const fold = (raw: string): string => {
  const text = raw.length > LONGEST ? raw.slice(0, LONGEST) : raw
  if (!reachesBeyond(text, 0x80)) return text.toLowerCase()
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(MARKS, "")
    .normalize("NFC")
    .replaceAll("ß", "ss")
    .replaceAll("’", "'")
    .replaceAll("ى", "ي")
    .replaceAll("ة", "ه")
}

/** English possessives lose their ending, French elisions their beginning. */
const unapostrophe = (word: string): string => {
  const at = word.indexOf("'")
  if (at < 0) return word
  return at <= 2 && word.length - at > 3 ? word.slice(at + 1) : word.slice(0, at)
}

const inflections: ReadonlyArray<readonly [ending: RegExp, by: string]> = [
  [/(?<=...)ie[sd]$/, "y"],
  [/(?<=s|x|z|ch|sh)es$/, ""],
  [/(?<=..[^aious'])s$/, ""],
  [/(?<=[aeiouy].*..)(?:ing|ed)$/, ""],
]

const derivations: ReadonlyArray<readonly [ending: RegExp, by: string]> = [
  [/(?<=.)([bdfgmnprt])\1$/, "$1"],
  [/(?<=...)e$/, ""],
  [/(?<=....[st])ion$/, ""],
  [/(?<=.....)at$/, ""],
]

/**
 * Brings forms of one word together: inflections (-s, -ing, -ed) and the verb behind -ion, -ation, -ate. What matters
 * is that forms meet, not that the stem is a word; after the suffix steps of Porter 1980, much reduced.
 */
const stemLatin = (word: string): string => {
  if (word.length < 4) return word
  let stem = word
  for (const [ending, by] of inflections) stem = stem.replace(ending, by)
  for (const [ending, by] of derivations) stem = stem.replace(ending, by)
  return stem
}

/** The Arabic article with the particles that are written together with it, as in Larkey's light stemmers (2002). */
const stemArabic = (word: string): string => word.replace(/^(?:[وفبك]?ال|لل)(?=.{3})/u, "")

/** The form in which words are compared. */
export const normalise = (raw: string): string => {
  const word = unapostrophe(fold(raw))
  const first = word.charCodeAt(0)
  if (first < 0x250) return stemLatin(word)
  return first >= 0x600 && first < 0x700 ? stemArabic(word) : word
}

/** The parts of an identifier: `maxOutputTokens`, `MAX_OUTPUT`. Empty for a plain word. */
export const partsOf = (raw: string): ReadonlyArray<string> => {
  if (raw.length > LONGEST || !/[\p{Ll}\p{N}]\p{Lu}|._./u.test(raw)) return []
  return raw.split(/_+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u).filter((part) => part.length > 1)
}

/** How like two words are: 1 when equal, 0.6 when only short endings differ (inflection in any alphabet), else 0. */
export const likeness = (a: string, b: string): number => {
  if (a === b) return 1
  const shorter = Math.min(a.length, b.length)
  if (shorter < 4 || Math.abs(a.length - b.length) > 3) return 0
  let same = 0
  while (same < shorter && a.charCodeAt(same) === b.charCodeAt(same)) same++
  const short = shorter - same
  const long = Math.max(a.length, b.length) - same
  if (short === 0) return long <= 2 || shorter >= 6 ? 0.6 : 0
  return same >= 5 && short <= 1 && long <= 2 ? 0.6 : 0
}
