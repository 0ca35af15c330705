import { isBareKeyAt, isCommentAt, isEllipsisAt, isLiteralAt, isValueAt } from "./ahead.ts"
import { isBlank, isComma, isQuote } from "./characters.ts"
import { maxDepth } from "./Value.ts"

/** May JSON begin at this bracket, judged by what is behind it? Text about brackets is not read as JSON. */
export const isPlausible = (text: string, first: number, end: number): boolean => {
  let bracket = first
  let at = afterAnyBlank(text, bracket + 1, end)
  for (let depth = 0; depth < maxDepth && (text[at] === "{" || text[at] === "[") && at < end; depth++) {
    bracket = at
    at = afterAnyBlank(text, at + 1, end)
  }
  if (at >= end) return text.charCodeAt(bracket) === 0x7b || at > bracket + 1
  const code = text.charCodeAt(at)
  if (isQuote(code) || isComma(code) || isEllipsisAt(text, at)) return true
  if (isCommentAt(text, at)) return code !== 0x23 || /^#\s/.test(text.slice(at, at + 2))
  if (code === 0x5c) return text[at + 1] === '"' || /^\\[nrt]\s*(?:\\[nrt]|\s)*\\?["}\]]/.test(text.slice(at, at + 60))
  if (text.startsWith("&quot;", at) || text.startsWith("&#", at)) return true
  return text.charCodeAt(bracket) === 0x7b ? isObjectAt(text, at, end) : isArrayAt(text, at, end)
}

/** The position behind blanks of any number. */
export const afterAnyBlank = (text: string, from: number, end: number): number => {
  let at = from
  while (at < end && isBlank(text.charCodeAt(at))) at++
  return at
}

const isObjectAt = (text: string, at: number, end: number): boolean => {
  const sign = text[at] ?? ""
  if (sign === "}") return true
  if (sign === "{" || sign === "[") return true
  if (isBareKeyAt(text, at, end)) return true
  if (/^[\w$-]+(?: [\w$-]+){1,3}\s*:\s*["'[{\d]/.test(text.slice(at, Math.min(end, at + 100)))) return true
  if (/^[\w$-]+["'”]\s*:/.test(text.slice(at, Math.min(end, at + 100)))) return true
  return isList(text, at, end, "}") || /^[A-Za-z_]\w*$/.test(text.slice(at, end))
}

const isArrayAt = (text: string, at: number, end: number): boolean => {
  const sign = text[at] ?? ""
  if (sign === "]" || sign === "(") return true
  if (sign === "{" || sign === "[") return true
  if (isLiteralAt(text, at)) return true
  if (isValueAt(text, at, end))
    return /^[-+]?[\w.]+\s*(?:[,\]\n]|$|\d|\/\/|#|\/\*)|^[-+.\d]/.test(text.slice(at, Math.min(end, at + 60)))
  return isList(text, at, end, "]")
}

/** Several short items between commas, up to the bracket. */
const isList = (text: string, at: number, end: number, close: string): boolean => {
  const near = text.slice(at, Math.min(end, at + 1000))
  const stop = near.indexOf(close)
  const other = near.search(/[[{]/)
  if (stop < 0 || (other >= 0 && other < stop)) return false
  const items = near.slice(0, stop).split(",")
  return (
    items.length > 1 &&
    items.every((item) => /^\s*[^\s()[\]{}:;!?]+(?:[ \t]+[^\s()[\]{}:;!?]+){0,3}\s*$/.test(item) || item.trim() === "")
  )
}
