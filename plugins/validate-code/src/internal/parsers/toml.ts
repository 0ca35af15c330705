import { parse, TomlError } from "smol-toml"
import type { Fault } from "../Fault.ts"
import { Positions } from "../positions.ts"

/** TOML 1.0. */
export const toml = (code: string): ReadonlyArray<Fault> => {
  try {
    parse(code)
    return []
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const start = new Positions(code).offset(error.line, error.column)
    const message = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? error.message
    return [{ start, end: start + 1, message }]
  }
}
