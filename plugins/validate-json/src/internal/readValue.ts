import { closersOf, isLetter, isQuote } from "./characters.ts"
import type { Frame } from "./Frame.ts"
import { readBare } from "./readBare.ts"
import type { TolerantParser } from "./TolerantParser.ts"

/** Reads a value, or opens the object, array or string that begins here. */
export const readValue = (parser: TolerantParser, frame: Frame | undefined): boolean => {
  const { cursor } = parser
  const { text, pos } = cursor
  const code = cursor.code()
  if (code === 0x7b && !isPlaceholder(parser, frame)) {
    cursor.pos++
    parser.openObject()
    return true
  }
  if (code === 0x5b) {
    cursor.pos++
    parser.openArray("]")
    return true
  }
  if (isQuote(code) || (code === 0x5c && text[pos + 1] === '"')) return parser.openString(roleIn(frame))
  if (code === 0x28) {
    cursor.pos++
    cursor.repairs.add("collection", cursor.base + pos)
    parser.openArray(")")
    return true
  }
  if (code === 0x23 && frame !== undefined) return attachBare(parser, frame)
  return prefixed(parser, frame) ?? attachBare(parser, frame)
}

const roleIn = (frame: Frame | undefined) => (frame === undefined ? "root" : frame.kind === "array" ? "item" : "member")

/** `{{name}}` where a value is due is a template that was not filled in. */
const isPlaceholder = ({ cursor }: TolerantParser, frame: Frame | undefined): boolean =>
  frame !== undefined &&
  /^\{\{\s*[\w.-]+\s*\}\}/.test(cursor.text.slice(cursor.pos, Math.min(cursor.end, cursor.pos + 80)))

const attachBare = (parser: TolerantParser, frame: Frame | undefined): boolean => {
  const { pos } = parser.cursor
  const bare = readBare(parser.cursor, { inObject: frame?.kind === "object", name: frame?.name ?? "" })
  if (bare === "wait") return false
  if (bare !== "nothing") parser.attach(bare.value, parser.cursor.text.slice(pos, parser.cursor.pos).trim())
  else if (frame?.kind === "object") parser.dropKey(frame)
  return true
}

const call = /^(?:new\s+)?[A-Za-z_$][\w$.]{0,60}\(\s*(?:(-?[\d.]+)|"([^"\\\n]{0,200})"|'([^'\\\n]{0,200})')?\s*\)/
const prefix = /^(?:[bBrRfFuU]{1,2}|String\.raw|@)(?=["'`])/

/** `b"…"`, `ObjectId("…")`, `Decimal("1.5")`, `set()`: words around a value. */
const prefixed = (parser: TolerantParser, frame: Frame | undefined): boolean | undefined => {
  const { cursor } = parser
  const code = cursor.code()
  if (!isLetter(code) && code !== 0x40) return undefined
  const ahead = cursor.text.slice(cursor.pos, Math.min(cursor.end, cursor.pos + 300))
  const before = prefix.exec(ahead)
  if (before !== null && closersOf(ahead.charCodeAt(before[0].length)) !== undefined) {
    cursor.repairs.add("literal", cursor.base + cursor.pos)
    cursor.pos += before[0].length
    return parser.openString(roleIn(frame))
  }
  const called = frame === undefined ? null : call.exec(ahead)
  if (called === null || called.slice(1).every((inner) => inner === undefined)) return undefined
  cursor.repairs.add("call", cursor.base + cursor.pos)
  cursor.pos += called[0].length
  const [, digits, double, single] = called
  const number = Number(digits)
  const special = /^(?:nan|[+-]?inf(?:inity)?)$/i.test(double ?? single ?? "") && ahead.startsWith("float")
  parser.attach(
    special ? null : digits === undefined || Number.isNaN(number) ? (double ?? single ?? digits ?? "") : number,
  )
  return true
}
