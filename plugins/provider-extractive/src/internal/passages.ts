import type { Block } from "./blocks.ts"
import { Blocks } from "./blocks.ts"
import type { Document, Span } from "./documents.ts"
import { fenced, readable } from "./markdown.ts"
import type { Candidate } from "./scan.ts"

/** What is quoted under one mark: neighbouring sentences of one block, and the list or code that they announce. */
export interface Passage extends Span {
  readonly document: number
  readonly block: Block
  readonly sentences: ReadonlyArray<Span>
  /** The announced list or code, as it is read. */
  readonly attached?: string
}

const MOST_ITEMS = 8
const MOST_CODE_LINES = 16
const LONGEST_ATTACHED = 1200

/** Chosen sentences in the order of the context, neighbours together. `attach` adds what sentences announce. */
export const passagesOf = (
  chosen: ReadonlyArray<Candidate>,
  documents: ReadonlyArray<Document>,
  attach: boolean,
  code: boolean,
): ReadonlyArray<Passage> => {
  const sorted = [...chosen].sort((a, b) => a.document - b.document || a.start - b.start)
  const passages: Array<Passage> = []
  for (const { document, block, start, end } of sorted) {
    const text = documents[document]?.text ?? ""
    const last = passages.at(-1)
    if (last !== undefined && last.document === document && start < last.end) continue
    if (last?.document === document && last.block === block && text.slice(last.end, start).trim() === "") {
      const sentences = [...last.sentences, { start, end }]
      passages[passages.length - 1] = attached({ ...last, end, sentences }, text, attach, code)
    } else passages.push(attached({ document, block, start, end, sentences: [{ start, end }] }, text, attach, code))
  }
  return passages
}

/** The passage with the list or code behind it, when its block ends there and announces it. */
const attached = (passage: Passage, text: string, attach: boolean, code: boolean): Passage => {
  const { block, end } = passage
  if (!attach || block.kind === "code" || block.kind === "row" || text.slice(end, block.end).trim() !== "")
    return passage
  const announces = /[:：][\s*_`]*$/.test(text.slice(passage.start, end))
  if (!announces && !code) return passage
  const reader = new Blocks(
    text,
    { start: block.end, end: Math.min(text.length, block.end + 4 * LONGEST_ATTACHED) },
    block.section,
  )
  const next = reader.next()
  if (next?.kind === "code") return withCode(passage, text, next)
  return announces && next?.kind === "item" ? withItems(passage, text, next, reader) : passage
}

const withCode = (passage: Passage, text: string, code: Block): Passage => {
  const gap = text.slice(passage.end, code.start)
  const body = text.slice(code.start, code.end)
  const direct = /^\s*(?:>\s*)*[`~]{3,}[^\n]*\n$/.test(gap)
  if (!direct || body.length > LONGEST_ATTACHED || body.split("\n").length > MOST_CODE_LINES) return passage
  const closing = /^\s*[`~]{3,}/.exec(text.slice(code.end, code.end + 200))?.[0].length
  if (closing === undefined) return passage
  return { ...passage, end: code.end + closing, attached: fenced(body, code.fence ?? "```") }
}

const withItems = (passage: Passage, text: string, first: Block, reader: Blocks): Passage => {
  const items: Array<string> = []
  let end = passage.end
  let next: Block | undefined = first
  while (next?.kind === "item" && items.length < MOST_ITEMS && next.end - passage.end < LONGEST_ATTACHED) {
    if (!/^[\s*+•‣·\-\d.)[\]xX]*$/.test(text.slice(end, next.start))) break
    items.push(`- ${readable(text.slice(next.start, next.end), next)}`)
    end = next.end
    next = reader.next()
  }
  return items.length === 0 ? passage : { ...passage, end, attached: items.join("\n") }
}
