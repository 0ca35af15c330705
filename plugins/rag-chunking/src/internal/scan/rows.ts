import type { Mark } from "../Mark.ts"

/** The records of a CSV or TSV text; a line break between quotes is part of one (RFC 4180). */
export function* csvMarks(text: string): Generator<Mark> {
  for (let at = 0; at < text.length;) {
    const to = recordEnd(text, at)
    yield { at, to, rank: 1 }
    at = to
  }
}

/** Where the record that begins at `at` ends. */
export const recordEnd = (text: string, at: number): number => {
  let quoted = false
  for (let index = at; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === 0x22) quoted = !quoted
    else if (unit === 10 && !quoted) return index + 1
  }
  return text.length
}

/** Lines, each a value (JSON Lines). */
export function* lineMarks(text: string): Generator<Mark> {
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at)
    const to = newline < 0 ? text.length : newline + 1
    yield { at, to, rank: 1 }
    at = to
  }
}

/** Elements and members deeper than this are no places to cut. */
const maxDepth = 4

/** The elements of arrays and the members of objects: the shallower, the better a place to cut before. */
export function* jsonMarks(text: string): Generator<Mark> {
  let depth = 0
  let fresh = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 32 || (unit >= 9 && unit <= 13)) continue
    if (fresh && unit !== 0x5d && unit !== 0x7d) yield { at, rank: depth }
    fresh = false
    if (unit === 0x22) at = stringEnd(text, at)
    else if (unit === 0x5b || unit === 0x7b) depth++
    else if (unit === 0x5d || unit === 0x7d) depth = Math.max(0, depth - 1)
    else if (unit === 0x2c) fresh = depth <= maxDepth
  }
}

/** The quote that ends the string at `at`. */
const stringEnd = (text: string, at: number): number => {
  for (let index = at + 1; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === 0x5c) index++
    else if (unit === 0x22 || unit === 10) return index
  }
  return text.length
}
