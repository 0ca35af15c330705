/** The pattern that was tried last: the one to blame when the time is over. */
let newest = ""

/** The pattern of a user. Run it within a `TimeBudget`: its time can be exponential. */
export class BoundedRegExp {
  readonly pattern: RegExp

  /** Throws a `SyntaxError` for a wrong pattern. */
  constructor(pattern: string, flags: string) {
    this.pattern = new RegExp(pattern, flags)
  }

  /** Ajv tells patterns apart by this. */
  toString(): string {
    return this.pattern.toString()
  }

  test(text: string): boolean {
    newest = this.pattern.source
    return this.pattern.test(text)
  }
}

/** The pattern that was tried last. */
export const newestPattern = (): string => newest
