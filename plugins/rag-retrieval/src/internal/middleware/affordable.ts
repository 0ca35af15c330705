import type { Retrieved } from "@switchyard/rag"
import { countsLines } from "./lines.ts"

/** Beside others, a beginning that has less than this says too little. Tokens. */
const worthwhile = 100

/**
 * Which texts fit into `room` tokens, best first: each that fits whole into what those before it leave, and of the best
 * one that does not the beginning, up to the end of a line. In the order of the texts; `undefined` for what is left out.
 */
export const textsThatFit = (
  texts: ReadonlyArray<string>,
  room: number,
  cost: (text: string, at: number) => number,
): ReadonlyArray<string | undefined> => {
  let free = room
  const whole = texts.map((text, at) => {
    const tokens = cost(text, at)
    if (tokens > free) return undefined
    free -= tokens
    return text
  })
  const alone = whole.every((text) => text === undefined)
  if (!alone && free < worthwhile) return whole
  for (const [at, text] of texts.entries()) {
    if (whole[at] !== undefined) continue
    const beginning = beginningOf(text, (part) => cost(part, at) <= free)
    if (beginning !== undefined) return whole.with(at, beginning)
  }
  return whole
}

/** The most of a text's first lines that fit. */
const beginningOf = (text: string, fits: (text: string) => boolean): string | undefined => {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (fits(text.slice(0, ends[middle - 1]))) low = middle
    else high = middle - 1
  }
  const beginning = low === 0 ? "" : text.slice(0, ends[low - 1]).trimEnd()
  return beginning.trim() === "" ? undefined : beginning
}

/** The passage with the beginning of its text alone: its range and lines are those of the beginning. */
export const cutTo = (passage: Retrieved, text: string): Retrieved => {
  const { tokens: _, metadata, ...chunk } = passage.chunk
  const { startLine } = metadata
  const endLine =
    typeof startLine === "number" && countsLines(passage)
      ? { endLine: startLine + text.trim().split("\n").length - 1 }
      : {}
  const said = `cut to its first ${text.length} of ${chunk.text.length} characters`
  return {
    ...passage,
    why: [...(passage.why ?? []), said],
    chunk: {
      ...chunk,
      text,
      end: Math.min(chunk.end, chunk.start + text.length),
      metadata: { ...metadata, ...endLine },
    },
  }
}

/** What fits of passages, best first, and what is left out. */
export interface Afforded {
  readonly kept: ReadonlyArray<Retrieved>
  readonly left: ReadonlyArray<Retrieved>
}

/** The passages that fit into `room` tokens together. */
export const affordable = (
  passages: ReadonlyArray<Retrieved>,
  room: number,
  cost: (text: string) => number,
): Afforded => {
  const texts = textsThatFit(
    passages.map(({ chunk }) => chunk.text),
    room,
    cost,
  )
  const kept = passages.flatMap((passage, at) => {
    const text = texts[at]
    if (text === undefined) return []
    return [text === passage.chunk.text ? passage : cutTo(passage, text)]
  })
  return { kept, left: passages.filter((_, at) => texts[at] === undefined) }
}
