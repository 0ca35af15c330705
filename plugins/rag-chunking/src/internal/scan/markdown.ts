import { type Mark, titleOf } from "../Mark.ts"

const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*\r?\n?$/
const fence = /^ {0,3}(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?[ \t]*(`{3,}|~{3,})(.*)/
const underline = /^ {0,3}(=+|-+)[ \t]*\r?\n?$/

/** Lines are looked at up to here; nothing that matters stands later. Units. */
const looked = 1000

/** Headings (ATX and setext), code fences, table rows and page breaks of a Markdown text, line by line. */
export function* markdownMarks(text: string): Generator<Mark> {
  let paragraph = -1
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length;) {
    const newline = text.indexOf("\n", at)
    const end = newline < 0 ? text.length : newline + 1
    const index = firstIndex(text, at, end)
    const first = text.charCodeAt(index)
    if (index === end || !isSpecial(first)) {
      if (index === end) paragraph = -1
      else if (paragraph < 0 && index - at < 4 && text.charCodeAt(at) !== 9) paragraph = at
      at = end
      continue
    }
    const line = text.slice(at, Math.min(end, at + looked))
    if (first === 0x0c) yield { at: index + 1, hard: true, page: true }
    const open = isFenceLike(first) ? fence.exec(line) : null
    if (open !== null && !(open[1]?.startsWith("`") === true && open[2]?.includes("`") === true)) {
      const to = closeOf(text, end, open[1] ?? "```")
      yield { at, to, rank: 1 }
      ;[at, paragraph] = [to, -1]
      continue
    }
    const mark = markOf(text, line, { at, to: end, first, paragraph })
    if (mark !== undefined) yield mark
    // A line of words that begins with a sign goes on with a paragraph, or begins one.
    if (mark !== undefined || isQuoteOrItem(first, line)) paragraph = -1
    else if (paragraph < 0) paragraph = at
    at = end
  }
}

interface Line {
  readonly at: number
  readonly to: number
  readonly first: number
  /** Where the paragraph above begins, or -1. */
  readonly paragraph: number
}

const markOf = (text: string, line: string, { at, to, first, paragraph }: Line): Mark | undefined => {
  if (first === 0x23) return atxMark(line, at, to)
  if (first === 0x7c) return { at, to }
  if (paragraph < 0 || (first !== 0x3d && first !== 0x2d) || !underline.test(line)) return undefined
  const title = titleOf(text.slice(paragraph, Math.min(at, paragraph + looked)))
  return { at: paragraph, to, hard: true, rank: 1, heading: { level: first === 0x3d ? 1 : 2, title } }
}

/** Where a line's first unit stands that is no space; its end where it is blank. */
const firstIndex = (text: string, at: number, end: number): number => {
  for (let index = at; index < end; index++) {
    const unit = text.charCodeAt(index)
    if (unit !== 32 && unit !== 9 && unit !== 13 && unit !== 10) return index
  }
  return end
}

/** What a line begins with that may be more than words: # ` ~ | = - * + > digits, and a form feed. */
const isSpecial = (unit: number): boolean =>
  unit < 0x3f
    ? unit === 0x23 || unit === 0x0c || unit === 0x3d || unit === 0x3e || isItem(unit)
    : unit === 0x60 || unit === 0x7c || unit === 0x7e

const isFenceLike = (unit: number): boolean => unit === 0x60 || unit === 0x7e || isItem(unit)

const isItem = (unit: number): boolean =>
  unit === 0x2d || unit === 0x2a || unit === 0x2b || (unit >= 0x30 && unit <= 0x39)

const isQuoteOrItem = (unit: number, line: string): boolean =>
  unit === 0x3e || (isItem(unit) && /^\s*(?:[-*+]|\d{1,9}[.)])\s/.test(line)) || /^(?: {4}|\t)/.test(line)

const atxMark = (line: string, at: number, to: number): Mark | undefined => {
  const [, hashes, title = ""] = atx.exec(line.length < looked ? line : `${line}\n`) ?? []
  return hashes === undefined
    ? undefined
    : { at, to, hard: true, rank: 1, heading: { level: hashes.length, title: titleOf(title) } }
}

/** The end of a fence: the line that closes it, or the end of the text (CommonMark 4.5). */
const closeOf = (text: string, from: number, opening: string): number => {
  const mark = opening.charAt(0)
  for (let at = from; at < text.length;) {
    const newline = text.indexOf("\n", at)
    const end = newline < 0 ? text.length : newline + 1
    let index = at
    while (text.charCodeAt(index) === 32 || text.charCodeAt(index) === 9) index++
    const begin = index
    while (text.charAt(index) === mark) index++
    if (index - begin >= opening.length && text.slice(index, Math.min(end, index + looked)).trim() === "") return end
    at = end
  }
  return text.length
}

/** Page breaks alone: what a plain text or the text of a PDF has. */
export function* pageMarks(text: string): Generator<Mark> {
  for (let at = text.indexOf("\f"); at >= 0; at = text.indexOf("\f", at + 1))
    yield { at: at + 1, hard: true, page: true }
}
