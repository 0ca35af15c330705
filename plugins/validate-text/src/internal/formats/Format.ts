import type { Effect } from "effect/Effect"
import type { Fault } from "../verdicts.ts"

/** What a format may be asked beside its name. */
export interface FormatParams {
  /** URL schemes. */
  readonly schemes: ReadonlyArray<string>
  /** The tag that code blocks must have. */
  readonly language: string | undefined
  /** The header of a table. */
  readonly columns: ReadonlyArray<string> | undefined
}

/** Why nobody can say whether a text has the format. */
export interface Unchecked {
  readonly unchecked: Fault
}

/** Says what is wrong with `text`, whose first character stands at `offset` of the answer. */
export type FormatCheck = (text: string, offset: number, params: FormatParams) => ReadonlyArray<Fault> | Unchecked

export interface Format {
  /** As it stands in a sentence: "an e-mail address". */
  readonly what: string
  readonly suggestion: string
  /** The answer may stand in one code block. */
  readonly fenced: boolean
  /** A parser that has to be loaded. */
  readonly load?: Effect<FormatCheck>
  readonly check: FormatCheck
}
