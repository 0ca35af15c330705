import { afterBlank, isCommentAt, isEllipsisAt, isKeyAt, isQuotedKeyAt, isValueAt } from "./ahead.ts"
import { isBlank, isComma, isQuote } from "./characters.ts"
import type { Cursor } from "./Cursor.ts"
import type { Value } from "./Value.ts"

const literals: Readonly<Record<string, null | boolean>> = {
  true: true,
  false: false,
  null: null,
  none: null,
  nil: null,
  undefined: null,
  nan: null,
  inf: null,
  infinity: null,
}
const exact = new Set(["true", "false", "null"])

const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y
const strict = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const grouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d_]|,\d|\s*:)/

/** What an unquoted value is read as. `nothing`: it was cut before it said anything. */
export type Bare = { readonly value: Value } | "nothing" | "wait"

/** Where the value stands; `name` is the field's, where it is known. */
export interface BarePlace {
  readonly inObject: boolean
  readonly name: string
}

/** Reads a number, a literal or an unquoted string. */
export const readBare = (cursor: Cursor, place: BarePlace): Bare => {
  const start = cursor.pos
  const plain = readPlain(cursor)
  if (plain !== undefined) return plain
  const end = bareEnd(cursor, place)
  if (end < 0) {
    cursor.wait(start)
    return "wait"
  }
  const found = readNumber(cursor, place) ?? readLiteral(cursor, end) ?? readCut(cursor, end)
  return found ?? readText(cursor, end)
}

const plainNumber = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[}\]\n]|,\D)/y

/** The common case: a number of JSON with its delimiter behind it. */
const readPlain = (cursor: Cursor): Bare | undefined => {
  plainNumber.lastIndex = cursor.pos
  const found = plainNumber.exec(cursor.text)?.[0]
  if (found === undefined || cursor.pos + found.length >= cursor.end - 2) return undefined
  cursor.pos += found.length
  return { value: Number(found) }
}

/** What may stand behind a number or literal: the end, a delimiter, or the next item where a comma is missing. */
const endsToken = (cursor: Cursor, at: number): boolean => {
  const { text, end } = cursor
  const next = afterBlank(text, at, end)
  if (next >= end) return true
  const code = text.charCodeAt(next)
  if (isComma(code) || "}]);`<:".includes(text[next] ?? "") || (isCommentAt(text, next) && next > at)) return true
  if (
    text.startsWith("//", next) ||
    text.startsWith("/*", next) ||
    (code === 0x5c && /[nrt}\]]/.test(text[next + 1] ?? ""))
  )
    return true
  if (text.slice(at, next).includes("\n")) return true
  return next > at ? isValueAt(text, next, end) || isKeyAt(text, next, end) : isQuotedKeyAt(text, next, end)
}

const readNumber = (cursor: Cursor, { inObject, name }: BarePlace): Bare | undefined => {
  const { text, pos } = cursor
  number.lastIndex = pos
  const found = number.exec(text)?.[0]
  if (found === undefined || pos + found.length > cursor.end) return undefined
  const group =
    text[pos + found.length] === "," ? grouped.exec(text.slice(pos, Math.min(cursor.end, pos + 40)))?.[0] : undefined
  if (group !== undefined && endsToken(cursor, pos + group.length) && (inObject || /,0\d\d/.test(group))) {
    cursor.repairs.add("leading-zero", cursor.base + pos)
    cursor.pos = pos + group.length
    return { value: Number(group.replaceAll(",", "")) }
  }
  let after = pos + found.length
  if (text[after] === "n" || text[after] === "L") after++
  const next = text[after]
  if (next === ":" && /[\d]/.test(text[after + 1] ?? "")) return undefined
  if (!endsToken(cursor, after)) return undefined
  cursor.pos = after
  return { value: toNumber(cursor, found, name, pos) }
}

const identifiers =
  /(?:zip|postal|postcode|phone|tel|fax|code|sku|ssn|isbn|ean|account|iban|pin|serial)|(?:^|_)id$|Id$/i

const toNumber = (cursor: Cursor, text: string, name: string, at: number): Value => {
  if (strict.test(text)) return Number(text)
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/s.exec(text.replaceAll("_", "")) ?? []
  if (/^0\d+$/.test(digits)) {
    cursor.repairs.add("leading-zero", cursor.base + at)
    return identifiers.test(name) || digits.length > 4 ? text : Number(sign + digits)
  }
  cursor.repairs.add("number", cursor.base + at)
  return (sign === "-" ? -1 : 1) * Number(digits)
}

const readLiteral = (cursor: Cursor, stop: number): Bare | undefined => {
  const { text, pos } = cursor
  const word = /^[+-]?[A-Za-z]+/.exec(text.slice(pos, Math.min(stop, pos + 12)))?.[0] ?? ""
  const plain = word.replace(/^[+-]/, "")
  const value = literals[plain.toLowerCase()]
  if (value === undefined || !endsToken(cursor, pos + word.length)) return undefined
  if (plain !== word && !/^(?:inf|nan)/i.test(plain)) return undefined
  if (/^(?:nan|inf)/i.test(plain)) cursor.repairs.add("non-finite", cursor.base + pos)
  else if (!exact.has(word)) cursor.repairs.add("literal", cursor.base + pos)
  cursor.pos = pos + word.length
  return { value }
}

/** The beginning of a literal or a number that the end of the text has cut. */
const readCut = (cursor: Cursor, stop: number): Bare | undefined => {
  const { text, pos, end } = cursor
  if (!cursor.final || stop < end || end - pos > 24) return undefined
  const word = text.slice(pos, end)
  const lower = word.toLowerCase()
  const match = /^[a-z]+$/.test(lower) ? Object.keys(literals).find((known) => known.startsWith(lower)) : undefined
  const value = match === undefined ? undefined : literals[match]
  if (value !== undefined) return cutAt(cursor, { value })
  const digits = /^([+-]?\d*\.?\d*?)(?:\.|[eE][+-]?)?$/.exec(word)?.[1]
  if (/^(?:[+-]\.?|[+-]?i(?:nf\w*)?)$/i.test(word)) return cutAt(cursor, "nothing")
  if (digits === ".") return cutAt(cursor, "nothing")
  return digits === undefined || !/\d/.test(digits) ? undefined : cutAt(cursor, { value: Number(digits) })
}

const cutAt = (cursor: Cursor, bare: Bare): Bare => {
  cursor.repairs.add("truncated", cursor.base + cursor.pos)
  cursor.pos = cursor.end
  cursor.cut = true
  return bare
}

const readText = (cursor: Cursor, stop: number): Bare => {
  const { text, pos } = cursor
  let raw = text.slice(pos, stop).trimEnd()
  const last = raw.charCodeAt(raw.length - 1)
  if (isQuote(last) && raw.length > 1 && raw.indexOf(raw.at(-1) ?? "") === raw.length - 1) {
    cursor.repairs.add("missing-quote", cursor.base + pos)
    raw = raw.slice(0, -1)
  }
  cursor.repairs.add(
    /^(?:<[^>]*>|\{\{.*\}\}|\$\{.*\}|\[[^\]]*\])$/s.test(raw) ? "placeholder" : "unquoted-value",
    cursor.base + pos,
  )
  cursor.pos = Math.max(stop, pos + 1)
  if (stop >= cursor.end) {
    cursor.repairs.add("truncated", cursor.base + pos)
    cursor.cut = true
  }
  return { value: raw }
}

const opening = "([{"
const closing = ")]}"

/** Where an unquoted value ends: brackets inside it belong to it. -1: beyond the window. */
const bareEnd = (cursor: Cursor, { inObject }: BarePlace): number => {
  const { text, end } = cursor
  let depth = 0
  for (let at = cursor.pos; at < end; at++) {
    if (!cursor.final && at >= end - 1) return -1
    const sign = text[at] ?? ""
    if (opening.includes(sign)) depth++
    else if (closing.includes(sign) && depth > 0) depth--
    else if (depth > 0 && sign !== "\n") continue
    else if (sign === "\n" || sign === "\r" || sign === "]" || sign === "}" || sign === "`") return at
    else if (sign === "\\" && text[at + 1] === "n" && isKeyAt(text, afterBlank(text, at + 2, end), end)) return at
    else if (isComma(text.charCodeAt(at)) && (!inObject || endsAtComma(text, at, end))) return at
    else if (sign === ";" && afterBlank(text, at + 1, end) >= end) return at
    else if (isBlank(text.charCodeAt(at)) && endsAtBlank(text, at, end)) return at
  }
  return cursor.final ? end : -1
}

const endsAtBlank = (text: string, at: number, end: number): boolean => {
  const next = at + 1
  return (
    (text[next] === "#" && isBlank(text.charCodeAt(next + 1))) ||
    text.startsWith("//", next) ||
    text.startsWith("/*", next) ||
    isQuotedKeyAt(text, next, end)
  )
}

const endsAtComma = (text: string, comma: number, end: number): boolean => {
  const next = afterBlank(text, comma + 1, end)
  if (next >= end || "}],".includes(text[next] ?? "") || isQuote(text.charCodeAt(next))) return true
  return (
    text.slice(comma, next).includes("\n") ||
    isKeyAt(text, next, end) ||
    isCommentAt(text, next) ||
    isEllipsisAt(text, next)
  )
}
