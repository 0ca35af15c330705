/** Faces, and operators of two signs and more. What is in here has a meaning of its own; see `tokens.ts`. */
export const signPattern =
  /(?<!\S)(?:[:;=][-'^]?[()[\]DPp|/\\3*]|<3)(?!\w)|[-+*/%=<>!&|^~?:@#$\\.]{0,3}[-+*/%=<>&|^~@#$\\](?:(?![.?!:]+\s*$)[-+*/%=<>!&|^~?:@#$\\.]){1,4}|[!?:.]{1,3}[-+*/%=<>&|^~@#$\\]|::/u

/** One after the other, so that each is judged where it stands. */
export const stopPattern = /[.!?…]+|[,;:()[\]{}—–"“”„«»'‘’]/u

/** Brackets change the value of a formula. */
const formula = /[\d)]\s*[-+*/^=<>]|[+*^=<>]\s*[\d(]/

const around = (text: string, index: number, length: number): readonly [string, string] => [
  text.charAt(index - 1) || " ",
  text.charAt(index + length) || " ",
]

/** Tells the signs that end and part sentences from those that are themselves meant ("what does : do", `a[0]`). */
export class Signs {
  private readonly text: string
  private readonly isFormula: boolean
  /** Of each round bracket that is open: whether it is meant. */
  private readonly open: Array<boolean> = []

  constructor(text: string) {
    this.text = text
    this.isFormula = formula.test(text)
  }

  isMeant(found: string, index: number): boolean {
    const [before, after] = around(this.text, index, found.length)
    const alone = /\s/.test(before) && /\s/.test(after)
    if (/[[\]{}]/.test(found)) return true
    if (/["'“”‘’]/.test(found)) return alone || before === found || after === found
    if (alone && /[()]/.test(found)) return true
    if (found === "(") {
      const isCall = /[\p{L}\p{N}_]/u.test(before) && !/^\((?:e?s)\)/.test(this.text.slice(index, index + 4))
      this.open.push(this.isFormula || isCall)
      return this.open.at(-1) ?? false
    }
    if (found === ")") return this.open.pop() ?? this.isFormula
    if (/^[.!?…]+$/.test(found)) {
      const rest = this.text.slice(index + found.length)
      // A factorial; a sign at the end of a name ("what does save! do").
      if (/^[!?]$/.test(found) && ((found === "!" && factorial.test(this.text.slice(0, index))) || toldOf.test(rest)))
        return true
      const ends = rest.trim() === ""
      return /\s/.test(before) && !(alone && ends)
    }
    if (found === ":") return alone || (/[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after))
    return alone && !/[—–]/.test(found)
  }
}

const factorial = /(?:[\d)]|(?<![\p{L}'’])\p{L})$/u
const toldOf = /^\s+(?:means?|do|does|operators?|methods?|functions?|return|returns|stands?)\b/
const aboutSigns =
  /(?:^|\s)(?:do|does|did|is|are|mean|means|a|an|the|and|or|in|of|operator|operators|symbol|sign|use|using|between|called)\s*$/i

/** "Salt & pepper", "R&D"; not "what does & do". */
export const isJoining = (text: string, index: number): boolean =>
  /[\p{L}\p{N}]\s?$/u.test(text.slice(Math.max(0, index - 2), index)) &&
  /^\s?[\p{L}\p{N}]/u.test(text.slice(index + 1, index + 3)) &&
  !aboutSigns.test(text.slice(Math.max(0, index - 12), index))
