import { isBareKeyAt, isEllipsisAt, isKeyAt, isQuotedKeyAt, isValueAt } from "./ahead.ts"
import { isComma, isQuote } from "./characters.ts"
import { closerOf, type Frame } from "./Frame.ts"
import type { TolerantParser } from "./TolerantParser.ts"

/** What stands behind a value: a comma, a closing bracket, or the next item where a comma is missing. */
export const afterValue = (parser: TolerantParser, frame: Frame): boolean => {
  const { cursor } = parser
  const sign = cursor.text[cursor.pos] ?? ""
  const code = cursor.code()
  if (isComma(code) || (sign === ";" && frame.kind === "object")) {
    if (sign !== ",") cursor.repairs.add("separator", cursor.base + cursor.pos)
    cursor.pos++
    next(frame)
    frame.afterComma = true
    return true
  }
  if (sign === "}" || sign === "]" || sign === ")") return closing(parser, frame, sign)
  if (frame.kind === "object" ? isKeyAt(cursor.text, cursor.pos, cursor.end) : isItemAt(parser)) {
    cursor.repairs.add("missing-comma", cursor.base + cursor.pos)
    next(frame)
    return true
  }
  if (isEllipsisAt(cursor.text, cursor.pos)) return parser.ellipsis(frame)
  if (frame.kind === "object" && sign === "{" && parser.stack.length > 1) {
    cursor.repairs.add("brackets", cursor.base + cursor.pos)
    parser.stack.pop()
    return true
  }
  return junk(parser, frame)
}

const next = (frame: Frame): void => {
  frame.state = frame.kind === "object" ? "key" : "value"
}

const isItemAt = ({ cursor: { text, pos, end } }: TolerantParser): boolean =>
  isValueAt(text, pos, end) ||
  isQuote(text.charCodeAt(pos)) ||
  text[pos] === "(" ||
  isBareKeyAt(text, pos, end) ||
  isQuotedKeyAt(text, pos, end)

/** A closing bracket, of this frame or of one further out whose inner ones were not closed. */
const closing = (parser: TolerantParser, frame: Frame, sign: string): boolean => {
  const { cursor, stack } = parser
  const at = cursor.pos
  if (sign === closerOf(frame)) {
    cursor.pos++
    parser.close()
    reopen(parser, frame)
    return true
  }
  cursor.repairs.add("brackets", cursor.base + at)
  const outer = stack.findLastIndex((other) => closerOf(other) === sign)
  cursor.pos++
  if (outer < 0) {
    if (sign === ")") return true
    // The wrong kind of bracket: it closes what is open, unless that is closed right behind it.
    if (cursor.text[afterSpace(cursor.text, cursor.pos)] === closerOf(frame)) return true
    parser.close()
    return true
  }
  while (stack.length > outer + 1) parser.close()
  const closed = parser.top
  parser.close()
  if (closed !== undefined) reopen(parser, closed)
  return true
}

const afterSpace = (text: string, from: number): number => {
  let at = from
  while (at < from + 40 && /\s/.test(text[at] ?? "")) at++
  return at
}

/** The whole value is closed, yet another field follows: it was closed too early. */
const reopen = (parser: TolerantParser, root: Frame): void => {
  const { cursor } = parser
  if (!parser.done || root.kind !== "object" || root.count === 0) return
  const { text, end } = cursor
  let at = afterSpace(text, cursor.pos)
  while (text[at] === "}" || text[at] === "]") at = afterSpace(text, at + 1)
  if (text[at] !== ",") return
  if (!isQuotedKeyAt(text, afterSpace(text, at + 1), end)) return
  cursor.repairs.add("brackets", cursor.base + cursor.pos)
  cursor.pos = at + 1
  parser.done = false
  root.state = "key"
  parser.stack.push(root)
}

/** Something that belongs to nothing: a note behind a value is skipped, a sentence behind an unfinished value ends it. */
const junk = (parser: TolerantParser, frame: Frame): boolean => {
  const { cursor } = parser
  const line = /^[^\n]{0,200}/.exec(cursor.text.slice(cursor.pos, Math.min(cursor.end, cursor.pos + 200)))?.[0] ?? ""
  const stop = line.search(frame.kind === "object" ? /,\s*(?:["'\w]|$)|[}\]]/ : /[,\]}]/)
  if (cursor.text.startsWith("```", cursor.pos) || cursor.text.startsWith("</", cursor.pos)) return end(parser)
  if (stop < 0 && (/^[A-Z*#>-]?\S*\s+\S+/.test(line) || parser.cursor.repairs.count("junk") > 20)) return end(parser)
  cursor.repairs.add("junk", cursor.base + cursor.pos)
  if (cursor.repairs.count("junk") > 60) return end(parser)
  cursor.pos += stop > 0 ? stop : Math.max(1, stop < 0 ? line.length : 1)
  return true
}

/** The value ends here, with its brackets open. */
const end = (parser: TolerantParser): boolean => {
  parser.cursor.repairs.add("truncated", parser.cursor.base + parser.cursor.pos)
  while (parser.stack.length > 0) parser.close()
  parser.done = true
  return true
}
