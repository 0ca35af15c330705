import { endsInAbbreviation } from "./abbreviations.ts"
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

/** Cuts a text into sentences in one language: `next` gives their ends, from a sentence's beginning on. */
export class Sentences {
  readonly #segmenter: Intl.Segmenter

  constructor(locale?: string) {
    this.#segmenter = new Intl.Segmenter(locale, { granularity: "sentence" })
  }

  /** Sentence boundaries in (low, high], in order; `low` should be one itself. */
  *between(text: string, low: number, high: number): Generator<number> {
    const window = text.slice(low, high + lookahead)
    const spaced = hasUnpunctuated.test(window)
    let begin = 0
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
      const last = lastUnit(window, index, end)
      if (!mayGoOn.has(last) && window.charCodeAt(end - 1) !== 10) {
        begin = end
        yield low + end
        continue
      }
      const rest = window.slice(end, end + lookahead)
      const sentence = window.slice(Math.max(begin, end - 400), end)
      const line = window.slice(Math.max(index, end - 400), end)
      if (rest !== "" && (endsInAbbreviation(sentence, rest) || goesOn(line, rest))) continue
      begin = end
      yield low + end
    }
  }

  last(text: string, low: number, high: number): number {
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
