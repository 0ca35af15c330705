import type { Span } from "../../Span.ts"
import type { Fault } from "../verdicts.ts"
import type { Format, FormatCheck } from "./Format.ts"

interface Line extends Span {
  readonly text: string
}

const linesOf = (text: string, offset: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  let start = 0
  for (const line of text.split("\n")) {
    lines.push({ text: line.replace(/\r$/, ""), start: offset + start, end: offset + start + line.length })
    start += line.length + 1
  }
  return lines
}

/** The cells of a row (GitHub Flavored Markdown 4.10): a bar in a cell is written `\|`. */
const cellsOf = (row: string): ReadonlyArray<string> => {
  const cells: Array<string> = []
  let cell = ""
  const inner = row.trim().replace(/^\|/, "")
  for (let at = 0; at < inner.length; at++) {
    const sign = inner[at] ?? ""
    if (sign === "\\" && inner[at + 1] === "|") {
      cell += "|"
      at++
    } else if (sign === "|") {
      cells.push(cell.trim())
      cell = ""
    } else cell += sign
  }
  if (cell.trim() !== "") cells.push(cell.trim())
  return cells
}

const isDelimiter = (row: string): boolean => {
  const cells = cellsOf(row)
  return cells.length > 0 && row.includes("-") && cells.every((cell) => /^:?-+:?$/.test(cell))
}

const check: FormatCheck = (text, offset, { columns }) => {
  const lines = linesOf(text, offset).filter((line) => line.text.trim() !== "")
  const [header, delimiter, ...rows] = lines
  const whole = { start: offset, end: offset + text.length }
  if (header === undefined || !header.text.includes("|"))
    return [{ message: "the answer is no Markdown table", ...whole }]
  if (delimiter === undefined || !isDelimiter(delimiter.text)) {
    const { start, end } = delimiter ?? header
    return [{ message: "the table's second line is no row of dashes", start, end }]
  }
  const titles = cellsOf(header.text)
  return [
    ...missingColumns(titles, columns, header),
    ...[delimiter, ...rows].flatMap((row) => wrongRow(row, titles.length)),
  ]
}

const missingColumns = (
  titles: ReadonlyArray<string>,
  columns: ReadonlyArray<string> | undefined,
  { start, end }: Span,
): ReadonlyArray<Fault> =>
  (columns ?? [])
    .filter((column) => !titles.some((title) => plain(title) === plain(column)))
    .map((column) => ({ message: `the table has no column ${JSON.stringify(column)}`, start, end }))

const plain = (title: string): string => title.replace(/[*_`]/g, "").trim().toLowerCase()

const wrongRow = ({ text, start, end }: Line, columns: number): ReadonlyArray<Fault> => {
  if (!text.includes("|") && columns > 1)
    return [{ message: "a line of the answer is no row of the table", start, end }]
  const cells = cellsOf(text).length
  return cells === columns
    ? []
    : [{ message: `a row of the table has ${cells} cells, and its header has ${columns}`, start, end }]
}

export const markdownTable: Format = {
  what: "a Markdown table",
  suggestion:
    "Answer with one Markdown table: a header, a row of dashes, and as many cells in each row as in the header.",
  fenced: true,
  check,
}
