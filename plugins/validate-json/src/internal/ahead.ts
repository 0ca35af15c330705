import { closersOf, isBlank, isColon, isDigit, isLetter, isQuote, isWord } from "./characters.ts"

/** No decision looks further ahead than this, in UTF-16 units; what a stream has beyond it changes nothing before. */
export const reach = 160

/** The next position that is not blank, at most `reach` further. */
export const afterBlank = (text: string, from: number, end: number): number => {
  const limit = Math.min(end, from + reach)
  let at = from
  while (at < limit && isBlank(text.charCodeAt(at))) at++
  return at
}

/** Does a quoted name with a colon behind it begin here? */
export const isQuotedKeyAt = (text: string, at: number, end: number): boolean => {
  const ends = closersOf(text.charCodeAt(at))
  if (ends === undefined || at >= end) return false
  const limit = Math.min(end, at + reach)
  const only = ends.length === 1 ? ends.charCodeAt(0) : -1
  let inner = 0
  for (let i = at + 1; i < limit && inner < 3; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5c) i++
    else if (code === 0x0a) return false
    else if (only >= 0 ? code === only : ends.includes(text[i] ?? "")) {
      const next = afterBlank(text, i + 1, end)
      if (isSeparatorAt(text, next, end)) return true
      if (next >= end || isQuote(text.charCodeAt(i + 1)) || !isWord(text.charCodeAt(next))) return false
      inner++
    }
  }
  return false
}

/** A colon, or what stands for one: `=`, `=>`, `:=`. */
export const isSeparatorAt = (text: string, at: number, end: number): boolean => {
  if (at >= end) return false
  const code = text.charCodeAt(at)
  return isColon(code) || (code === 0x2d && text[at + 1] === ">") || (code === 0x3d && text.charCodeAt(at + 1) !== 0x3d)
}

/** Does an unquoted name with a colon behind it begin here? An address (`http://`) is none. */
export const isBareKeyAt = (text: string, at: number, end: number): boolean => {
  if (at >= end || !isWord(text.charCodeAt(at))) return false
  const limit = Math.min(end, at + reach)
  let i = at
  while (i < limit && (isWord(text.charCodeAt(i)) || text[i] === "-" || text[i] === ".")) i++
  const next = afterBlank(text, i, end)
  return isSeparatorAt(text, next, end) && text.slice(next + 1, next + 3) !== "//"
}

export const isKeyAt = (text: string, at: number, end: number): boolean =>
  isQuotedKeyAt(text, at, end) || isBareKeyAt(text, at, end)

const literal = /(?:true|false|null|none|nil|undefined|nan|[+-]?inf(?:inity)?)(?![\w$])/iy

export const isLiteralAt = (text: string, at: number): boolean => {
  literal.lastIndex = at
  return literal.test(text)
}

/** Does something begin here that can only be a value: a string, a number, a bracket, a literal? */
export const isValueAt = (text: string, at: number, end: number): boolean => {
  if (at >= end) return false
  const code = text.charCodeAt(at)
  if (isQuote(code) || isDigit(code) || code === 0x7b || code === 0x5b) return true
  if ((code === 0x2d || code === 0x2b || code === 0x2e) && isDigit(text.charCodeAt(at + 1))) return true
  return isLetter(code) && isLiteralAt(text, at)
}

/** A comment, or dots that stand for what was left out. */
export const isCommentAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  if (code === 0x2f) return text[at + 1] === "/" || text[at + 1] === "*"
  return code === 0x23 || (code === 0x3c && text.startsWith("<!--", at))
}

export const isEllipsisAt = (text: string, at: number): boolean =>
  text.charCodeAt(at) === 0x2026 || (text.charCodeAt(at) === 0x2e && text.startsWith("...", at))
