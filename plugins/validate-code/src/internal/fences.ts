import { type Block, type CodeLine, linesOf } from "./Block.ts"

/** The start of a fence: its container (quote marks, list marker, indent), the fence, its info string. */
const opening = /^((?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(`{3,}|~{3,})(.*)$/
const closing = /^(?:[ \t]*>)*[ \t]*(`{3,}|~{3,})[ \t]*$/

/**
 * The fenced blocks of a text, as CommonMark has them (https://spec.commonmark.org/0.31.2/#fenced-code-blocks), at any
 * indent, in lists and in quotes. A fence that is never closed runs to the end of the text.
 */
export const fencedBlocks = (text: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: Open | undefined
  for (const line of linesOf(text)) {
    if (open === undefined) {
      open = opened(line)
      continue
    }
    if (closes(line.text, open.fence)) {
      blocks.push(blockOf(open, true))
      open = undefined
    } else open.lines.push(without(line, open))
  }
  if (open !== undefined) {
    if (open.lines.length > 1 && open.lines.at(-1)?.text === "") open.lines.pop()
    blocks.push(blockOf(open, false))
  }
  return blocks
}

interface Open {
  readonly fence: string
  readonly tag: string
  readonly start: number
  readonly quotes: number
  readonly indent: number
  readonly lines: Array<CodeLine>
}

const opened = ({ text, offset }: CodeLine): Open | undefined => {
  const [, container = "", fence = "", tag = ""] = opening.exec(text) ?? []
  if (fence === "" || (fence.startsWith("`") && tag.includes("`"))) return undefined
  const quotes = container.split(">").length - 1
  const indent = container.length - (container.lastIndexOf(">") + 1)
  return { fence, tag: tag.trim(), start: offset + container.length, quotes, indent, lines: [] }
}

const closes = (text: string, fence: string): boolean => {
  const found = closing.exec(text)?.[1] ?? ""
  return found.length >= fence.length && found.startsWith(fence.charAt(0))
}

/** A line inside a fence without the container's quote marks and indent, as far as the line has them. */
const without = ({ text, offset }: CodeLine, { quotes, indent }: Open): CodeLine => {
  let at = 0
  for (let quote = 0; quote < quotes; quote++) at += /^[ \t]*>/.exec(text.slice(at))?.[0].length ?? 0
  for (let left = indent; left > 0 && /[ \t]/.test(text.charAt(at)); left--) at++
  return { text: text.slice(at), offset: offset + at }
}

const blockOf = ({ tag, lines, start, fence }: Open, closed: boolean): Block => {
  const last = lines.at(-1)
  const end = last === undefined ? start + fence.length : last.offset + last.text.length
  return { tag, lines, start, end, closed }
}
