import { cutBefore, type Block } from "./blocks.ts"
import type { Span } from "./documents.ts"

const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" })

/** Longer sentences are cut, at white space where there is some. UTF-16 units. */
const LONGEST = 1200
/** Scripts that write no full stop part their sentences by spaces: there, a sentence ends at a space after this many units. */
const UNSTOPPED_LONG = 100
const UNSTOPPED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** Abbreviations that a capital may follow. */
const ABBREVIATION =
  /(?:^|[\s("'“„«[])(?:(?:[\p{Script=Latin}\p{Script=Cyrillic}]\.)*[\p{Script=Latin}\p{Script=Cyrillic}]|vs|cf|approx|ca|al|viz|resp|incl|dr|mr|mrs|ms|prof|rev|hon|st|gen|gov|sen|rep|capt|lt|col|sgt|inc|ltd|corp|bros|fig|figs|eq|eqs|sec|ch|vol|ed|eds|pp|bzw|bspw|ggf|inkl|exkl|vgl|abs|evtl|sog|geb|gest|hl|env|sr|sra|dra|pág|núm|av|тыс|млн|млрд|им|ул|рис|см)\.\s*$/iu
const BEFORE_NUMBER = /(?:^|[\s(])(?:no|nos|nr|art|p|§|abb|tab|bd|kap|n[°º])\.\s*$/iu
/** A German ordinal: "am 3. Oktober", "im 19. Jahrhundert". */
const ORDINAL = /(?:^|\s)(?:am|vom|bis|der|den|dem|des|das|die|im|zum|zur|seit|ab)\s+\d{1,3}\.\s*$/i
const CLOSERS = /^[*_`"”’»)\]]{1,8}(?=\s|$)/

/** Breaks inside a paragraph, code spans and addresses must not end a sentence: same length, so that positions hold. */
const masked = (text: string): string =>
  text
    .replace(/`[^`\n]{1,200}`/g, (code) => code.replace(/[.!?。？！\s]/g, "_"))
    .replace(/[\r\n\u2028\u2029\u0085\v\f]/g, " ")

const continues = (before: string, after: string): boolean => {
  const tail = before.slice(-40)
  if (ABBREVIATION.test(tail)) return true
  if (BEFORE_NUMBER.test(tail)) return /^\s*[\dIVX]/.test(after)
  return ORDINAL.test(tail) && /^\s*\p{Lu}/u.test(after)
}

/** Lines of a block that are each a statement: all of them short, and each begins like one. */
const isLines = (lines: ReadonlyArray<string>): boolean =>
  lines.length > 1 && lines.every((line) => line.length <= 60 && /^\s*["'“„«([*]*[\p{Lu}\p{N}]/u.test(line))

/** The sentences of a block, in order, without the white space around them. A row and a piece of code are one each. */
export const sentencesOf = (text: string, block: Block): ReadonlyArray<Span> => {
  const { start, end } = block
  if (block.kind === "row" || block.kind === "code") return cut(text, [{ start, end }])
  const source = text.slice(start, end)
  const lines = source.includes("\n") ? source.split("\n") : []
  if (!isLines(lines)) return cut(text, segments(source, start))
  const spans: Array<Span> = []
  let at = start
  for (const line of lines) {
    spans.push(...segments(line, at))
    at += line.length + 1
  }
  return cut(text, spans)
}

const segments = (source: string, offset: number): Array<Span> => {
  const view = masked(source)
  const spans: Array<{ start: number; end: number }> = []
  let before = ""
  for (const { segment, index } of segmenter.segment(view)) {
    const closing = CLOSERS.exec(segment)?.[0].length ?? 0
    const last = spans.at(-1)
    const start = offset + index
    const end = start + segment.length
    if (last !== undefined && (closing === segment.trimEnd().length || continues(before, segment))) last.end = end
    else {
      if (last !== undefined) last.end += closing
      spans.push({ start: last === undefined ? start : start + closing, end })
    }
    before = segment
  }
  return spans
}

const trimmed = (text: string, { start, end }: Span): Span => {
  let from = start
  let to = end
  while (from < to && isSpace(text.charCodeAt(from))) from++
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--
  return { start: from, end: to }
}

const isSpace = (code: number): boolean =>
  code <= 32 ||
  code === 0xa0 ||
  code === 0x3000 ||
  code === 0xfeff ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x85

/** Leaves no span empty or too long. */
const cut = (text: string, spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const out: Array<Span> = []
  const add = (span: Span): void => {
    const tight = trimmed(text, span)
    if (tight.end > tight.start) out.push(tight)
  }
  for (const span of spans) {
    const spaced = span.end - span.start > UNSTOPPED_LONG * 2 && UNSTOPPED.test(text.slice(span.start, span.end))
    const limit = spaced ? UNSTOPPED_LONG * 2 : LONGEST
    let start = span.start
    while (span.end - start > limit) {
      const at = cutBefore(text, start + limit / 2, start + limit)
      add({ start, end: at })
      start = at
    }
    add({ start, end: span.end })
  }
  return out
}
