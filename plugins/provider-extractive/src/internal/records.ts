import { type Block, Blocks, type Section } from "./blocks.ts"
import type { Document, Span } from "./documents.ts"

/** A longer record is cut at its commas. UTF-16 units. */
const LONGEST = 600
/** A longer record is prose: it is read sentence by sentence. */
const PROSE = 400

/** Titles that name who spoke and not what the text is about. */
const roles: ReadonlySet<string> = new Set(["user", "assistant", "system", "tool"])

const isJson = (mediaType: string | undefined): boolean => mediaType !== undefined && /\bjson\b/i.test(mediaType)

/** Reads a document block by block; `undefined` at the end. */
export interface BlockReader {
  readonly next: () => Block | undefined
}

/** JSON by its records, everything else by lines. */
export const readBlocks = (document: Document, span: Span): BlockReader => {
  const section: Section = { path: roles.has(document.title) ? [] : [document.title] }
  return isJson(document.mediaType)
    ? new Records(document.text, span, section)
    : new Blocks(document.text, span, section)
}

/**
 * Cuts JSON into records: what stands between braces, so that the fields of one object stay together. It needs no
 * valid JSON and no more than one look at each character.
 */
class Records implements BlockReader {
  readonly #text: string
  readonly #end: number
  readonly #section: Section
  #at: number
  #quoted = false

  constructor(text: string, span: Span, section: Section) {
    this.#text = text
    this.#at = span.start
    this.#end = span.end
    this.#section = section
  }

  next(): Block | undefined {
    const start = this.#at
    if (start >= this.#end) return undefined
    const end = this.#scan(start)
    return { kind: end - start > PROSE ? "paragraph" : "row", start, end, section: this.#section }
  }

  /** Where the record ends. The next one begins there, or after the brace or comma that stands there. */
  #scan(start: number): number {
    const limit = Math.min(this.#end, start + LONGEST * 4)
    let comma = -1
    let at = start
    for (; at < limit; at++) {
      const char = this.#text.charCodeAt(at)
      if (char === 92 && this.#quoted) at++
      else if (char === 34) this.#quoted = !this.#quoted
      else if (this.#quoted) continue
      else if (char === 123 || char === 125) break
      else if (char === 44 && at - start > LONGEST) {
        comma = at
        break
      }
    }
    const end = Math.min(at, this.#end)
    const char = this.#text.charCodeAt(end)
    this.#at = comma === end || (at < limit && (char === 123 || char === 125)) ? end + 1 : end
    return end
  }
}
