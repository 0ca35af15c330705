import { isEllipsisAt, isKeyAt, isSeparatorAt } from "./ahead.ts"
import { isComma, isQuote } from "./characters.ts"
import { beginsLine } from "./beginsLine.ts"
import { Cursor } from "./Cursor.ts"
import type { Place } from "./endsString.ts"
import { arrayFrame, closerOf, type Frame, objectFrame, type ObjectFrame } from "./Frame.ts"
import { afterValue } from "./afterValue.ts"
import { keyInArray } from "./keyInArray.ts"
import { noteSource } from "./numberSource.ts"
import { plainStringEnd } from "./plainString.ts"
import { readColon } from "./readColon.ts"
import { readKey } from "./readKey.ts"
import { readValue } from "./readValue.ts"
import { StringReader } from "./StringReader.ts"
import { Tree } from "./Tree.ts"
import { isMembers, maxDepth, type Value } from "./Value.ts"

/** Where a parser stands between two reads, without the value itself. */
export interface Standing {
  readonly stack: ReadonlyArray<Frame>
  readonly reader: StringReader | undefined
  readonly done: boolean
  readonly pos: number
  readonly repairs: Cursor["repairs"]
}

/**
 * Reads one value from a text that ought to be JSON, in one pass, without recursion, and can wait for more of the text at
 * any place. What was put right is in the cursor's `repairs`.
 */
export class TolerantParser {
  readonly cursor: Cursor
  readonly tree = new Tree()
  stack: Array<Frame> = []
  done = false
  tooDeep = false
  /** How many brackets were open when the text ended. */
  unclosed = 0
  reader: StringReader | undefined
  /** Names that stand as far left as those around an open object close it: for texts whose brackets do not match. */
  readonly byIndent: boolean

  constructor(cursor: Cursor, byIndent = false) {
    this.cursor = cursor
    this.byIndent = byIndent
    cursor.closers = () => this.stack.map(closerOf).reverse().join("")
  }

  get top(): Frame | undefined {
    return this.stack[this.stack.length - 1]
  }

  /** Reads as far as the text allows; a final text is read to the value's end. */
  run(): void {
    const { cursor } = this
    while (!this.done && cursor.ready) if (!this.step()) break
    if (cursor.final && !this.done) this.finish()
  }

  /** The text begins inside an object or array whose bracket is missing. */
  openMissing(kind: "object" | "array"): void {
    this.cursor.repairs.add("brackets", this.cursor.base + this.cursor.pos)
    if (kind === "object") this.openObject()
    else this.openArray("]")
  }

  private step(): boolean {
    if (this.reader !== undefined) return this.readString(this.reader)
    if (!this.cursor.skip()) return false
    if (!this.cursor.ready) return false
    const frame = this.top
    if (frame === undefined) return readValue(this, undefined)
    if (frame.state === "comma") return afterValue(this, frame)
    if (frame.state === "value") return this.value(frame)
    if (frame.kind === "array") return readValue(this, frame)
    return frame.state === "key" ? readKey(this, frame) : readColon(this, frame)
  }

  private value(frame: Frame): boolean {
    const { cursor } = this
    const sign = cursor.text[cursor.pos] ?? ""
    const comma = isComma(sign.charCodeAt(0))
    if (sign === "}" || sign === "]" || sign === ")" || comma) {
      if (frame.kind === "object") this.dropKey(frame)
      else if (comma) this.extraComma()
      else if (frame.afterComma) cursor.repairs.add("trailing-comma", cursor.base + cursor.pos)
      if (comma && frame.kind === "array") return true
      frame.state = "comma"
      return true
    }
    if (isEllipsisAt(cursor.text, cursor.pos)) return this.ellipsis(frame)
    if (frame.kind === "object" && frame.state === "value" && this.nextKeyOnLine(frame)) return true
    return readValue(this, frame)
  }

  /** `"a":` at the end of a line, and the next name on the next: there is no value. */
  private nextKeyOnLine(frame: ObjectFrame): boolean {
    const { text, pos, end } = this.cursor
    if (!isQuote(text.charCodeAt(pos)) || !beginsLine(text, pos)) return false
    if (!isKeyAt(text, pos, end)) return false
    this.dropKey(frame)
    frame.state = "key"
    return true
  }

  dropKey(frame: ObjectFrame): void {
    this.cursor.repairs.add("dropped-key", this.cursor.base + this.cursor.pos)
    frame.name = ""
  }

  extraComma(): void {
    this.cursor.repairs.add("extra-comma", this.cursor.base + this.cursor.pos)
    this.cursor.pos++
  }

  ellipsis(frame: Frame): boolean {
    const { cursor } = this
    cursor.repairs.add("ellipsis", cursor.base + cursor.pos)
    const dots = /^(?:\.{3,}|…+)(?:[ \t]*[A-Za-z(][^,"'{}[\]\n]{0,100})?/.exec(
      cursor.text.slice(cursor.pos, Math.min(cursor.end, cursor.pos + 140)),
    )
    cursor.pos += dots?.[0].length ?? 1
    frame.state = "comma"
    frame.afterComma = false
    return true
  }

  /** What began as an object turns out to be a set, or a brace around another object. */
  toArray(frame: ObjectFrame): Frame & { kind: "array" } {
    const set = arrayFrame([], "}", frame.indent, true)
    this.stack[this.stack.length - 1] = set
    this.replaceNewest(set.value, this.stack[this.stack.length - 2])
    return set
  }

  /** What began as an array turns out to have names. */
  toObject(frame: Frame & { kind: "array" }): ObjectFrame {
    const object = objectFrame({}, frame.indent)
    this.stack[this.stack.length - 1] = object
    this.replaceNewest(object.value, this.stack[this.stack.length - 2])
    this.cursor.repairs.add("brackets", this.cursor.base + this.cursor.pos)
    return object
  }

  openObject(): void {
    const value = {}
    this.attach(value)
    this.pushFrame(objectFrame(value, this.byIndent ? this.indent() : 0))
  }

  openArray(close: "]" | ")" | "}"): void {
    const value: Array<Value> = []
    this.attach(value)
    this.pushFrame(arrayFrame(value, close, this.byIndent ? this.indent() : 0))
  }

  private pushFrame(frame: Frame): void {
    if (this.stack.length >= maxDepth) {
      this.tooDeep = true
      this.done = true
    } else this.stack.push(frame)
  }

  /** How far the line at the cursor is indented. */
  private indent(): number {
    const { text, pos } = this.cursor
    const line = text.lastIndexOf("\n", pos - 1) + 1
    return /^[ \t]*/.exec(text.slice(line, Math.min(pos, line + 200)))?.[0].length ?? 0
  }

  /** A value is there: it goes where it belongs. `source`: how a number was written. */
  attach(value: Value, source?: string): void {
    const frame = this.top
    if (typeof value === "number" && frame !== undefined && source !== undefined)
      noteSource(frame.value, frame.kind === "array" ? String(frame.value.length) : frame.name, value, source)
    if (frame === undefined) this.tree.setRoot(value)
    else if (frame.kind === "array") this.tree.push(frame.value, value)
    else {
      this.tree.set(frame.value, frame.name, value)
      frame.newest = frame.name
      frame.count++
    }
    if (frame !== undefined) {
      frame.state = "comma"
      frame.afterComma = false
    } else if (typeof value !== "object" || value === null) this.done = true
  }

  /** Begins a string at the cursor, which reads on by itself. */
  openString(role: Place["role"]): boolean {
    const frame = this.top
    if (this.joined === "") {
      const end = plainStringEnd(this.cursor, role)
      if (end > 0) return this.plainString(frame, end)
    }
    const place = { role, bare: frame?.kind === "object" && frame.bare, nested: this.stack.length > 1 }
    this.reader = StringReader.open(this.cursor, place)
    return this.readString(this.reader)
  }

  private plainString(frame: Frame | undefined, end: number): boolean {
    const { cursor } = this
    const text = cursor.text.slice(cursor.pos + 1, end)
    cursor.pos = end + 1
    if (frame?.kind === "object" && frame.state === "key") return this.gotKey(frame, text)
    this.attach(text)
    return true
  }

  private readString(reader: StringReader): boolean {
    if (!reader.read(this.cursor)) return false
    const next = StringReader.joins(this.cursor)
    this.reader = undefined
    const frame = this.top
    if (frame?.kind === "object" && frame.state === "key") return this.gotKey(frame, reader.text)
    if (frame?.kind === "array" && isSeparatorAt(this.cursor.text, this.skipTo(), this.cursor.end))
      return keyInArray(this, frame, reader.text)
    const text = this.joined + reader.text
    this.joined = ""
    if (next >= 0) {
      this.cursor.repairs.add("concatenation", this.cursor.base + this.cursor.pos)
      this.joined = text
      this.cursor.pos = next
      return this.openString(frame === undefined ? "root" : frame.kind === "array" ? "item" : "member")
    }
    this.attach(text)
    return true
  }
  private joined = ""

  private skipTo(): number {
    const { text, end } = this.cursor
    let at = this.cursor.pos
    while (at < end && text.charCodeAt(at) === 0x20) at++
    return at
  }

  gotKey(frame: ObjectFrame, name: string): boolean {
    if (this.cursor.cut) return true
    frame.name = name
    frame.state = "colon"
    return true
  }

  /** Closes the innermost open bracket. */
  close(): void {
    const frame = this.stack.pop()
    if (frame?.kind === "array" && frame.wrapper) this.unwrap(frame)
    if (frame?.kind === "array" && frame.close === ")" && !frame.afterComma) this.parenthesized(frame)
    if (this.stack.length === 0) this.done = true
  }

  /** `{{ … }}` is an object in doubled braces; `{1, 2}` is a set. */
  private unwrap(frame: Frame & { kind: "array" }): void {
    const only = frame.value[0]
    this.cursor.repairs.add(
      typeof only === "object" && only !== null ? "brackets" : "collection",
      this.cursor.base + this.cursor.pos,
    )
    if (frame.value.length !== 1 || !isMembers(only)) return
    this.replaceNewest(only, this.top)
  }

  private replaceNewest(value: Value, holder: Frame | undefined): void {
    this.tree.replaceNewest(holder?.value, holder?.kind === "object" ? holder.newest : undefined, value)
  }

  /** Parentheses around one object or array are not a tuple; a comma behind it makes them one. */
  private parenthesized({ value }: Frame & { kind: "array" }): void {
    const [only] = value
    if (value.length !== 1 || typeof only !== "object" || only === null) return
    this.replaceNewest(only, this.top)
  }

  /** The text has ended: what is open is closed. */
  private finish(): void {
    const { cursor } = this
    if (this.reader !== undefined) this.readString(this.reader)
    this.unclosed = this.stack.length
    if (this.unclosed > 0) {
      cursor.repairs.add(this.endsWhole() ? "brackets" : "truncated", cursor.base + cursor.pos)
      const frame = this.top
      if (frame?.kind === "object" && (frame.state === "colon" || frame.state === "value"))
        cursor.repairs.add("dropped-key", cursor.base + cursor.pos)
    }
    while (this.stack.length > 0) this.close()
    this.done = true
  }

  /** The last string or bracket is closed, so that only closing brackets may be missing. */
  private endsWhole(): boolean {
    const { cut, pos, text } = this.cursor
    if (cut || this.top?.state !== "comma" || this.top.afterComma) return false
    return /["'\]}]\s*$/.test(text.slice(Math.max(0, pos - 20), pos))
  }

  standing(): Standing {
    return {
      stack: this.stack.map((frame) => ({ ...frame })),
      reader: this.reader?.copy(),
      done: this.done,
      pos: this.cursor.pos,
      repairs: this.cursor.repairs.copy(),
    }
  }

  restore({ stack, reader, done, pos, repairs }: Standing): void {
    this.stack = [...stack]
    this.reader = reader
    this.done = done
    this.cursor.pos = pos
    this.cursor.cut = false
    this.cursor.repairs = repairs
  }
}
