import { parse, ParseError } from "sh-syntax"
import type { Fault } from "../Fault.ts"
import { Positions } from "../positions.ts"

/** Bash through the parser of shfmt. `zsh` and POSIX shell are read as Bash. */
export const bash = async (code: string): Promise<ReadonlyArray<Fault>> => {
  try {
    await parse(code)
    return []
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const { Pos, Text } = error
    const start = Pos === undefined ? code.length : new Positions(code).offsetOfBytes(Pos.Line, Pos.Col)
    const word = /^\S+/.exec(code.slice(start))?.[0].length ?? 0
    return [{ start, end: start + word, message: Text.replaceAll("`", "'") }]
  }
}
