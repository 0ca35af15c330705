import type { Span } from "./documents.ts"

/** The headings above a block, from the top down. One object per section: blocks of a section share it. */
export interface Section {
  readonly path: ReadonlyArray<string>
}

/**
 * What a document is made of. No sentence crosses its borders. `code` is the inside of a fence, or a piece of it;
 * `fence` is then the line that opens it.
 */
export interface Block extends Span {
  readonly kind: "paragraph" | "item" | "row" | "code"
  readonly section: Section
  readonly fence?: string
}

/** Longer blocks are cut, so that the work on one stays bounded. UTF-16 units. */
const LONGEST_BLOCK = 8192
const LONGEST_HEADING = 300
const LONGEST_NOISE = 1000
const LONGEST_CODE_LINES = 16

const FENCE = /^[ \t]*(`{3,}|~{3,})([^`]*)$/
const HEADING = /^ {0,3}(#{1,6})[ \t]+/
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/
const ITEM = /^[ \t]*(?:[-*+•‣·]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/
const QUOTE = /^[ \t]*(?:>[ \t]?)+/
const RULE_ROW = /^[ \t|:]*-[ \t|:-]*$/
/** Lines that say nothing to a reader: rules, tags alone, link definitions, badges, call-out marks, comments. */
const NOISE =
  /^[ \t]*(?:(?:[-*_][ \t]*){3,}|<[^>]*>|<!--.*|-->|\[[^\]]+\]:[ \t]\S+.*|(?:\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?[ \t]*)+|\[![A-Z]+\])[ \t]*$/

interface Line extends Span {
  readonly text: string
}

/** The line that begins at `start`. Its `end` leaves out the line break, `next` does not. */
const lineAt = (text: string, start: number, limit: number): Line & { readonly next: number } => {
  const found = text.indexOf("\n", start)
  const stop = found < 0 || found > limit ? limit : found
  const end = stop > start && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop
  return {
    start,
    end,
    next: found < 0 || found > limit ? limit : stop + 1,
    text: text.slice(start, Math.min(end, start + 2000)),
  }
}

/** Cuts one document's span into blocks, lazily, in order. Markdown where there is some; other text has paragraphs only. */
export class Blocks {
  readonly #text: string
  readonly #limit: number
  #at: number
  readonly #above: ReadonlyArray<string>
  #levels: Array<string> = []
  #section: Section
  #open: { kind: Block["kind"]; start: number; end: number } | undefined
  #fence: { mark: string; line: string; start: number; end: number; lines: number } | undefined
  #header: string | undefined
  #ready: Array<Block> = []

  /** Headings of the text stand below those of `section`. */
  constructor(text: string, span: Span, section: Section) {
    this.#text = text
    this.#at = span.start
    this.#limit = span.end
    this.#section = section
    this.#above = section.path
  }

  /** The next block, or `undefined` at the end. */
  next(): Block | undefined {
    while (this.#ready.length === 0 && this.#at < this.#limit) {
      const line = lineAt(this.#text, this.#at, this.#limit)
      this.#at = line.next
      if (this.#fence === undefined) this.#read(line)
      else this.#readCode(line)
    }
    if (this.#ready.length === 0) this.#close()
    return this.#ready.shift()
  }

  #read(line: Line): void {
    if (line.text.trim() === "") return this.#close()
    const quote = QUOTE.exec(line.text)?.[0].length ?? 0
    const text = quote === 0 ? line.text : line.text.slice(quote)
    const start = line.start + quote
    const fence = FENCE.exec(text)
    if (fence !== null) return this.#openFence(fence[1] ?? "", text.trim(), line)
    const heading = HEADING.exec(text)
    if (heading !== null && text.length < LONGEST_HEADING) {
      this.#close()
      return this.#enter(heading[1]?.length ?? 1, titleOf(text.slice(heading[0].length)))
    }
    if (this.#open?.kind === "paragraph" && UNDERLINE.test(text)) return this.#underline(text.includes("=") ? 1 : 2)
    if (text.length < LONGEST_NOISE && NOISE.test(text)) return this.#close()
    if (/^[ \t]*\|/.test(text)) return this.#readRow(text, start, line.end)
    this.#header = undefined
    const item = ITEM.exec(text)
    if (item !== null) return this.#begin("item", start + item[0].length, line.end)
    if (this.#open === undefined || this.#open.kind === "row") return this.#begin("paragraph", start, line.end)
    this.#open.end = line.end
  }

  #readRow(text: string, start: number, end: number): void {
    if (RULE_ROW.test(text)) {
      if (this.#open?.kind === "row") {
        this.#header = this.#text.slice(this.#open.start, this.#open.end)
        this.#open = undefined
      }
      return
    }
    const bar = text.indexOf("|") + 1
    const last = this.#text.charCodeAt(end - 1) === 124 && end - 1 > start + bar ? end - 1 : end
    this.#begin("row", start + bar, last)
  }

  #openFence(mark: string, line: string, at: Line): void {
    this.#close()
    this.#fence = { mark, line, start: this.#at, end: at.end, lines: 0 }
  }

  /** Long code is cut at blank lines. */
  #readCode(line: Line): void {
    const fence = this.#fence
    if (fence === undefined) return
    const text = line.text.trim().replace(/^(?:>\s?)+/, "")
    if (text.startsWith(fence.mark) && /^[`~]+$/.test(text)) return this.#close()
    fence.end = line.end
    fence.lines++
    const long = line.end - fence.start > LONGEST_BLOCK / 4 || fence.lines > LONGEST_CODE_LINES * 2
    if (!long && !(text === "" && fence.lines >= LONGEST_CODE_LINES)) return
    this.#push({ kind: "code", start: fence.start, end: fence.end, fence: fence.line })
    this.#fence = { ...fence, start: this.#at, end: this.#at, lines: 0 }
  }

  #begin(kind: Block["kind"], start: number, end: number): void {
    this.#close()
    this.#open = { kind, start, end }
  }

  #underline(level: number): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) return
    if (open.end - open.start < LONGEST_HEADING) this.#enter(level, this.#text.slice(open.start, open.end))
    else this.#push(open)
  }

  #enter(level: number, title: string): void {
    this.#levels = this.#levels.slice(0, level - 1)
    while (this.#levels.length < level - 1) this.#levels.push("")
    this.#levels.push(title)
    this.#section = { path: [...this.#above, ...this.#levels.filter((heading) => heading !== "")] }
  }

  #close(): void {
    const { kind, start, end } = this.#open ?? { kind: "paragraph" as const, start: 0, end: 0 }
    this.#open = undefined
    if (end > start) this.#push({ kind, start, end })
    const fence = this.#fence
    this.#fence = undefined
    if (fence !== undefined && fence.end > fence.start) {
      this.#push({ kind: "code", start: fence.start, end: fence.end, fence: fence.line })
    }
  }

  #push(block: Omit<Block, "section">): void {
    const section: Section =
      block.kind === "row" && this.#header !== undefined ? this.#withHeader(this.#header) : this.#section
    let { start } = block
    while (block.end - start > LONGEST_BLOCK) {
      const cut = cutBefore(this.#text, start + LONGEST_BLOCK / 2, start + LONGEST_BLOCK)
      this.#ready.push({ ...block, start, end: cut, section })
      start = cut
    }
    this.#ready.push({ ...block, start, section })
  }

  #tables = new WeakMap<Section, Section>()

  #withHeader(header: string): Section {
    const known = this.#tables.get(this.#section)
    if (known !== undefined && known.path.at(-1) === header) return known
    const section = { path: [...this.#section.path, header] }
    this.#tables.set(this.#section, section)
    return section
  }
}

/** A heading's own words, without the marks that may close it. */
const titleOf = (line: string): string =>
  line
    .trimEnd()
    .replace(/(?:^|[ \t])#+$/, "")
    .trim()

/** Where to cut: after the last white space or sentence end between `from` and `to`, and never inside a surrogate pair. */
export const cutBefore = (text: string, from: number, to: number): number => {
  for (let at = to; at > from; at--) if (/[\s。．！？।؟]/.test(text.charAt(at - 1))) return at
  const code = text.charCodeAt(to - 1)
  return code >= 0xd800 && code < 0xdc00 && to - 1 > from ? to - 1 : to
}
