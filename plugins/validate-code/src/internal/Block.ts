/** A line of code and where it begins in the answer. */
export interface CodeLine {
  readonly text: string
  readonly offset: number
}

/** A piece of code in an answer: what its fence calls it, and where each of its lines is in the text. */
export interface Block {
  /** The fence's info string; undefined for bare code. */
  readonly tag: string | undefined
  readonly lines: ReadonlyArray<CodeLine>
  /** Where the fence begins; 0 for bare code. */
  readonly start: number
  /** Where the last line of code ends. */
  readonly end: number
  /** False when the answer ends before the fence is closed. */
  readonly closed: boolean
}

/** The lines of a text from `offset` on, without their line breaks. */
export const linesOf = (text: string, offset = 0): ReadonlyArray<CodeLine> => {
  const lines: Array<CodeLine> = []
  for (let at = 0; at <= text.length;) {
    const next = text.indexOf("\n", at)
    const end = next === -1 ? text.length : next
    lines.push({ text: text.slice(at, end).replace(/\r$/, ""), offset: offset + at })
    at = end + 1
  }
  return lines
}

/** The code of some lines, and the way back from a position in it to one in the answer. */
export const codeOf = (lines: ReadonlyArray<CodeLine>): { code: string; toText: (offset: number) => number } => {
  const starts: Array<number> = []
  let length = 0
  for (const { text } of lines) {
    starts.push(length)
    length += text.length + 1
  }
  const toText = (offset: number): number => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    const line = lines[low]
    return line === undefined ? 0 : line.offset + Math.min(offset - (starts[low] ?? 0), line.text.length)
  }
  return { code: lines.map(({ text }) => text).join("\n"), toText }
}

/** Lines without the white space that all of them begin with. */
export const dedented = (lines: ReadonlyArray<CodeLine>): ReadonlyArray<CodeLine> => {
  let common: string | undefined
  for (const { text } of lines) {
    if (text.trim() === "") continue
    const indent = /^[ \t]*/.exec(text)?.[0] ?? ""
    if (common === undefined) common = indent
    while (!indent.startsWith(common)) common = common.slice(0, -1)
    if (common === "") return lines
  }
  const width = common?.length ?? 0
  if (width === 0) return lines
  return lines.map(({ text, offset }) => ({ text: text.slice(width), offset: offset + Math.min(width, text.length) }))
}
