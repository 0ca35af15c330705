import { endsInAbbreviation } from "./abbreviations.ts"
import { endsAt, isLatin, mayEnd } from "./latinSentences.ts"
import { isSpace } from "./words.ts"

/** What is read beyond the end of a window, to know whether a sentence ends there. Units. */
const lookahead = 64

/** Thai and Lao end a sentence with a space. */
const unpunctuated = /[\u0e00-\u0eff]\s+(?=[\u0e00-\u0eff])/g
const hasUnpunctuated = /[\u0e00-\u0eff]/

/** A line that was wrapped and goes on: it is long or the next one begins with a small letter, and that is no list item. */
const goesOn = (line: string, rest: string): boolean => {
  if (!line.endsWith("\n") || /[.!?…:;。！？।؟|>]["'”’)\]*_]*\s*$/.test(line.slice(-12)) || line.trim() === "")
    return false
  if (/^\s*(?:[-*+•#>|]|\d+[.)]|\r?\n|$)/.test(rest)) return false
  return /^\s*\p{Ll}/u.test(rest) || line.length - line.lastIndexOf("\n", line.length - 2) > 60
}

/** The last unit of a piece that is no white space. */
const lastUnit = (window: string, from: number, end: number): number => {
  let at = end
  while (at > from && isSpace(window.charCodeAt(at - 1))) at--
  return window.charCodeAt(at - 1)
}

/** What may stand at the end of a sentence that goes on: a full stop, a quote or a bracket behind one, a line break. */
const mayGoOn = new Set([0x2e, 0x22, 0x29, 0x5d, 0x27, 0x201d, 0x2019])

/** Whether a sentence goes on behind `end`, where the rules of Unicode end it. It begins at `from` in the window. */
const continues = (window: string, from: number, end: number): boolean => {
  if (!mayGoOn.has(lastUnit(window, from, end)) && window.charCodeAt(end - 1) !== 10) return false
  const rest = window.slice(end, end + lookahead)
  return (
    rest !== "" &&
    (endsInAbbreviation(window.slice(Math.max(0, end - 48), end), rest) ||
      goesOn(window.slice(Math.max(from, end - 400), end), rest))
  )
}

/** Cuts a text into sentences in one language: `between` gives their ends, from a sentence's beginning on. */
export class Sentences {
  readonly #segmenter: Intl.Segmenter
  /** Languages without rules of their own, of which the last sentence is found from behind. */
  readonly #plain: boolean

  constructor(locale?: string) {
    this.#segmenter = new Intl.Segmenter(locale, { granularity: "sentence" })
    this.#plain = !/^el\b|-u-/.test(this.#segmenter.resolvedOptions().locale)
  }

  /** Sentence boundaries in (low, high], in order; `low` should be one itself. */
  *between(text: string, low: number, high: number): Generator<number> {
    const window = text.slice(low, high + lookahead)
    const spaced = hasUnpunctuated.test(window)
    for (const { index, segment } of this.#segmenter.segment(window)) {
      const end = index + segment.length
      if (low + index > high) return
      if (spaced && hasUnpunctuated.test(segment)) {
        for (const match of segment.matchAll(unpunctuated)) {
          const at = low + index + match.index + match[0].length
          if (at <= high) yield at
        }
      }
      // The last piece of the window may go on behind it.
      if (low + end > high || (end === window.length && low + end < text.length)) return
      if (!continues(window, index, end)) yield low + end
    }
  }

  /** The last of `between`, or -1. */
  last(text: string, low: number, high: number): number {
    const window = text.slice(low, high + lookahead)
    if (this.#plain && isLatin(window)) {
      const found = lastLatin(window, high - low, high + lookahead >= text.length)
      return found < 1 ? -1 : low + found
    }
    let last = -1
    for (const at of this.between(text, low, high)) last = at
    return last
  }

  /** The first sentence beginning in [from, high), reading from `low`, which should be one. */
  first(text: string, low: number, from: number, high: number): number {
    for (const at of this.between(text, low, high)) if (at >= from) return at < high ? at : -1
    return -1
  }
}

/** The last boundary in (0, high] of a window in Latin letters; `whole`: the text ends with it. */
const lastLatin = (window: string, high: number, whole: boolean): number => {
  const { length } = window
  if (high >= length && whole) return length
  for (let at = Math.min(high, length - 1); at > 0; at--) {
    if (!mayEnd(window.charCodeAt(at - 1)) || !endsAt(window, 0, at, length)) continue
    if (!continues(window, lineBegin(window, at), at)) return at
  }
  return -1
}

/** Where the sentence that ends with a line at `at` begins, at most 400 units before; of others it is not asked. */
const lineBegin = (window: string, at: number): number => {
  const unit = window.charCodeAt(at - 1)
  if (unit !== 10 && unit !== 13) return 0
  let from = at - 1
  while (from > 0 && at - from < 400 && !endsAt(window, 0, from, window.length)) from--
  return from
}
