import { type Part, TokenCounter, type SourcePart, type Usage } from "@switchyard/core"
import type { Document } from "./documents.ts"
import { readable } from "./markdown.ts"
import { modelName } from "./models.ts"
import { type Passage, passagesOf } from "./passages.ts"
import type { Scored } from "./rank.ts"
import type { Inquiry } from "./request.ts"

/** An answer: its text in the pieces in which it streams, and what it rests on. */
export interface Extract {
  readonly pieces: ReadonlyArray<string>
  readonly sources: ReadonlyArray<SourcePart>
  /** Whether `maxOutputTokens` left something out. */
  readonly cut: boolean
}

/** The core's own estimate of a number of tokens. */
const tokensIn = (text: string): number => TokenCounter.defaultValue().count(text, modelName).tokens

/** The answer's content: one text, then its sources. */
export const contentOf = ({ pieces, sources }: Extract): ReadonlyArray<Part> => [
  { type: "text", text: pieces.join("") },
  ...sources,
]

/** Tokens as estimated, cost none. */
export const usageOf = (inquiry: Inquiry, extract: Extract): Usage => {
  const read = inquiry.documents.reduce((sum, { text }) => sum + tokensIn(text), tokensIn(inquiry.question))
  const written = tokensIn(extract.pieces.join(""))
  return {
    input: { total: read, uncached: read },
    output: { total: written, text: written },
    cost: { amount: 0, currency: "USD" },
  }
}

/** Writes the answer from the chosen sentences, best first: as many as `maxTokens` allows. `code`: code may answer. */
export const compose = (chosen: ReadonlyArray<Scored>, inquiry: Inquiry, code: boolean): Extract => {
  const { documents, maxTokens = Infinity } = inquiry
  const write = (scored: ReadonlyArray<Scored>, attach: boolean): Extract => {
    const candidates = scored.map(({ candidate }) => candidate)
    return render(passagesOf(candidates, documents, attach, code), documents)
  }
  const whole = write(chosen, true)
  if (tokensIn(whole.pieces.join("")) <= maxTokens) return whole
  const fits = (extract: Extract): boolean => tokensIn(extract.pieces.join("")) <= maxTokens
  let kept: Array<Scored> = []
  for (const one of chosen) if (fits(write([...kept, one], false))) kept = [...kept, one]
  if (kept.length > 0) return { ...write(kept, false), cut: true }
  const best = write(chosen.slice(0, 1), false)
  return { ...best, pieces: [shorten(best.pieces.join(""), maxTokens)], cut: true }
}

/** The beginning of a text that fits, cut between words where it can be and never inside a surrogate pair. */
const shorten = (text: string, maxTokens: number): string => {
  let length = Math.min(text.length, maxTokens * 4)
  while (length > 1 && tokensIn(text.slice(0, length)) > maxTokens) length--
  const space = text.slice(0, length).lastIndexOf(" ")
  if (space > length / 2) return text.slice(0, space)
  const last = text.charCodeAt(length - 1)
  const splits = last >= 0xd800 && last < 0xdc00 && text.length > length
  return text.slice(0, !splits ? length : length > 1 ? length - 1 : length + 1)
}

const render = (passages: ReadonlyArray<Passage>, documents: ReadonlyArray<Document>): Extract => {
  const pieces: Array<string> = []
  const sources: Array<SourcePart> = []
  passages.forEach((passage, index) => {
    const document = documents[passage.document]
    if (document === undefined) return
    const mark = String(index + 1)
    pieces.push(...written(passage, document.text, passages[index - 1], mark))
    sources.push(cite(passage, document, mark))
  })
  return { pieces, sources, cut: false }
}

/** What stands between two passages. */
const border = (passage: Passage, before: Passage | undefined): string => {
  if (before === undefined) return ""
  if (before.attached !== undefined || passage.document !== before.document) return "\n\n"
  if (passage.block === before.block && passage.block.kind !== "code") return " "
  const listed = isListed(passage) && isListed(before) && passage.block.section === before.block.section
  return listed ? "\n" : "\n\n"
}

const isListed = ({ block }: Passage): boolean => block.kind === "item" || block.kind === "row"

/** Chinese and Japanese sentences follow each other without a space. */
const between = (before: string): string => (/[。！？」』]$/.test(before) ? "" : " ")

/** A passage in pieces, one a sentence, with its mark after the last. */
const written = (passage: Passage, text: string, before: Passage | undefined, mark: string): Array<string> => {
  const { block, sentences, attached } = passage
  const gap = border(passage, before)
  const bullet = isListed(passage) && gap !== " " ? "- " : ""
  const pieces: Array<string> = []
  let last = ""
  for (const { start, end } of sentences) {
    const sentence = readable(text.slice(start, end), block)
    pieces.push(pieces.length === 0 ? gap + bullet + sentence : between(last) + sentence)
    last = sentence
  }
  const marked = `${pieces.pop() ?? ""}${block.kind === "code" ? "\n" : " "}[${mark}]`
  pieces.push(attached === undefined ? marked : `${marked}\n\n${attached}`)
  return pieces
}

const cite = ({ start, end }: Passage, { title, mediaType, text }: Document, id: string): SourcePart => ({
  type: "source",
  id,
  source: {
    type: "document",
    title,
    ...(mediaType === undefined ? {} : { mediaType }),
    text: text.slice(start, end),
    start,
    end,
    line: lineOf(text, start),
  },
})

/** The line of a position, counted from 1. */
const lineOf = (text: string, position: number): number => {
  let line = 1
  for (let at = text.indexOf("\n"); at >= 0 && at < position; at = text.indexOf("\n", at + 1)) line++
  return line
}
