import { afterBlank, isQuotedKeyAt } from "./ahead.ts"
import { closersOf } from "./characters.ts"
import type { Cursor } from "./Cursor.ts"
import { endsString, type Place } from "./endsString.ts"
import { escapeAt, readMixed } from "./escapes.ts"

/**
 * Reads one string, of any kind of quote, in as many steps as its text comes in. Whether a quote ends it is decided by
 * what follows, so that quotes inside it need no escape.
 */
export class StringReader {
  /** What is read so far, as it would stand in the value. */
  text = ""
  private raw = ""
  /** The first characters of `raw`: to look at the whole would copy a long string again for each of its quotes. */
  private head = ""
  private mixed = false
  private readonly start: number
  private readonly begin: number
  private readonly ends: string
  private readonly fence: string
  private readonly escaped: boolean
  private readonly place: Place

  private constructor(place: Place, start: number, begin: number, ends: string, fence: string, escaped: boolean) {
    this.place = place
    this.start = start
    this.begin = begin
    this.ends = ends
    this.fence = fence
    this.escaped = escaped
  }

  /** Begins at a quote, and puts the cursor behind it. */
  static open(cursor: Cursor, place: Place): StringReader {
    const { text, pos } = cursor
    const escaped = text.charCodeAt(pos) === 0x5c
    const at = escaped ? pos + 1 : pos
    const quote = text[at] ?? '"'
    const triple = quote + quote + quote
    const fence = (quote === '"' || quote === "'" || quote === "`") && text.startsWith(triple, at) ? triple : ""
    if (fence !== "" || quote !== '"') cursor.repairs.add("quotes", cursor.base + pos)
    if (escaped) cursor.repairs.add("escaped-json", cursor.base + pos)
    cursor.pos = at + (fence === "" ? 1 : 3)
    return new StringReader(
      place,
      cursor.base + pos,
      cursor.base + cursor.pos,
      closersOf(quote.charCodeAt(0)) ?? quote,
      fence,
      escaped,
    )
  }

  copy(): StringReader {
    const copy = new StringReader(this.place, this.start, this.begin, this.ends, this.fence, this.escaped)
    copy.text = this.text
    copy.raw = this.raw
    copy.head = this.head
    copy.mixed = this.mixed
    return copy
  }

  /** Reads on; true when the string has ended. The text so far is in `text`. */
  read(cursor: Cursor): boolean {
    const { text } = cursor
    const stop = cursor.readable
    let from = cursor.pos
    const ends = this.ends.charCodeAt(0)
    const simple = this.ends.length === 1
    for (let at = from; ;) {
      let code = -1
      if (simple) while (at < stop && (code = text.charCodeAt(at)) !== ends && code !== 0x5c && code > 0x1f) at++
      else
        while (at < stop && (code = text.charCodeAt(at)) !== 0x5c && code > 0x1f && !this.ends.includes(text[at] ?? ""))
          at++
      if (at >= stop) {
        this.keep(text, from, at)
        cursor.pos = at
        return cursor.final ? this.cut(cursor) : false
      }
      if (code === 0x5c) {
        this.keep(text, from, at)
        if (this.endsEscaped(cursor, at)) return this.end(cursor, at + 2)
        from = at = this.escape(cursor, at)
      } else if (code <= 0x1f && code !== ends) {
        cursor.repairs.add("raw-control", cursor.base + at++)
      } else {
        this.keep(text, from, at)
        from = at
        const after = this.quote(cursor, at)
        if (after >= 0) return this.end(cursor, after)
        at++
      }
    }
  }

  private keep(text: string, from: number, to: number): void {
    if (from === to) return
    const piece = text.slice(from, to)
    this.text += piece
    this.add(piece)
  }

  private add(piece: string): void {
    this.raw += piece
    if (this.head.length < 48) this.head += piece.slice(0, 48)
  }

  /** Takes the escape at `at`; gives the position behind it. */
  private escape(cursor: Cursor, at: number): number {
    const loose = this.ends !== '"'
    const { text, length, kind } = escapeAt(cursor.text, at, cursor.end, loose)
    if (kind !== "known") cursor.repairs.add(kind === "half" ? "truncated" : "escape", cursor.base + at)
    if (kind === "kept" && /[A-Za-z0-9.\\([{]/.test(cursor.text[at + 1] ?? "")) this.mixed = true
    this.text += text
    if (kind !== "half") this.add(cursor.text.slice(at, at + length))
    return at + length
  }

  /** A string that began with `\"` ends so too; so does a path that ends in a backslash. */
  private endsEscaped(cursor: Cursor, at: number): boolean {
    if (cursor.text.charCodeAt(at + 1) !== 0x22 || this.fence !== "") return false
    const path = this.ends === '"' && /^[A-Za-z]:\\/.test(this.head)
    if (!this.escaped && !path) return false
    if (!endsString(cursor.text, at + 1, cursor.end, this.place)) return false
    if (path && !this.escaped) {
      this.text += "\\"
      this.add("\\")
      this.mixed = true
      cursor.repairs.add("escape", cursor.base + at)
    }
    return true
  }

  /** What the quote at `at` is: the position behind it when it ends the string, -1 when it is part of it. */
  private quote(cursor: Cursor, at: number): number {
    const { text, end } = cursor
    if (this.fence !== "") return text.startsWith(this.fence, at) ? at + 3 : -1
    if (this.holdsJson() && !this.closesJson(cursor, at)) return this.inner(cursor, at)
    if (endsString(text, at, end, this.place)) return at + 1
    const earlier = this.endsEarlier(cursor, at)
    return earlier >= 0 ? earlier : this.inner(cursor, at)
  }

  private inner(cursor: Cursor, at: number): -1 {
    cursor.repairs.add("unescaped-quote", cursor.base + at)
    return -1
  }

  /** Is this string JSON of its own, whose quotes nobody escaped? */
  private holdsJson(): boolean {
    return this.place.role !== "key" && /^(?:\{|\[\s*[{[]?)\s*"/.test(this.head)
  }

  private closesJson(cursor: Cursor, at: number): boolean {
    const last = cursor.text
      .slice(Math.max(0, at - 20), at)
      .trimEnd()
      .at(-1)
    if (last !== "}" && last !== "]") return false
    return endsString(cursor.text, at, cursor.end, this.place)
  }

  /** The quote at `at` begins the next field, so the string ended before it, at the comma or the line's end. */
  private endsEarlier(cursor: Cursor, at: number): number {
    const { text, end } = cursor
    if (this.place.role === "key") return this.endsKeyEarlier(cursor)
    if (!isQuotedKeyAt(text, at, end)) return -1
    const before = /(?:[ \t]*\n\s*|[ \t]*,\s*|\s*[}\]]\s*,\s*\{\s*)$/.exec(
      text.slice(Math.max(0, at - 60, at - this.raw.length), at),
    )
    if (before === null) return -1
    cursor.repairs.add("missing-quote", this.start)
    const comma = /,\s*$/.exec(this.raw.slice(0, this.raw.length - before[0].length)) === null ? 0 : 1
    this.drop(before[0].length + comma)
    return at - before[0].length
  }

  /** `"name: 1, "other"`: the name ended before its colon. */
  private endsKeyEarlier(cursor: Cursor): number {
    const key = /^[\w $.-]{1,60}(?=\s*:)/.exec(this.head)
    if (key === null || this.raw.length > 100) return -1
    cursor.repairs.add("missing-quote", this.start)
    this.drop(this.raw.length - key[0].length)
    return this.begin - cursor.base + key[0].length
  }

  private drop(length: number): void {
    this.text = this.text.slice(0, this.text.length - length)
    this.raw = this.raw.slice(0, this.raw.length - length)
  }

  /** The text ended within the string. Brackets at its very end, as many as are open, are not part of it. */
  private cut(cursor: Cursor): boolean {
    if (this.place.role !== "key") {
      const open = cursor.closers()
      const closing = /[\]}\s]+$/.exec(this.raw.slice(-open.length * 8 - 8))?.[0] ?? ""
      if (closing.replace(/\s/g, "") === open && open !== "" && !this.isBalanced()) {
        this.drop(closing.length)
        cursor.repairs.add("missing-quote", this.start)
        cursor.pos = cursor.end - closing.length
        this.settle()
        return true
      }
    }
    this.text = this.text.replace(/[\ud800-\udbff]$/, "")
    cursor.repairs.add("truncated", this.start)
    cursor.cut = true
    this.settle()
    return true
  }

  private isBalanced(): boolean {
    const count = (bracket: string): number => this.raw.split(bracket).length
    return count("{") === count("}") && count("[") === count("]")
  }

  private end(cursor: Cursor, after: number): true {
    cursor.pos = after
    this.settle()
    return true
  }

  private settle(): void {
    if (this.mixed) this.text = readMixed(this.raw, this.ends !== '"')
  }

  /** Of a key that was cut, and of what begins behind a string: is there an operator that joins it with another? */
  static joins(cursor: Cursor): number {
    const plus = afterBlank(cursor.text, cursor.pos, cursor.end)
    if (cursor.text.charCodeAt(plus) !== 0x2b) return -1
    const next = afterBlank(cursor.text, plus + 1, cursor.end)
    return closersOf(cursor.text.charCodeAt(next)) === undefined ? -1 : next
  }
}
