import { type Diagnostic, PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs"
import type { Fault } from "../Fault.ts"
import { Positions } from "../positions.ts"

/** Rules of ruff for what Python's own compiler refuses beyond its grammar. */
const compileErrors = [
  "F404", // late __future__ import
  "F406", // import * in a function
  "F407", // unknown __future__ feature
  "F622", // two starred expressions
  "F701", // break outside a loop
  "F702", // continue outside a loop
  "F704", // yield outside a function
  "F706", // return outside a function
  "F707", // default except is not the last
  "PLE0100", // yield in __init__ with a value
  "PLE0115", // nonlocal and global
  "PLE0117", // nonlocal without binding
  "PLE0118", // name used before global
  "PLE1142", // await outside async
].filter((rule) => rule !== "PLE0100")

let workspace: Workspace | undefined

const check = (code: string): ReadonlyArray<Diagnostic> => {
  // 3.13: what only the newest version takes is more often a slip of Python 2 (`except A, B:`).
  workspace ??= new Workspace(
    { "target-version": "py313", preview: true, lint: { select: compileErrors, "typing-extensions": false } },
    PositionEncoding.Utf16,
  )
  return workspace.check(code)
}

/** Python 3.13 through ruff's parser. */
export const python = (code: string): ReadonlyArray<Fault> => {
  // A form feed, and noqa comments that would silence a rule, are no part of the grammar.
  const diagnostics = check(
    code.replace(/#\s*(?=(?:ruff|flake8|noqa)\b)/gi, (comment) => "#".padEnd(comment.length, "_")),
  )
  const positions = new Positions(code)
  return diagnostics.map(({ message, start_location: from, end_location: to, code: rule }) => {
    const suggestion =
      rule === "invalid-syntax" && /^\s*(?:print|exec) /.test(lineAt(code, positions.offset(from.row, 1)))
    return {
      start: positions.offset(from.row, from.column),
      end: positions.offset(to.row, to.column),
      message: message.replaceAll("`", "'"),
      ...(suggestion
        ? { suggestion: "In Python 3 print and exec are functions: put what follows in parentheses" }
        : {}),
    }
  })
}

const lineAt = (code: string, start: number): string => code.slice(start, start + 20)
