import { parseSync, type ParserOptions } from "oxc-parser"
import { type Fault, furthest } from "../Fault.ts"
import { tooDeep } from "../nesting.ts"

type Reading = readonly [lang: NonNullable<ParserOptions["lang"]>, type: NonNullable<ParserOptions["sourceType"]>]

const readings: Readonly<Record<"javascript" | "typescript", ReadonlyArray<Reading>>> = {
  javascript: [
    ["jsx", "module"],
    ["jsx", "commonjs"],
  ],
  typescript: [
    ["ts", "module"],
    ["tsx", "module"],
    ["ts", "commonjs"],
  ],
}

/** Up to here names are looked at too, such as one that is declared twice: each finding costs as much as the code is long. */
const maxSemantic = 200_000

const read = (code: string, [lang, sourceType]: Reading): ReadonlyArray<Fault> =>
  parseSync(`code.${lang}`, code, { lang, sourceType, showSemanticErrors: code.length <= maxSemantic })
    .errors.filter(({ severity }) => severity === "Error")
    .map(({ message, labels, helpMessage }) => {
      const { start, end } = labels[0] ?? { start: code.length, end: code.length }
      return { start, end, message, ...(helpMessage == null ? {} : { suggestion: helpMessage }) }
    })

/** A piece of a larger program: an object, or members of a class that only a class can have. */
const pieces: ReadonlyArray<readonly [when: RegExp, before: string, after: string]> = [
  [/^\s*(?:\/\/.*\s+)*\{/, "(", "\n)"],
  [
    /^\s*(?:\/\/.*\s+|\/\*[^]*?\*\/\s*)*(?:async\s+\*?\w+\s*\(|static\s|get\s+\w+\s*\(|set\s+\w+\s*\(|constructor\s*\(|#\w+|(?:private|public|protected|readonly|override)\s|@\w+)/,
    "class _ extends _ {",
    "\n}",
  ],
]

/** JavaScript and TypeScript with JSX, as a module or a script, through oxc. */
export const parserFor =
  (language: "javascript" | "typescript") =>
  (code: string): ReadonlyArray<Fault> => {
    if (tooDeep(code)) throw new RangeError("nested too deeply")
    const whole: Array<ReadonlyArray<Fault>> = []
    for (const reading of readings[language]) {
      const faults = read(code, reading)
      if (faults.length === 0) return faults
      whole.push(faults)
    }
    for (const [when, before, after] of pieces) {
      if (when.test(code) && readings[language].some((reading) => read(before + code + after, reading).length === 0)) {
        return []
      }
    }
    return furthest(whole)
  }
