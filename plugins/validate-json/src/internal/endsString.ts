import {
  afterBlank,
  isCommentAt,
  isEllipsisAt,
  isKeyAt,
  isLiteralAt,
  isQuotedKeyAt,
  isSeparatorAt,
  isValueAt,
} from "./ahead.ts"
import { isComma, isDigit, isQuote } from "./characters.ts"

/** Where a string stands. `bare`: names of the object around it are unquoted; `nested`: something is around its container. */
export interface Place {
  readonly role: "key" | "member" | "item" | "root"
  readonly bare: boolean
  readonly nested: boolean
}

/** Whether the quote at `at` ends its string, by what follows it: else it is part of the string. */
export const endsString = (text: string, at: number, end: number, place: Place): boolean => {
  const next = afterBlank(text, at + 1, end)
  if (next >= end) return true
  const code = text.charCodeAt(next)
  if (code === 0x7d || code === 0x5d) return place.role === "key" || endsAtBracket(text, next, end, place)
  if (isCommentAt(text, next) && (code !== 0x23 || next > at + 1)) return true
  if (text.startsWith("```", next) || (code === 0x3c && text[next + 1] === "/")) return true
  if (code === 0x5c && (text[next + 1] === "n" || text[next + 1] === '"')) return true
  if (place.role === "key") return endsKey(text, at, next, end)
  if (isComma(code)) return endsAtComma(text, next, end, place)
  if (code === 0x2b) return isQuote(text.charCodeAt(afterBlank(text, next + 1, end)))
  if (code === 0x3b || code === 0x29) return endsAtParenthesis(text, next, end, place)
  if (isQuote(code)) return endsBeforeQuote(text, at, next, end, place)
  if (place.role === "item") return isSeparatorAt(text, next, end) || endsBeforeValue(text, at, next, end)
  if (place.role === "root") return text.slice(at + 1, next).includes("\n")
  return endsBeforeKey(text, at, next, end, place)
}

/** The end of a tuple or of a statement, in contrast to those of code inside the string. */
const endsAtParenthesis = (text: string, at: number, end: number, place: Place): boolean => {
  const next = afterBlank(text, at + 1, end)
  if (text[at] === ";") return next >= end || (place.role === "member" && isQuotedKeyAt(text, next, end))
  return place.role === "item" && (next >= end || ",)]};".includes(text[next] ?? ""))
}

/** Behind a closing bracket comes another, a comma, a line break or the end; a word goes on with the sentence. */
const endsAtBracket = (text: string, bracket: number, end: number, place: Place): boolean => {
  const next = afterBlank(text, bracket + 1, end)
  if (next >= end || !place.nested) return true
  const code = text.charCodeAt(next)
  return isComma(code) || "}])`<;/#\"'\\{[".includes(text[next] ?? "") || text.slice(bracket + 1, next).includes("\n")
}

const endsKey = (text: string, at: number, next: number, end: number): boolean => {
  if (isSeparatorAt(text, next, end)) return true
  const code = text.charCodeAt(next)
  if (isComma(code)) return true
  if (next === at + 1) return code === 0x7b || code === 0x5b
  return (
    code === 0x7b ||
    code === 0x5b ||
    isDigit(code) ||
    (isQuote(code) && !isQuote(text.charCodeAt(at + 1))) ||
    isLiteralAt(text, next)
  )
}

const endsAtComma = (text: string, comma: number, end: number, place: Place): boolean => {
  const next = afterBlank(text, comma + 1, end)
  if (next >= end) return true
  const code = text.charCodeAt(next)
  if (code === 0x7d || code === 0x5d || code === 0x7b || isComma(code)) return true
  if (isCommentAt(text, next) || isEllipsisAt(text, next)) return true
  if (code === 0x5c && (text[next + 1] === '"' || text[next + 1] === "n")) return true
  if (place.role === "member") return isNameAt(text, next, end, place) || endsAtDangling(text, next, end)
  if (code === 0x5b || code === 0x28 || code === 0x29 || isValueAt(text, next, end)) return true
  return isBareItemAt(text, next, end)
}

const isNameAt = (text: string, at: number, end: number, place: Place): boolean =>
  place.bare
    ? isKeyAt(text, at, end)
    : isQuotedKeyAt(text, at, end) || isNewLineKeyAt(text, at, end) || isPlainField(text, at, end)

/** `name: 1`: an unquoted name whose value can only be one, in contrast to words that go on. */
const isPlainField = (text: string, at: number, end: number): boolean => {
  const colon = /^[\w$-]{1,60}:/.exec(text.slice(at, Math.min(end, at + 61)))?.[0].length ?? 0
  return colon > 0 && isValueAt(text, afterBlank(text, at + colon, end), end)
}

/** An unquoted name among quoted ones is believed when it begins a line. */
const isNewLineKeyAt = (text: string, at: number, end: number): boolean =>
  /\n[ \t]*$/.test(text.slice(Math.max(0, at - 40), at)) && isKeyAt(text, at, end)

/** A last name without its value: `"a": "x", "b"}`, or cut within it. */
const endsAtDangling = (text: string, at: number, end: number): boolean => {
  if (!isQuote(text.charCodeAt(at))) return false
  for (let i = at + 1; i < Math.min(end, at + 64); i++) {
    const code = text.charCodeAt(i)
    if (isQuote(code)) {
      const next = afterBlank(text, i + 1, end)
      return next >= end || text[next] === "}"
    }
    if (!/[\w -]/.test(text[i] ?? "")) return false
  }
  return end - at < 64
}

const isBareItemAt = (text: string, at: number, end: number): boolean => {
  const length = /^[^,\]\n"'}]*/.exec(text.slice(at, Math.min(end, at + 80)))?.[0].length ?? 0
  const after = text[at + length]
  return length > 0 && (after === "," || after === "]" || at + length >= end)
}

const endsBeforeQuote = (text: string, at: number, next: number, end: number, place: Place): boolean => {
  if (place.role === "root") return next > at + 1
  // The last of two adjacent quotes ends the string when something follows it that ends one.
  if (next === at + 1 && endsString(text, next, end, place.role === "item" ? { ...place, role: "key" } : place))
    return false
  return place.role === "item" || isQuotedKeyAt(text, next, end)
}

const endsBeforeValue = (text: string, at: number, next: number, end: number): boolean => {
  const code = text.charCodeAt(next)
  if (code === 0x7b || code === 0x5b) return true
  return text.slice(at + 1, next).includes("\n") && isValueAt(text, next, end)
}

const endsBeforeKey = (text: string, at: number, next: number, end: number, place: Place): boolean =>
  next > at + 1 && (place.bare || text.slice(at + 1, next).includes("\n")) && isKeyAt(text, next, end)
