import { isSeparatorAt } from "./ahead.ts"
import { isComma } from "./characters.ts"
import type { Cursor } from "./Cursor.ts"
import type { ObjectFrame } from "./Frame.ts"
import type { TolerantParser } from "./TolerantParser.ts"

/** The colon behind a name, or what stands for it. */
export const readColon = (parser: TolerantParser, frame: ObjectFrame): boolean => {
  const { cursor } = parser
  const { text, pos, end } = cursor
  if (isSeparatorAt(text, pos, end) || text.startsWith("=>", pos)) {
    const sign = text[pos]
    cursor.pos = pos + (text[pos + 1] === ">" || (sign === ":" && text[pos + 1] === "=") ? 2 : 1)
    const doubled = sign === ":" ? afterColons(text, cursor.pos, end) : cursor.pos
    if (doubled > cursor.pos) {
      cursor.repairs.add("junk", cursor.base + cursor.pos)
      cursor.pos = doubled
    } else if (sign !== ":" || cursor.pos > pos + 1) cursor.repairs.add("separator", cursor.base + pos)
    frame.state = "value"
    return true
  }
  if (isComma(text.charCodeAt(pos)) || text[pos] === "}" || text[pos] === "]") return noColon(parser, frame)
  cursor.repairs.add("missing-colon", cursor.base + pos)
  frame.state = "value"
  return true
}

/** Behind colons that were written twice. */
const afterColons = (text: string, from: number, end: number): number => {
  let at = from
  for (let next = from; next < Math.min(end, from + 8); next++) {
    if (text[next] === ":") at = next + 1
    else if (text[next] !== " ") break
  }
  return at
}

/** A name with no value: the first item of a set in braces, or a field that was left unfinished. */
const noColon = (parser: TolerantParser, frame: ObjectFrame): boolean => {
  if (frame.count === 0 && frame.newest === undefined && isSet(parser.cursor)) {
    const set = parser.toArray(frame)
    parser.cursor.pos = frame.nameAt - parser.cursor.base
    set.state = "value"
  } else {
    parser.dropKey(frame)
    frame.state = "comma"
  }
  return true
}

/** `{"a", "b"}` and `{curly}`, in contrast to `{"a", "b": 1}`. */
const isSet = ({ text, pos, end }: Cursor): boolean => {
  const near = text.slice(pos, Math.min(end, pos + 400))
  const close = near.indexOf("}")
  return !(close < 0 ? near : near.slice(0, close)).includes(":")
}
