import { disagreements } from "./internal/compare.ts"
import { readingOf } from "./internal/readingOf.ts"

/** Longer prompts (UTF-16 units) are not compared by meaning. */
export const maxGuardedChars = 4000

/**
 * What two prompts disagree in, a line in plain words each; none when one answer serves both. Words, names, numbers, units,
 * negations, order, tense and the kind of question must agree; what is left over on either side is a disagreement. When in
 * doubt they disagree. No model, no network. Prompts of more than 4,000 characters disagree unless they are the same.
 */
export const guard = (a: string, b: string): ReadonlyArray<string> => {
  if (a === b) return []
  if (a.length > maxGuardedChars || b.length > maxGuardedChars) return [tooLong]
  return disagreements(readingOf(a), readingOf(b))
}

const tooLong = `prompts of more than ${maxGuardedChars} characters are not compared by meaning`
