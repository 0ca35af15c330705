import type { Fault } from "../verdicts.ts"
import { fencesOf } from "./fence.ts"
import type { Format, FormatCheck } from "./Format.ts"

/** Signs of code at the end or the beginning of a line, or in it. */
const code =
  /[;{}()[\],\\>]\s*$|^\s*(?:[#@}\])<>*$]|\/\/|\/\*|--|import\b|from\b|def\b|class\b|function\b|const\b|let\b|var\b|if\b|else\b|elif\b|for\b|while\b|return\b|try\b|except\b|finally\b|with\b|package\b|use\b|fn\b|pub\b|func\b|type\b|struct\b|public\b|private\b|SELECT\b|FROM\b|WHERE\b|INSERT\b|UPDATE\b|CREATE\b|[\w.[\]"']+\s*[-+*/|&]?=(?!=))|\w\(|=>|->|::|&&|\|\||[<>=!]=|^\s*[\w"'-]+\s*:\s*\S|^\s*\.\w/
const sentence = /^\s*(?:[A-Z][a-z']*|[A-Z])(?:,? +[\w'-]+){3,}[^;{}]*[.:!?]\s*$/

const strayFaults = (text: string, offset: number): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  let at = 0
  for (const { outer } of [...fencesOf(text), { outer: { start: text.length, end: text.length } }]) {
    const between = text.slice(at, outer.start)
    if (between.trim() !== "") {
      const start = at + (between.length - between.trimStart().length)
      const end = start + between.trim().length
      faults.push({ message: "there is text beside the code", start: offset + start, end: offset + end })
    }
    at = outer.end
  }
  return faults
}

/** Without a fence: most lines must look like code, and none like a sentence, comments apart. */
const bareFaults = (text: string, offset: number): ReadonlyArray<Fault> => {
  let start = 0
  let coded = 0
  let lines = 0
  const faults: Array<Fault> = []
  for (const line of text.split("\n")) {
    if (line.trim() !== "") {
      lines++
      if (sentence.test(line.slice(0, 400))) {
        faults.push({
          message: "a line is a sentence and no code",
          start: offset + start,
          end: offset + start + line.length,
        })
      } else if (code.test(line.slice(0, 400))) coded++
    }
    start += line.length + 1
  }
  if (faults.length > 0) return faults
  return coded * 2 >= lines && lines > 0
    ? []
    : [{ message: "the answer is no code", start: offset, end: offset + text.length }]
}

const check: FormatCheck = (text, offset, { language }) => {
  const fences = fencesOf(text)
  if (fences.length === 0) return bareFaults(text, offset)
  const wrongTag = fences.filter(({ tag }) => language !== undefined && tag !== language.toLowerCase())
  const open = fences.filter(({ closed }) => !closed)
  return [
    ...strayFaults(text, offset),
    ...open.map(({ outer }) => ({
      message: "a code block is not closed: the answer may be cut",
      start: offset + outer.start,
      end: offset + outer.end,
    })),
    ...wrongTag.map(({ tag, outer }) => ({
      message: `a code block is marked ${tag === "" ? "with no language" : `as ${tag}`}, and not as ${language}`,
      start: offset + outer.start,
      end: offset + outer.end,
    })),
  ]
}

export const codeOnly: Format = {
  what: "only code",
  suggestion: "Answer with the code only, in one code block, with no sentence before or after it.",
  fenced: false,
  check,
}
