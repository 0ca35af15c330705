/** One thing that is wrong with the code of an answer. */
export interface CodeIssue {
  /**
   * `syntax`: the code does not parse. `truncated`: the answer ends inside of a block. `missing`: there is no code where
   * some was asked for. `refused`: it was not parsed, since it is too long, nested too deeply, or took too long. `test`: the
   * given tests failed.
   */
  readonly kind: "syntax" | "truncated" | "missing" | "refused" | "test"
  /** The language's own name, such as `"python"`; none where no language is known. */
  readonly language?: string
  readonly message: string
  readonly suggestion?: string
  /** Place in the answer's text, from 1; columns count UTF-16 units. */
  readonly line: number
  readonly column: number
  /** The same place as UTF-16 positions, from 0; `end` is behind the last unit. */
  readonly start: number
  readonly end: number
}

/** What was found out about the code in a text. */
export interface CodeReport {
  readonly ok: boolean
  /** In the order of the text. */
  readonly issues: ReadonlyArray<CodeIssue>
  /** Blocks that were parsed, by their language. */
  readonly checked: ReadonlyArray<string>
  /** Blocks that were not, by what they call themselves; `"unknown"` where nothing says what they are. */
  readonly unchecked: ReadonlyArray<string>
}
