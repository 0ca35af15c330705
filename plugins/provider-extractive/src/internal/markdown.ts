import type { Block } from "./blocks.ts"

const BREAK = /[ \t]*(?:\r\n|\r|\n)[ \t]*(?:>[ \t]?)*[ \t]*/g
const IMAGE = /!\[([^\]]{0,300})\]\([^)\s]{0,2000}\)/g
const EMPHASIS = /\*\*|(?<![\p{L}\p{N}])__|__(?![\p{L}\p{N}])/gu
const TAG = /<\/?[a-z][a-z0-9-]*(?:\s[^<>]{0,500})?\/?>|<!--.{0,500}?-->/gi
const CODE_SPAN = /(`+[^`\n]{0,500}`+)/

/** A sentence as it is read: one line, no emphasis, no tags. Words, links and code spans stay as they are. */
export const tidy = (sentence: string): string =>
  sentence
    .replace(BREAK, " ")
    .split(CODE_SPAN)
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replace(IMAGE, "$1").replace(TAG, "").replace(EMPHASIS, ""),
    )
    .join("")
    .trim()

/** A table row: the first cell, then what the others say of it. */
const tidyRow = (row: string): string => {
  const cells = row
    .split(/(?<!\\)\|/)
    .map((cell) => tidy(cell.replaceAll("\\|", "|")))
    .filter((cell) => cell !== "")
  const [first, ...rest] = cells
  return rest.length === 0 ? (first ?? "") : `${first}: ${rest.join("; ")}`
}

/** A piece of a block as it is read. */
export const readable = (text: string, block: Block): string => {
  if (block.kind === "row") return tidyRow(text)
  return block.kind === "code" ? fenced(text, block.fence ?? "```") : tidy(text)
}

/** Code between fences, as in the source. */
export const fenced = (code: string, fence: string): string => {
  const mark = /^[`~]+/.exec(fence)?.[0] ?? "```"
  return `${fence}\n${code}\n${mark}`
}
