import { isBareKeyAt } from "./ahead.ts"
import type { Candidate, Surrounding } from "./Candidate.ts"
import { isQuote } from "./characters.ts"
import { Cursor } from "./Cursor.ts"
import { parseMissing } from "./parseAt.ts"
import { afterAnyBlank } from "./plausible.ts"
import { TolerantParser } from "./TolerantParser.ts"

/** A text that is one number, literal or string and nothing else; in a fence for JSON also fields without braces. */
export const readScalar = (text: string, from: number, to: number, surrounding: Surrounding): Candidate | undefined => {
  const trimmed = text.slice(from, to).trim()
  const inner =
    trimmed.length > 2000
      ? trimmed
      : trimmed.replace(/^(?:<[^<>]{0,60}>\s*)+/, "").replace(/(?:\s*<[^<>]{0,60}>|;)$/, "")
  const start = afterAnyBlank(text, text.indexOf(inner, from), to)
  const end = start + inner.trim().length
  if (end <= start) return undefined
  const quoted = isQuote(text.charCodeAt(start)) && isQuote(text.charCodeAt(end - 1)) && end - start > 1
  const bare = /^[+-]?(?:[\d._]+(?:[eE][+-]?\d+)?|0x[\da-f]+|true|false|null|none|nil|undefined|nan|infinity|inf)$/i
  if (!quoted && !bare.test(text.slice(start, Math.min(end, start + 60))))
    return bareFields(text, start, end, surrounding)
  const parser = new TolerantParser(new Cursor(text, start, end))
  parser.run()
  const { repairs, pos } = parser.cursor
  const value = parser.tree.root
  if (value === undefined || pos < end || repairs.has("truncated")) return undefined
  if (repairs.has("unquoted-value") || (quoted && repairs.has("unescaped-quote"))) return undefined
  return { value, start, end, repairs, surrounding, members: [] }
}

/** `name: value` lines in a fence that is marked as JSON. */
const bareFields = (text: string, start: number, end: number, surrounding: Surrounding): Candidate | undefined => {
  if (surrounding.place !== "fence" || !surrounding.label.startsWith("json") || !isBareKeyAt(text, start, end))
    return undefined
  const found = parseMissing(text, start, end, "object", surrounding)
  return typeof found === "string" ? undefined : found
}
