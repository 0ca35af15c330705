import { parse as parseJsonc, type ParseError, printParseErrorCode } from "jsonc-parser"
import { parseSync } from "oxc-parser"
import type { Fault } from "../Fault.ts"
import { tooDeep } from "../nesting.ts"

const words: Readonly<Record<string, readonly [message: string, suggestion?: string]>> = {
  InvalidSymbol: ["This is no JSON value", "Write strings in double quotes; the only words are true, false and null"],
  InvalidNumberFormat: ["This is no JSON number"],
  PropertyNameExpected: ["A property name in double quotes is missing here"],
  ValueExpected: ["A value is missing here"],
  ColonExpected: ["A colon is missing here"],
  CommaExpected: ["A comma is missing here"],
  CloseBraceExpected: ["A closing brace is missing here"],
  CloseBracketExpected: ["A closing bracket is missing here"],
  EndOfFileExpected: ["There is more text after the end of the JSON value"],
  InvalidCommentToken: ["JSON has no comments", "Leave the comment out"],
  UnexpectedEndOfComment: ["This comment is not closed"],
  UnexpectedEndOfString: ["This string is not closed"],
  UnexpectedEndOfNumber: ["This number is cut off"],
  InvalidUnicode: ["This is no escaped character"],
  InvalidEscapeCharacter: ["This is no escaped character", "Write a backslash as \\\\"],
  InvalidCharacter: ["This character must be escaped in a string"],
}

const faultOf = ({ error, offset, length }: ParseError): Fault => {
  const name = printParseErrorCode(error)
  const [message, suggestion] = words[name] ?? [name]
  return { start: offset, end: offset + length, message, ...(suggestion === undefined ? {} : { suggestion }) }
}

const tolerant = (code: string, comments: boolean): ReadonlyArray<Fault> => {
  const errors: Array<ParseError> = []
  parseJsonc(code, errors, { disallowComments: !comments, allowTrailingComma: comments })
  return errors.map(faultOf)
}

/** JSON as RFC 8259 has it. */
export const json = (code: string): ReadonlyArray<Fault> => {
  try {
    JSON.parse(code)
    return []
  } catch (error) {
    const faults = tolerant(code, false)
    if (faults.length > 0) return faults
    const message = error instanceof Error ? error.message : String(error)
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? 0)
    return [{ start: at, end: at + 1, message: message.replace(/ in JSON at position.*$/, "") }]
  }
}

/** JSON with comments and trailing commas. */
export const jsonc = (code: string): ReadonlyArray<Fault> => tolerant(code, true)

/** JSON5 is a part of JavaScript's expressions (https://spec.json5.org): names, calls and templates are none of it. */
export const json5 = (code: string): ReadonlyArray<Fault> => {
  if (tooDeep(code)) throw new RangeError("nested too deeply")
  const { program, errors } = parseSync("code.js", `(${code}\n)`, { lang: "js", sourceType: "script" })
  if (errors.length > 0) {
    return errors.map(({ message, labels }) => {
      const { start, end } = labels[0] ?? { start: code.length + 1, end: code.length + 1 }
      return { start: start - 1, end: end - 1, message }
    })
  }
  const foreign = firstForeign(program.body)
  return foreign === undefined
    ? []
    : [{ start: foreign.start - 1, end: foreign.end - 1, message: `${foreign.type} is no part of JSON5` }]
}

const allowed = new Set([
  "ExpressionStatement",
  "ParenthesizedExpression",
  "ObjectExpression",
  "ArrayExpression",
  "Property",
  "Literal",
  "UnaryExpression",
  "Identifier",
])

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value

const firstForeign = (value: unknown): Node | undefined => {
  if (Array.isArray(value)) return value.map(firstForeign).find((found) => found !== undefined)
  if (!isNode(value)) return undefined
  if (!allowed.has(value.type)) return value
  return firstForeign(Object.values(value))
}

/** One JSON value a line. */
export const jsonl = (code: string): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  let at = 0
  for (const line of code.split("\n")) {
    if (line.trim() !== "") {
      for (const fault of json(line)) faults.push({ ...fault, start: fault.start + at, end: fault.end + at })
    }
    at += line.length + 1
  }
  return faults
}
