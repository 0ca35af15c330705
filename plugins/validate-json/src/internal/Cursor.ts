import { RepairLog } from "../Repair.ts"
import { isCommentAt, reach } from "./ahead.ts"
import { isBlank, isOddBlank } from "./characters.ts"

/** `#fff` where a value is due. */
const isColour = (text: string): boolean =>
  /^#(?:[\da-fA-F]{3,4}|[\da-fA-F]{6}|[\da-fA-F]{8})\s*(?=[,}\]]|$)/.test(text)

/**
 * A place in a text, of which more may come. `base` is the position of the text's first character in the whole answer.
 * Until the text is `final`, what lies within `reach` of its end is only looked at.
 */
export class Cursor {
  text: string
  pos: number
  end: number
  base: number
  final: boolean
  /** The end of the text was met inside a string, a literal or a number. */
  cut = false
  repairs = new RepairLog()
  /** The brackets that would close what is open, the innermost first. */
  closers: () => string = () => ""
  /** A text that was longer than the window when it had to wait: it is read again when there is twice as much. */
  private waitFor = 0

  constructor(text: string, pos = 0, end = text.length, final = true, base = 0) {
    this.text = text
    this.pos = pos
    this.end = end
    this.final = final
    this.base = base
  }

  /** Up to here it may be read. */
  get readable(): number {
    return this.final ? this.end : Math.max(this.pos, this.end - reach)
  }

  get ready(): boolean {
    return this.final ? this.pos < this.end : this.pos < this.end - reach && this.end - this.pos >= this.waitFor
  }

  /** What began at `start` may go on beyond the window. */
  wait(start: number): void {
    this.pos = start
    this.waitFor = 2 * (this.end - start)
  }

  arrived(): void {
    this.waitFor = 0
  }

  code(): number {
    return this.pos < this.end ? this.text.charCodeAt(this.pos) : -1
  }

  /** Skips blanks of all kinds and comments. False: a comment has not ended yet. */
  skip(): boolean {
    for (;;) {
      while (this.pos < this.end && isBlank(this.text.charCodeAt(this.pos))) {
        const code = this.text.charCodeAt(this.pos)
        if (code > 0x20 || code === 0x0b || code === 0x0c)
          if (isOddBlank(code)) this.repairs.add("invisible", this.base + this.pos)
        this.pos++
      }
      if (this.pos >= this.end) return true
      const code = this.text.charCodeAt(this.pos)
      if (code === 0x5c && this.skipEscapedBlank()) continue
      if ((code !== 0x2f && code !== 0x23 && code !== 0x3c) || !isCommentAt(this.text, this.pos)) return true
      if (code === 0x23 && isColour(this.text.slice(this.pos, this.pos + 20))) return true
      if (!this.skipComment()) return false
    }
  }

  /** `\n` between tokens, as in JSON that was escaped once too often. */
  private skipEscapedBlank(): boolean {
    const next = this.text[this.pos + 1]
    if (next === "{" || next === "}" || next === "[" || next === "]") {
      this.repairs.add("escape", this.base + this.pos++)
      return true
    }
    if (next !== "n" && next !== "r" && next !== "t" && next !== "\n") return false
    this.repairs.add("escaped-json", this.base + this.pos)
    this.pos += 2
    return true
  }

  private skipComment(): boolean {
    const start = this.pos
    const [opening, closing] = this.text.startsWith("/*", start)
      ? ["/*", "*/"]
      : this.text.startsWith("<!--", start)
        ? ["<!--", "-->"]
        : ["", "\n"]
    const found = this.text.indexOf(closing, start + opening.length)
    const close = found < 0 || found >= this.end ? -1 : found
    if (close < 0 && !this.final) {
      this.wait(start)
      return false
    }
    this.repairs.add("comment", this.base + start)
    this.pos = close < 0 ? this.end : close + closing.length
    return true
  }
}
