import { isQuotedKeyAt } from "./ahead.ts"
import type { Cursor } from "./Cursor.ts"
import type { Place } from "./endsString.ts"

/**
 * The common case: a string in double quotes with nothing in it that needs care, and behind it what JSON wants there. Gives
 * the position of its closing quote, or -1 when it needs a closer look.
 */
export const plainStringEnd = (cursor: Cursor, role: Place["role"]): number => {
  const { end, pos, readable, text } = cursor
  if (text.charCodeAt(pos) !== 0x22) return -1
  let at = pos + 1
  let code = 0
  while (at < readable && (code = text.charCodeAt(at)) !== 0x22) {
    if (code === 0x5c || code < 0x20) return -1
    at++
  }
  if (at >= readable || at + 2 >= end) return -1
  const next = text.charCodeAt(at + 1)
  if (role === "key") return next === 0x3a ? at : -1
  if (next === 0x2c) return endsBeforeNext(text, at + 2, end, role) ? at : -1
  if (next !== (role === "member" ? 0x7d : 0x5d)) return -1
  const after = text.charCodeAt(at + 2)
  return after === 0x2c || after === 0x7d || after === 0x5d ? at : -1
}

/** What is behind the comma: the next name, or the next item. */
const endsBeforeNext = (text: string, from: number, end: number, role: Place["role"]): boolean => {
  let at = from
  while (at < end && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x0a)) at++
  const code = text.charCodeAt(at)
  if (role === "member") return code === 0x22 && isQuotedKeyAt(text, at, end)
  return role === "item" && at < end && (code === 0x22 || code === 0x7b || code === 0x5b)
}
