import { type Mark, titleOf } from "../Mark.ts"

const definition =
  /^(?:@\w.*|(?:(?:export|default|public|private|protected|internal|static|abstract|final|sealed|async|unsafe|pub(?:\(\w+\))?|open|override|inline|virtual)\s+)*(?:def|class|func|function\*?|fn|fun|struct|impl|trait|enum|interface|module|namespace|object|record|type|protocol|extension|sub|procedure)\b\s*(?:<[^>]*>\s*)?(?:\([^)]*\)\s*)?([\p{L}_$][\p{L}\p{N}_$]*)?)/u

/** Lines are looked at up to here. Units. */
const looked = 300

const comment = /^(?:\/\/|\/\*|\*|#(?!\s*(?:define|include|if|else|end))|--|;)/

/**
 * Definitions of a code that no parser reads: lines at the left margin that begin a function, a class or the like, or that
 * follow a blank line. What comes right above them, comments and annotations, belongs to them.
 */
export function* plainCodeMarks(text: string): Generator<Mark> {
  let lead: number | undefined
  let blank = true
  let inside = false
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at)
    const end = newline < 0 ? text.length : newline + 1
    const unit = text.charCodeAt(at)
    const margin = unit > 32
    if (margin && unit !== 0x7d && unit !== 0x29 && unit !== 0x5d) {
      const line = text.slice(at, Math.min(end, at + looked))
      const found = definition.exec(line)
      if (comment.test(line) || line.startsWith("@")) {
        lead ??= at
      } else if (found !== null) {
        yield { at: lead ?? at, hard: true, rank: 1, heading: { level: 1, title: titleOf(found[1] ?? "") } }
        ;[lead, inside] = [undefined, true]
      } else {
        if (blank) yield { at: lead ?? at, hard: inside, rank: 1, heading: { level: 1, title: "" } }
        if (blank) inside = false
        lead = undefined
      }
      blank = false
    } else {
      blank = unit === 10 || unit === 13 || (blank && !margin)
      if (!blank) lead = undefined
    }
    at = end
  }
}
