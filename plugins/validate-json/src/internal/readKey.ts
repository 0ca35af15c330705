import { isEllipsisAt } from "./ahead.ts"
import { isBlank, isColon, isComma, isQuote } from "./characters.ts"
import type { ObjectFrame } from "./Frame.ts"
import type { TolerantParser } from "./TolerantParser.ts"

/** Reads the name of a field, or what stands where one is due. */
export const readKey = (parser: TolerantParser, frame: ObjectFrame): boolean => {
  const { cursor } = parser
  const code = cursor.code()
  if (parser.byIndent && closesByIndent(parser, frame)) return true
  frame.nameAt = cursor.base + cursor.pos
  if (isQuote(code) || (code === 0x5c && cursor.text[cursor.pos + 1] === '"')) return parser.openString("key")
  if (code === 0x7d || code === 0x5d || code === 0x29) {
    if (frame.afterComma) cursor.repairs.add("trailing-comma", cursor.base + cursor.pos)
    frame.state = "comma"
    return true
  }
  if (isComma(code)) {
    parser.extraComma()
    return true
  }
  if (isEllipsisAt(cursor.text, cursor.pos)) return parser.ellipsis(frame)
  if (code === 0x7b || code === 0x5b) return bracketForKey(parser, frame, code === 0x5b)
  return readBareKey(parser, frame)
}

/** A bracket where a name is due: doubled braces, a set of objects, a computed name, or a brace that was not closed. */
const bracketForKey = (parser: TolerantParser, frame: ObjectFrame, square: boolean): boolean => {
  const { cursor, stack } = parser
  if (square && /^\[\s*["'][^"'\n]*["']\s*\]\s*:/.test(cursor.text.slice(cursor.pos, cursor.pos + 100))) {
    cursor.pos++
    cursor.repairs.add("unquoted-key", cursor.base + cursor.pos)
    return parser.openString("key")
  }
  if (frame.count === 0) {
    parser.toArray(frame)
    return true
  }
  cursor.repairs.add("brackets", cursor.base + cursor.pos)
  if (stack.length > 1) parser.stack.pop()
  else parser.close()
  return true
}

const nameEnd = /[\s:=,{}[\]"'“”]/

const readBareKey = (parser: TolerantParser, frame: ObjectFrame): boolean => {
  const { cursor } = parser
  const { text, pos, end } = cursor
  let at = pos
  while (at < end && at - pos < 120 && !nameEnd.test(text[at] ?? "") && !isColon(text.charCodeAt(at))) at++
  at = throughWords(text, at, end)
  const name = text.slice(pos, at).trim()
  if (name === "") {
    cursor.repairs.add("junk", cursor.base + pos)
    cursor.pos = pos + 1
    return true
  }
  cursor.pos = isQuote(text.charCodeAt(at)) ? at + 1 : at
  if (at >= end && cursor.final) return cutName(parser)
  frame.bare = true
  cursor.repairs.add(cursor.pos > at ? "missing-quote" : "unquoted-key", cursor.base + pos)
  return parser.gotKey(frame, name)
}

const cutName = (parser: TolerantParser): boolean => {
  parser.cursor.cut = true
  return true
}

/** A name of several words, when a colon follows on the same line. */
const throughWords = (text: string, at: number, end: number): number => {
  if (text.charCodeAt(at) !== 0x20) return at
  for (let i = at; i < Math.min(end, at + 60); i++) {
    const code = text.charCodeAt(i)
    if (isColon(code)) return i
    if (code !== 0x20 && (isBlank(code) || nameEnd.test(text[i] ?? ""))) return at
  }
  return at
}

/** The name stands as far left as the object's own line: the object was not closed. */
const closesByIndent = (parser: TolerantParser, frame: ObjectFrame): boolean => {
  const { text, pos } = parser.cursor
  const line = /\n([ \t]*)$/.exec(text.slice(Math.max(0, pos - 120), pos))
  if (line === null) return false
  const indent = line[1]?.length ?? 0
  if (frame.count === 0) {
    frame.inner = indent
    return false
  }
  if (frame.inner < 0 || indent >= frame.inner || indent > frame.indent || parser.stack.length < 2) return false
  parser.cursor.repairs.add("brackets", parser.cursor.base + pos)
  parser.stack.pop()
  const under = parser.top
  if (under?.kind === "object") under.state = "key"
  else if (under !== undefined) under.state = "comma"
  return true
}
