import { type Mark, titleOf } from "../Mark.ts"

const closing =
  /<\/(?:p|div|section|article|main|header|footer|nav|aside|table|tr|ul|ol|li|dl|dd|blockquote|pre|figure|form)\s*>/iy
const heading = /<h([1-6])(?=[\s>/])/iy
const whole = /<(script|style|pre|textarea|tr)(?=[\s>])/iy

/** Tags longer than this are not kept together. Units. */
const maxTag = 5000

/** Headings h1 to h6, ends of blocks, and tags, scripts, preformatted texts and table rows to be kept whole. */
export function* htmlMarks(text: string): Generator<Mark> {
  const ends = new Ends(text)
  for (let at = text.indexOf("<"); at >= 0;) {
    const next = text.charCodeAt(at + 1)
    let to = at + 1
    if (text.startsWith("<!--", at)) {
      to = ends.after("-->", at)
      yield { at, to }
    } else if (next === 0x2f || next === 0x21 || isLetter(next)) {
      to = ends.after(">", at)
      const level = matched(heading, text, at)
      const name = level === undefined ? matched(whole, text, at) : undefined
      if (level !== undefined) {
        to = ends.after(`</h${level}`, to)
        to = ends.after(">", to - 1)
        const title = text.slice(at, Math.min(to, at + 2000)).replace(/<[^>]*>?/g, " ")
        yield { at, to, hard: true, rank: 1, heading: { level: Number(level), title: titleOf(decoded(title)) } }
      } else if (name !== undefined) {
        const close = ends.after(`</${name.toLowerCase()}`, to)
        yield { at, to: ends.after(">", close - 1), rank: 2 }
        if (/script|style|textarea/i.test(name)) to = close - 2 - name.length
      } else if (to - at <= maxTag) {
        yield { at, to }
      }
      closing.lastIndex = at
      if (closing.test(text)) yield { at: to, rank: 2 }
    }
    at = text.indexOf("<", Math.max(to, at + 1))
  }
}

const isLetter = (unit: number): boolean => (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122)

const matched = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[1]
}

/** Finds the ends of things; what is not there any more is not looked for again, so that broken HTML costs no more. */
class Ends {
  readonly #text: string
  readonly #found = new Map<string, number>()

  constructor(text: string) {
    this.#text = text
  }

  /** The place behind the first `what` from `from` on, in small or capital letters; the end of the text if there is none. */
  after(what: string, from: number): number {
    const known = this.#found.get(what)
    if (known !== undefined && known >= from + what.length) return known
    const pattern = new RegExp(what, "gi")
    pattern.lastIndex = from
    const found = pattern.exec(this.#text)
    const end = found === null ? Number.POSITIVE_INFINITY : found.index + what.length
    this.#found.set(what, end)
    return Math.min(end, this.#text.length)
  }
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " }

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (all, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code)
    return entities[String(name).toLowerCase()] ?? all
  })
