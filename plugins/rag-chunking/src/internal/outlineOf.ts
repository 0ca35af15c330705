import type { Document, Metadata } from "@switchyard/rag"
import type { Mark } from "./Mark.ts"
import { type Reading, readingOf } from "./mediaType.ts"
import { Outline } from "./Outline.ts"
import { codeMarks } from "./scan/code.ts"
import { htmlMarks } from "./scan/html.ts"
import { markdownMarks, pageMarks } from "./scan/markdown.ts"
import { csvMarks, jsonMarks, lineMarks } from "./scan/rows.ts"

/** Page beginnings that a reader of the source noted: ascending offsets in the text. */
const notedPages = (metadata: Metadata | undefined, length: number): ReadonlyArray<number> => {
  const noted = metadata?.["pageStarts"]
  if (!Array.isArray(noted)) return []
  const starts = noted.filter(
    (at: unknown): at is number => Number.isInteger(at) && Number(at) > 0 && Number(at) < length,
  )
  return starts.filter((at, index) => index === 0 || at > (starts[index - 1] ?? 0))
}

/** Marks of two scanners in the order of the text. */
function* merged(a: Iterable<Mark>, b: ReadonlyArray<Mark>): Generator<Mark> {
  let index = 0
  for (const mark of a) {
    for (let other = b[index]; other !== undefined && other.at <= mark.at; other = b[++index]) yield other
    yield mark
  }
  yield* b.slice(index)
}

export interface OutlineOptions {
  /** Parse code and JSON too; elsewhere they are plain text. */
  readonly structure?: boolean
  /** Where chunks end, in place of the text's own hard marks: ascending offsets. */
  readonly breaks?: ReadonlyArray<number>
}

/** What is known of a text's structure. */
export const outlineOf = (
  document: Document,
  { structure = false, breaks }: OutlineOptions = {},
): Outline | Promise<Outline> => {
  const { text, metadata } = document
  const noted = notedPages(metadata, text.length).map((at): Mark => ({ at, hard: true, page: true }))
  const reading = readingOf(document)
  const paged = noted.length > 0 || (text.includes("\f") && (reading.as === "pages" || reading.as === "markdown"))
  const outline = (found: Iterable<Mark>) => {
    const marks = noted.length > 0 ? merged(found, noted) : found
    if (breaks === undefined) return new Outline(text, marks, paged)
    const hard = breaks.map((at): Mark => ({ at, hard: true }))
    return new Outline(text, merged(softened(marks), hard), paged)
  }
  if (reading.as === "code" && structure) return codeMarks(text, reading.grammar).then(outline)
  return outline(noted.length > 0 && reading.as === "pages" ? [] : scanners[reading.as](text, structure))
}

const scanners: Readonly<Record<Reading["as"], (text: string, structure: boolean) => Iterable<Mark>>> = {
  markdown: markdownMarks,
  html: htmlMarks,
  csv: csvMarks,
  pages: pageMarks,
  jsonl: (text, structure) => (structure ? lineMarks(text) : []),
  json: (text, structure) => (structure ? jsonMarks(text) : []),
  code: () => [],
}

function* softened(marks: Iterable<Mark>): Generator<Mark> {
  for (const mark of marks) yield { ...mark, hard: false }
}
