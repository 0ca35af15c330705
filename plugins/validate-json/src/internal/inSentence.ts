import type { Candidate } from "./Candidate.ts"
import { isMembers, type Value } from "./Value.ts"

/**
 * What a group in brackets is by what stands around it: a `value`; `doubtful`, a list inside a sentence; or `prose`: an
 * index, a footnote, a box to tick.
 */
export type Sense = "value" | "doubtful" | "prose"

/** Longer groups are no part of a sentence; further around them nothing is looked at, in UTF-16 units. */
const maxGroup = 2000
const around = 160

/** Judges groups without names and quotes; all else is a value. */
export const senseOf = (text: string, { end, start, value }: Candidate): Sense => {
  if (end - start > maxGroup || !isPlain(value)) return "value"
  const inner = text.slice(start, end)
  const square = inner.startsWith("[")
  const short = square && Array.isArray(value) && value.length <= 1
  const before = lineBefore(text, start)
  const lead = withoutGroups(before)
  const quoted = /["'`“‘]/.test(inner)
  if (square && (short || !quoted) && /[\p{L}\p{N}_$)]$/u.test(lead)) return "prose"
  if (quoted) return "value"
  const after = text.slice(end, Math.min(text.length, end + around)).split("\n", 1)[0] ?? ""
  if (isBox(inner, before, after)) return "prose"
  const many = before !== lead || /^[\s,;]*\[/.test(after)
  if (opens(lead, square) && closes(after) && !(short && many && lead.trim() !== "")) return "value"
  return short ? "prose" : "doubtful"
}

/** Does it hold no object with fields? */
const isPlain = (value: Value): boolean =>
  Array.isArray(value) ? value.every(isPlain) : !isMembers(value) || Object.keys(value).length === 0

const lineBefore = (text: string, start: number): string => {
  const near = text.slice(Math.max(0, start - around), start)
  return near.slice(near.lastIndexOf("\n") + 1)
}

/** Without the groups in square brackets at its end, as in `a[0]` before `[1]`. */
const withoutGroups = (before: string): string => {
  let lead = before
  for (;;) {
    const shorter = lead.replace(/[\s,;]+$/, "")
    const open = shorter.endsWith("]") ? shorter.lastIndexOf("[") : -1
    if (open < 0) return lead
    lead = shorter.slice(0, open)
  }
}

const bullet = /^\s*(?:[-*+•]|\d+[.)])\s+$/

const isBox = (inner: string, before: string, after: string): boolean =>
  bullet.test(before) && /^\[\s*[xX]?\s*\]$/.test(inner) && (inner !== "[]" || /\S/.test(after))

/** Does a value begin here: at the beginning of the line, or behind a colon, an arrow, an equals sign? */
const opens = (lead: string, square: boolean): boolean =>
  /^[\s>`]*$/.test(lead) ||
  /\}[\s,]*$/.test(lead) ||
  bullet.test(lead) ||
  /(?::|=>|->|→)[*_`"'\s]*$/.test(lead) ||
  (square && /(?:=|\breturn|<[^<>]{1,60}>|(?:^|[\w$])\()\s*$/.test(lead))

/** Does nothing follow that goes on with a sentence? Other groups, an ending tag or a comment do not. */
const closes = (after: string): boolean => /^(?:[\s,;]*\[[^[\]]*\])*[\s*_`"'.;,)\]}!]*(?:$|<|\{|\/\/|#|\\n)/.test(after)
