import type { Chunk, Retrieved } from "@switchyard/rag"

/** A hit with the chunks around it that are given with it, in the order of the text, without a gap between them. */
export interface Passage {
  readonly hit: Retrieved
  readonly chunks: readonly [Chunk, ...ReadonlyArray<Chunk>]
}

export const alone = (hit: Retrieved): Passage => ({ hit, chunks: [hit.chunk] })

export const firstOf = ({ chunks }: Passage): Chunk => chunks[0]
export const lastOf = ({ chunks }: Passage): Chunk => chunks[chunks.length - 1] ?? chunks[0]

/** Does `b` go on where `a` ends, or before? Both are of one document, and `b` begins no earlier. */
export const touches = (a: Pick<Chunk, "end">, b: Pick<Chunk, "start">): boolean => b.start <= a.end

/** The text of chunks that touch, each place once. */
const textOf = (chunks: Passage["chunks"]): string => {
  let [text, end] = ["", chunks[0].start]
  for (const chunk of chunks) {
    if (chunk.end <= end) continue
    text += chunk.text.slice(end - chunk.start)
    end = chunk.end
  }
  return text
}

/** The passage as one chunk under the id of its hit, with its exact range. `tokens` are its sum: an overlap counts twice. */
export const retrievedOf = (passage: Passage): Retrieved => {
  const { hit, chunks } = passage
  if (chunks.length === 1) return hit
  const [first, last] = [firstOf(passage), lastOf(passage)]
  const { tokens: _tokens, previous: _previous, next: _next, metadata, ...rest } = hit.chunk
  const { startLine, page } = first.metadata
  const endLine = last.metadata["endLine"]
  const counted = chunks.map(({ tokens }) => tokens)
  const tokens = counted.every((count) => count !== undefined)
    ? counted.reduce((sum, count) => sum + count, 0)
    : undefined
  return {
    ...hit,
    chunk: {
      ...rest,
      index: first.index,
      text: textOf(chunks),
      start: first.start,
      end: last.end,
      metadata: {
        ...metadata,
        ...(startLine === undefined ? {} : { startLine }),
        ...(endLine === undefined ? {} : { endLine }),
        ...(page === undefined ? {} : { page }),
      },
      ...(tokens === undefined ? {} : { tokens }),
      ...(first.previous === undefined ? {} : { previous: first.previous }),
      ...(last.next === undefined ? {} : { next: last.next }),
    },
  }
}

/** Passages of one document that touch or overlap become one, in the place of the best. */
export const merged = (passages: ReadonlyArray<Passage>): ReadonlyArray<Passage> => {
  const inOrder = passages
    .map((passage, rank) => ({ passage, rank }))
    .sort((a, b) => compare(documentOf(a.passage), documentOf(b.passage)) || startOf(a.passage) - startOf(b.passage))
  const out: Array<Ranked> = []
  for (const next of inOrder) {
    const last = out.at(-1)
    if (last === undefined || !joins(last.passage, next.passage)) out.push(next)
    else out[out.length - 1] = last.rank < next.rank ? joined(last, next) : joined(next, last)
  }
  return out.sort((a, b) => a.rank - b.rank).map(({ passage }) => passage)
}

interface Ranked {
  readonly passage: Passage
  readonly rank: number
}

const documentOf = ({ hit }: Passage): string => hit.chunk.documentId
const startOf = (passage: Passage): number => firstOf(passage).start
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const joins = (left: Passage, right: Passage): boolean =>
  documentOf(left) === documentOf(right) && touches(lastOf(left), firstOf(right))

const joined = ({ passage: better, rank }: Ranked, { passage: other }: Ranked): Ranked => {
  const byId = new Map([...better.chunks, ...other.chunks].map((chunk) => [chunk.id, chunk]))
  const [first = better.chunks[0], ...rest] = [...byId.values()].sort((a, b) => a.start - b.start || a.end - b.end)
  const why = [...(better.hit.why ?? []), `together with ${other.hit.chunk.id} (${(other.hit.why ?? []).join("; ")})`]
  return { passage: { hit: { ...better.hit, why }, chunks: [first, ...rest] }, rank }
}
