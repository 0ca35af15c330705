import { createContext, Script } from "node:vm"

/** A pattern may take this long on one string, in ms. */
const maxMs = 100

/** A pattern that could try one text in many ways: repetition of what repeats, references back, several open repetitions. */
const risky = /\([^)]*[+*}][^)]*\)[^)]*?[+*{]|\)[+*{]|\\[1-9]|(?:[+*]|,\}).*(?:[+*]|,\}).*(?:[+*]|,\})/

/** The pattern took too long, so nothing is known. */
export class PatternTooSlow extends Error {
  override readonly name = "PatternTooSlow"
}

const script = new Script("pattern.test(text)")

/** A regular expression that cannot hang: what might take long is run where it can be stopped. */
export class BoundedRegExp {
  readonly pattern: RegExp
  private readonly isRisky: boolean

  /** Throws a `SyntaxError` for a wrong pattern. */
  constructor(pattern: string, flags: string) {
    this.pattern = new RegExp(pattern, flags)
    this.isRisky = risky.test(pattern)
  }

  /** Ajv tells patterns apart by this. */
  toString(): string {
    return this.pattern.toString()
  }

  test(text: string): boolean {
    if (!this.isRisky && text.length <= 10_000) return this.pattern.test(text)
    try {
      return script.runInContext(createContext({ pattern: this.pattern, text }), { timeout: maxMs }) === true
    } catch (error) {
      throw new PatternTooSlow(`the pattern ${this.pattern.source} took more than ${maxMs} ms on one string`, {
        cause: error,
      })
    }
  }
}
