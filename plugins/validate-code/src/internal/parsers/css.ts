import { parse, type SyntaxParseError, tokenize } from "css-tree"
import type { Fault } from "../Fault.ts"

/** Brackets and texts that are not closed, which CSS itself forgives at the end of a file. */
const unclosed = (code: string): ReadonlyArray<Fault> => {
  const open: Array<number> = []
  const faults: Array<Fault> = []
  tokenize(code, (_type, start, end) => {
    const text = code.slice(start, end)
    if (text.startsWith("/*") && !(text.endsWith("*/") && text.length > 3)) {
      faults.push({ start, end, message: "This comment is not closed" })
    } else if (/^["']/.test(text) && (text.length === 1 || text.at(-1) !== text[0])) {
      faults.push({ start, end, message: "This string is not closed" })
    } else if (/[({[]$/.test(text) && !/^["']|^\/\*/.test(text)) open.push(end - 1)
    else if (/^[)}\]]$/.test(text)) {
      const from = open.pop()
      const fits = from !== undefined && "(){}[]".includes((code[from] ?? "") + text)
      if (!fits) faults.push({ start, end, message: `This '${text}' closes nothing` })
    }
  })
  for (const at of open) faults.push({ start: at, end: at + 1, message: `This '${code[at]}' is never closed` })
  return faults
}

/** A value that runs on into the next line's `name:` lacks its semicolon. */
const runOn = (text: string): number | undefined => {
  const found = /\n\s*(?:--)?[a-z][\w-]*\s*:(?!:)/i.exec(text)
  return found === null ? undefined : found.index
}

/** CSS with nesting, through css-tree; values of known properties are not held to their grammar. */
export const css = (code: string): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = [...unclosed(code)]
  if (faults.length > 0) return faults
  const bare = !code.includes("{") && /^\s*(?:\/\*[^]*?\*\/\s*)*[-\w]+\s*:/.test(code)
  // In nested rules the parser wants a selector that begins with & or a class; the standard takes names and combinators too.
  const known = code.replace(
    /(?<=[{};,]\s*)[>+~](?=\s*[\w.#*:[&])|(?<=[{};]\s*)[a-zA-Z]\d?(?=(?:[^{};:]|:(?!\s))*\{)/g,
    (start) => (start.length === 1 ? "&" : "&x"),
  )
  parse(
    known.replace(/\bprogid:[\w.]+\([^)\n]*\)/gi, (text) => "_".repeat(text.length)),
    {
      context: bare ? "declarationList" : "stylesheet",
      positions: true,
      parseCustomProperty: false,
      onParseError: (error: SyntaxParseError) => {
        const { offset } = error
        faults.push({ start: offset, end: Math.min(offset + 1, code.length), message: error.message })
      },
    },
  )
  return faults.length > 0 ? faults : valueFaults(code, bare)
}

const valueFaults = (code: string, bare: boolean): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  const plain = code.replace(/\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|url\([^)]*\)/g, (text) =>
    text.replace(/[^\n]/g, "_"),
  )
  const declarations = bare ? /(?<=^|;)\s*([-\w]+)\s*:([^;]*)/g : /(?<=[{;}]\s*)([-\w]+)\s*:([^;{}]*)(?=[;}])/g
  for (const { 0: text, 1: name = "", 2: value = "", index } of plain.matchAll(declarations)) {
    if (name.startsWith("--")) continue
    const valueAt = index + text.length - value.length
    const next = runOn(value)
    if (next !== undefined) {
      faults.push({
        start: valueAt + next,
        end: valueAt + next + 1,
        message: `Expected ';' after the value of '${name}'`,
      })
    } else if (value.trim() === "") {
      faults.push({ start: index, end: valueAt, message: `'${name}' has no value` })
    }
  }
  return faults
}
