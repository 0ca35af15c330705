import { RepairLog } from "../Repair.ts"
import type { Candidate, Surrounding } from "./Candidate.ts"
import { Cursor } from "./Cursor.ts"
import { decodeEntities, isEntitiesAt, isEscapedAt, unescape } from "./encodings.ts"
import { TolerantParser } from "./TolerantParser.ts"
import { isTooDeep, type Value } from "./Value.ts"

export type Parsed = Candidate | "too-deep" | "nothing"

const isJson = (value: unknown): value is Value => value !== undefined

/** JSON as it stands, or nothing. */
export const parseStrict = (text: string): Value | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The value that begins at `start` and lies before `end`. */
export const parseAt = (text: string, start: number, end: number, surrounding: Surrounding, whole: boolean): Parsed => {
  // All of the text was tried already.
  if (whole && (start > 0 || end < text.length)) {
    const last = text.slice(start, end).trimEnd()
    const value = /[}\]]$/.test(last.slice(-1)) ? parseStrict(last) : undefined
    if (value !== undefined) {
      if (isTooDeep(value)) return "too-deep"
      return { value, start, end: start + last.length, repairs: new RepairLog(), surrounding, members: [] }
    }
  }
  if (isEntitiesAt(text, start)) return parseDecoded(text, start, end, surrounding, "entities")
  if (isEscapedAt(text, start)) {
    const found = parseDecoded(text, start, end, surrounding, "escaped-json")
    if (found !== "nothing") return found
  }
  return parseTolerant(text, start, end, surrounding)
}

const parseDecoded = (
  text: string,
  start: number,
  end: number,
  surrounding: Surrounding,
  kind: "entities" | "escaped-json",
): Parsed => {
  const source = text.slice(start, end)
  const decoded = kind === "entities" ? decodeEntities(source) : unescape(source)
  if (isEscapedAt(decoded, 0) && decoded.length >= source.length) return "nothing"
  const found = parseAt(decoded, 0, decoded.length, surrounding, true)
  if (typeof found === "string") return found
  found.repairs.add(kind, start)
  // Positions inside a decoded text are not those of the answer: its end is where the encoded text runs out.
  const ratio = found.end >= decoded.trimEnd().length ? end : encodedEnd(text, start, end)
  return { ...found, start, end: ratio }
}

const encodedEnd = (text: string, start: number, end: number): number => {
  const last = Math.max(text.lastIndexOf("}", end - 1), text.lastIndexOf("]", end - 1))
  return last < start ? end : last + 1
}

const parseTolerant = (text: string, start: number, end: number, surrounding: Surrounding): Parsed => {
  const found = run(text, start, end, false)
  if (found.tooDeep) return "too-deep"
  const better =
    unmatched(found) && text.slice(start, start + 4000).includes("\n") ? run(text, start, end, true) : found
  const best = better !== found && matchesBetter(better, found) ? better : found
  const value = best.tree.root
  if (value === undefined) return "nothing"
  return { value, start, end: best.cursor.pos, repairs: best.cursor.repairs, surrounding, members: [] }
}

const run = (text: string, start: number, end: number, byIndent: boolean): TolerantParser => {
  const parser = new TolerantParser(new Cursor(text, start, end), byIndent)
  parser.run()
  return parser
}

const unmatched = ({ cursor: { repairs } }: TolerantParser): boolean =>
  repairs.has("truncated") || repairs.has("brackets")

const matchesBetter = (by: TolerantParser, plain: TolerantParser): boolean => {
  if (by.tooDeep || !by.cursor.repairs.has("brackets")) return false
  if (by.unclosed !== plain.unclosed) return by.unclosed < plain.unclosed
  return by.cursor.repairs.count("brackets") < plain.cursor.repairs.count("brackets")
}

/** A text that begins inside an object or array whose opening bracket is missing. */
export const parseMissing = (
  text: string,
  start: number,
  end: number,
  kind: "object" | "array",
  surrounding: Surrounding,
): Parsed => {
  const parser = new TolerantParser(new Cursor(text, start, end))
  parser.openMissing(kind)
  parser.run()
  const { repairs, pos } = parser.cursor
  if (parser.tooDeep) return "too-deep"
  const value = parser.tree.root
  return value === undefined ? "nothing" : { value, start, end: pos, repairs, surrounding, members: [] }
}
