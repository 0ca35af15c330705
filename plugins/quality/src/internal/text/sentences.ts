/** A piece of a text. `start`, `end`: UTF-16 positions, `end` exclusive. */
export interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
}

const abbreviations = new Set(
  "mr mrs ms dr prof st sr jr vs etc inc ltd co corp no fig al approx dept est gen gov sen rep rev hon capt col sgt mt ft jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e cf ca ph.d u.s u.k a.m p.m z.b bzw ca nr bspw d.h".split(
    " ",
  ),
)

/** Is the full stop at `at` the end of a sentence, and not of an abbreviation, an initial or a number? */
const ends = (text: string, at: number): boolean => {
  const after = text.slice(at + 1, at + 4)
  if (text[at] !== ".") return true
  if (!/^["'”’)\]]*(?:\s|$)/.test(after)) return false
  const before = /([\p{L}\p{N}.]+)$/u.exec(text.slice(Math.max(0, at - 12), at))?.[1] ?? ""
  if (/^\p{Lu}$/u.test(before)) return false
  const word = before.toLowerCase()
  if (/^\d{1,2}$/.test(word) && /^\s+\p{Ll}/u.test(after)) return false
  if (!abbreviations.has(word)) return true
  return /^(?:a\.m|p\.m|etc|inc|ltd|corp|co|u\.s|u\.k)$/.test(word) && /^\s+\p{Lu}/u.test(after)
}

const bullet = /^\s*(?:[-*+•–]|\(?\d{1,3}[.)]|\(?[a-z]\)|#{1,6}|>)\s+/

/** Pushes the trimmed piece, if anything is left of it. */
const push = (into: Array<Span>, text: string, start: number, end: number): void => {
  const lead = /^\s*/.exec(text.slice(start, end))?.[0].length ?? 0
  const trimmed = text.slice(start, end).trim()
  if (trimmed !== "") into.push({ text: trimmed, start: start + lead, end: start + lead + trimmed.length })
}

/** The sentences of one line. */
const inLine = (into: Array<Span>, text: string, from: number, to: number): void => {
  let start = from
  for (let at = from; at < to; at++) {
    const sign = text.charCodeAt(at)
    // . ! ? and their full-width forms; a semicolon parts claims as well
    const stops =
      sign === 46 ||
      sign === 33 ||
      sign === 63 ||
      sign === 59 ||
      (sign >= 0x3001 && "。！？；｡".includes(text[at] ?? ""))
    if (!stops || (sign < 128 && !ends(text, at))) continue
    if (sign === 59 && /&#?\w{1,8}$/.test(text.slice(Math.max(0, at - 9), at))) continue
    while (at + 1 < to && /["'”’)\].!?]/.test(text[at + 1] ?? "")) at++
    push(into, text, start, at + 1)
    start = at + 1
  }
  push(into, text, start, to)
}

/** The sentences of a text. A line that is a list item, a heading or a table row begins anew; plain wrapped lines do not. */
export const sentences = (text: string): ReadonlyArray<Span> => {
  const found: Array<Span> = []
  let start = 0
  let at = 0
  while (at <= text.length) {
    const newline = text.indexOf("\n", at)
    const end = newline === -1 ? text.length : newline
    const next = text.slice(end + 1, end + 200)
    const breaks =
      newline === -1 ||
      /^\s*(?:\n|$)/.test(next) ||
      bullet.test(next) ||
      next.startsWith("|") ||
      standsAlone(text.slice(at, end))
    if (breaks) {
      const line = text.slice(start, end)
      const lead = bullet.exec(line)?.[0].length ?? 0
      inLine(found, text, start + lead, end)
      start = end + 1
    }
    at = end + 1
  }
  return found
}

/** A heading, a table row or an item is no part of what follows. */
const standsAlone = (line: string): boolean => bullet.test(line) || /^\s*[|#]/.test(line) || /[.:!?。]\s*$/.test(line)
