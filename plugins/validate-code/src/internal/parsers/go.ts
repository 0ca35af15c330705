import { format } from "@wasm-fmt/gofmt"
import { type Fault, furthest } from "../Fault.ts"
import { Positions } from "../positions.ts"

/** What Go's own formatter puts before code that has no package clause: https://pkg.go.dev/go/format#Source */
const beforeDeclarations = "package p;"
const beforeStatements = "package p; func _() {"

/** The first fault, as `line:column: message` in UTF-8 bytes; `before` is what stands in front of the code. */
const read = (source: string, code: string, before: number): ReadonlyArray<Fault> => {
  try {
    format(source)
    return []
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error
    const [, line, column, text] =
      /^(\d+):(\d+): ([^]*)$/.exec(String(error instanceof Error ? error.message : error)) ?? []
    if (line === undefined || column === undefined || text === undefined) throw error
    const row = Number(line)
    const start = new Positions(code).offsetOfBytes(row, Math.max(1, Number(column) - (row === 1 ? before : 0)))
    const message = text.replace(/ \(and \d+ more errors?\)$/, "")
    return [{ start, end: start + (/^[\w$]+/.exec(code.slice(start))?.[0].length ?? 1), message }]
  }
}

const withoutComments = (code: string): string => code.replace(/\/\*[^]*?\*\/|\/\/.*/g, "")

/** Go through the parser of gofmt: a file, declarations without a package clause, or statements. */
export const go = (code: string): ReadonlyArray<Fault> => {
  if (code.trim() === "") return []
  if (/^\s*package\b/.test(withoutComments(code))) return read(code, code, 0)
  const declarations = read(beforeDeclarations + code, code, beforeDeclarations.length)
  if (declarations.length === 0) return declarations
  return furthest([declarations, read(`${beforeStatements}${code}\n}`, code, beforeStatements.length)])
}
