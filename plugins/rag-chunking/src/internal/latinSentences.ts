/**
 * Sentence boundaries of texts in Latin letters, looked up at one place: the rules of UAX 29, section 5.1, as
 * `Intl.Segmenter` has them. The segmenter reads a text from its beginning; this reads a few units around the place.
 */

/** Units that are not known here: a text that has one is left to the segmenter. */
const unknown = /[\u0085\u00ad\u0250-\u200f\u2028-\uffff]/

export const isLatin = (text: string): boolean => !unknown.test(text)

const [other, space, paragraph, lower, upper, letter, numeric, aTerm, sTerm, close, goOn] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
] as const

const signs: ReadonlyArray<readonly [number, string]> = [
  [space, "\t\v\f \u00a0"],
  [paragraph, "\r\n"],
  [aTerm, ".\u2024"],
  [sTerm, "!?"],
  [close, "\"'()[]{}\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"],
  [goOn, ",-:;\u2013\u2014"],
]

const classOfUnit = (unit: number): number => {
  const sign = String.fromCharCode(unit)
  const [found] = signs.find(([, members]) => members.includes(sign)) ?? []
  if (found !== undefined) return found
  if (/\p{Lowercase}/u.test(sign)) return lower
  if (/\p{Uppercase}|\p{Lt}/u.test(sign)) return upper
  if (/\p{Alphabetic}/u.test(sign)) return letter
  return /\p{Nd}/u.test(sign) ? numeric : other
}

const classes = Uint8Array.from({ length: 0x2028 }, (_, unit) =>
  unit < 0x250 || unit >= 0x2010 ? classOfUnit(unit) : other,
)

/** Whether a sentence ends at `at`, by the text in [low, high) alone; `low < at < high`. */
export const endsAt = (text: string, low: number, at: number, high: number): boolean => {
  const classAt = (index: number): number => classes[text.charCodeAt(index)] ?? other
  const before = classAt(at - 1)
  if (before === paragraph) return !(text.charCodeAt(at - 1) === 13 && text.charCodeAt(at) === 10)
  let end = at - 1
  while (end >= low && classAt(end) === space) end--
  const spaced = end < at - 1
  while (end >= low && classAt(end) === close) end--
  const term = end < low ? other : classAt(end)
  if (term !== aTerm && term !== sTerm) return false
  const next = classAt(at)
  if (next === space || next === paragraph || next === goOn || next === aTerm || next === sTerm) return false
  if (!spaced && next === close) return false
  if (term === sTerm) return true
  if (end === at - 1) {
    if (next === numeric) return false
    const last = end > low ? classAt(end - 1) : other
    if (next === upper && (last === upper || last === lower)) return false
  }
  return !goesOnSmall(text, at, high)
}

/** A full stop ends no sentence when the next letter is a small one (SB8). */
const goesOnSmall = (text: string, at: number, high: number): boolean => {
  for (let index = at; index < high; index++) {
    const found = classes[text.charCodeAt(index)] ?? other
    if (found === lower) return true
    if (found === upper || found === letter || found === paragraph || found === aTerm || found === sTerm) return false
  }
  return false
}

/** Whether a sentence may end behind this unit at all. */
export const mayEnd = (unit: number): boolean => {
  const found = classes[unit] ?? other
  return found === space || found === paragraph || found === close || found === aTerm || found === sTerm
}
