import { RE2JS } from "re2js"
import type { Span } from "../Span.ts"

/** A regex that a user wrote. */
export interface UserRegex {
  readonly engine: "re2" | "javascript"
  readonly find: (text: string) => Span | undefined
}

/** A pattern that no engine takes, with the reason. */
export interface NoRegex {
  readonly problem: string
}

export interface RegexFlags {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
}

const letters: Readonly<Record<string, keyof RegexFlags>> = { i: "ignoreCase", m: "multiline", s: "dotAll" }
// The numbers of Python's re module, as users' files have them.
const bits: ReadonlyArray<readonly [bit: number, flag: keyof RegexFlags]> = [
  [2, "ignoreCase"],
  [8, "multiline"],
  [16, "dotAll"],
]

/** Flags as letters (`"im"`) or as Python's number; `undefined` for one that is not known. `g`, `u` and `v` change nothing here. */
export const readFlags = (given: string | number): RegexFlags | undefined => {
  const flags = { ignoreCase: false, multiline: false, dotAll: false }
  if (typeof given === "number") {
    for (const [bit, flag] of bits) if ((given & bit) !== 0) flags[flag] = true
    return (given & ~(2 | 8 | 16 | 32 | 64 | 256)) === 0 ? flags : undefined
  }
  for (const letter of given) {
    const flag = letters[letter]
    if (flag !== undefined) flags[flag] = true
    else if (!/[guv]/.test(letter)) return undefined
  }
  return flags
}

/**
 * RE2's engine, whose time is linear in the text. What it does not know (lookaround, backreferences) goes to JavaScript's,
 * whose time can be exponential: run both under a deadline.
 */
export const compileRegex = (pattern: string, flags: RegexFlags): UserRegex | NoRegex => {
  try {
    return linear(pattern.replace(/\\Z$/, "\\z"), flags)
  } catch (error) {
    const found = backtracking(pattern, flags)
    return found ?? { problem: error instanceof Error ? error.message : "it is no regular expression" }
  }
}

const linear = (pattern: string, { ignoreCase, multiline, dotAll }: RegexFlags): UserRegex => {
  const bits =
    (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0)
  const compiled = RE2JS.compile(pattern, bits)
  return {
    engine: "re2",
    find: (text) => {
      const matcher = compiled.matcher(text)
      return matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined
    },
  }
}

/** What means something else in JavaScript than its author meant, without being an error there. */
const foreign = /\\[AZzGQE]|\(\?P/

const backtracking = (pattern: string, flags: RegexFlags): UserRegex | undefined => {
  const [, inline = ""] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const body = inline === "" ? pattern : pattern.slice(inline.length + 3)
  const on = (letter: string): boolean => inline.includes(letter) || flags[letters[letter] ?? "dotAll"]
  const letter = ["i", "m", "s"].filter(on).join("")
  if (foreign.test(body)) return undefined
  const compiled = attempt(body, `${letter}u`) ?? attempt(body, letter)
  if (compiled === undefined) return undefined
  const find = (text: string): Span | undefined => {
    const match = compiled.exec(text)
    return match === null ? undefined : { start: match.index, end: match.index + match[0].length }
  }
  return { engine: "javascript", find }
}

const attempt = (body: string, flags: string): RegExp | undefined => {
  try {
    return new RegExp(body, flags)
  } catch {
    return undefined
  }
}
