import { parse } from "java-parser"
import { type Fault, furthest } from "../Fault.ts"
import { Positions } from "../positions.ts"

/** `parse` gives its finding as text, with the place in its first line. */
const read = (code: string, before: string, after: string): ReadonlyArray<Fault> => {
  const source = `${before}${code}\n${after}`
  try {
    parse(source)
    return []
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error
    const positions = new Positions(source)
    const [, line, column] = /line: (\d+), column: (\d+)/.exec(error.message) ?? []
    const at = line === undefined ? source.trimEnd().length : positions.offset(Number(line), Number(column))
    const found = Math.min(Math.max(at - before.length, 0), code.length)
    // What is missing at the end of a statement belongs there, and not where the next one begins.
    const start = error.message.includes("--> ';' <--") ? code.slice(0, found).trimEnd().length : found
    const end = Math.min(start + (/^\w+/.exec(code.slice(start))?.[0].length ?? 1), code.length)
    return [{ start, end: Math.max(start, end), message: messageOf(error.message) }]
  }
}

const messageOf = (text: string): string => {
  if (text.includes("Mode Stack is empty")) return "This '}' closes nothing"
  const character = /unexpected character: ->([^]*?)<- at/.exec(text)?.[1]
  if (character !== undefined) return `Unexpected character '${character}'`
  const found = /but found(?: -->)?:? ?'?([^]*?)'?(?: <--!|'?!?\n|$)/.exec(text)?.[1]?.replace(/^'|[!']+$/g, "")
  const instead = found === undefined || found === "" ? "the end of the code" : `'${found}'`
  const expected = /Expecting(?: token of type)? -->\s*'?(.*?)'? <-- but/.exec(text)?.[1]
  return expected === undefined ? `Unexpected ${instead}` : `Expected '${expected}' but found ${instead}`
}

/** Imports that stand before members or statements, which a class or method around them would make wrong: blanked. */
const withoutImports = (code: string): string =>
  code.replace(/^[ \t]*(?:import|package)\s+[\w.*\s]+?;/gm, (text) => text.replace(/[^\n]/g, " "))

/** An expression that does nothing is no statement in Java: https://docs.oracle.com/javase/specs/jls/se21/html/jls-14.html#jls-14.8 */
const noStatement = /(?<=[;{}]\s*)(?:[\w.]+\s*(?:==|!=|[<>]=?|[-+*/%](?![-+=]))\s*[\w.]+|"[^"\n]*"|\d+)\s*;/g

const statements = (code: string): ReadonlyArray<Fault> =>
  [...code.matchAll(noStatement)]
    .filter(
      ({ 0: text, index }) =>
        !/\bfor\s*\([^)]*$/.test(code.slice(Math.max(0, index - 200), index)) &&
        !/^(?:return|yield|case|throw|break|else|assert)\b/.test(text),
    )
    .map(({ 0: text, index }) => ({
      start: index,
      end: index + text.length,
      message: "This is no statement: its value is not used",
    }))

const masked = (code: string): string =>
  code.replace(/\/\*[^]*?\*\/|\/\/.*|"""[^]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g, (text) =>
    text.startsWith("/") ? text.replace(/[^\n]/g, " ") : `"${text.slice(2).replace(/[^\n]/g, "_")}"`,
  )

/** Java: a file, members of a class, or statements. */
export const java = (code: string): ReadonlyArray<Fault> => {
  if (code.trim() === "") return []
  const inner = withoutImports(code)
  const file = read(code, "", "")
  const pieces = () => [read(inner, "class X__ {", "}"), read(inner, "class X__ { void x__() throws Throwable {", "}}")]
  const faults = file.length === 0 ? file : furthest([file, ...pieces()])
  return faults.length > 0 ? faults : statements(masked(code))
}
